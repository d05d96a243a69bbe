package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.BrokerResource;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.websockets.next.OpenConnections;
import io.vertx.core.net.impl.VertxHandler;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link Wire} relies on below the framework's interfaces: an upgrade of it that changes that fails here. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class WireTest extends StreamServer {
    @Inject
    OpenConnections connections;

    private List<Wire> wires() {
        List<Wire> wires = new ArrayList<>();
        for (Shard shard : fanOut.shards()) {
            Loops.on(shard, () -> shard.sessions().forEach(session -> wires.add(session.wire())));
        }
        return wires;
    }

    @Test
    void wire_standsBetweenTheFramesAndTheFramework() throws IOException {
        try (StreamClient client = StreamClient.connect(uri)) {
            client.settle();
            assertThat(wires()).hasSize(1);
            ChannelPipeline pipeline = wires().get(0).channel().pipeline();
            List<Class<?>> handlers = new ArrayList<>();
            for (var entry : pipeline) {
                handlers.add(entry.getValue().getClass());
            }
            int wire = handlers.indexOf(Wire.class);
            assertThat(handlers.indexOf(WebSocket13FrameDecoder.class)).isBetween(0, wire - 1);
            assertThat(handlers.indexOf(WebSocket13FrameEncoder.class)).isBetween(0, wire - 1);
            assertThat(wire).isEqualTo(handlers.size() - 2);
            ChannelHandler last = pipeline.last();
            assertThat(last).isInstanceOf(VertxHandler.class);
            assertThat(pipeline.channel().unsafe().outboundBuffer()).isNotNull();
            assertThat(wires().get(0).unsentBytes()).isZero();
            assertThat(pipeline.channel().config().isAutoRead()).isTrue();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> wires().isEmpty());
    }

    /** A framework that learned of it too early kept the connection for ever. */
    @Test
    void connection_resetWithinTheHandshake_isForgottenByTheFramework() throws IOException {
        for (int i = 0; i < 200; i++) {
            WireSocket.resetAfterTheRequest(uri);
        }
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(connections.stream().count()).isZero();
            assertThat(fanOut.sessions()).isZero();
        });
    }
}

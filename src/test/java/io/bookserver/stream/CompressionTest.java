package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code permessage-deflate} at the socket: its negotiation, and that an off-the-shelf client library works with it.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(StreamLimitsTest.SmallLimits.class)
class CompressionTest {
    private static final String SUBSCRIBE =
            "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"orderbook_delta\"],\"market_ticker\":\"COMPRESSED\"}}";
    private static final int RSV1 = 0x40;
    private static final int FINAL_TEXT = 0x81;

    @TestHTTPResource("/trade-api/ws/v2")
    URI uri;

    @Inject
    Completeness completeness;

    @BeforeEach
    void booksAreWhole() {
        await().atMost(Duration.ofSeconds(20)).until(completeness::isRebuilt);
    }

    private WireSocket ask(String offer) throws Exception {
        return WireSocket.ask(uri, Map.of("KALSHI-ACCESS-KEY", "first", "Sec-WebSocket-Extensions", offer), 0);
    }

    @Test
    void clientThatOffersIt_mayCompress_andIsSentCompressed() throws Exception {
        try (WireSocket wire = ask("permessage-deflate; client_max_window_bits")) {
            assertThat(wire.header("Sec-WebSocket-Extensions")).isEqualTo("permessage-deflate");
            wire.sendRaw(FINAL_TEXT | RSV1, Deflate.alone(SUBSCRIBE));
            assertThat(wire.readText()).startsWith("{\"type\":\"subscribed\"");
            assertThat(wire.isCompressed()).isFalse();
            assertThat(wire.readText()).startsWith("{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":1,");
            assertThat(wire.isCompressed()).isTrue();
        }
    }

    @Test
    void clientThatDoesNot_mayNotCompress() throws Exception {
        try (WireSocket wire = ask("permessage-deflate; server_max_window_bits=9, x-webkit-deflate-frame")) {
            assertThat(wire.header("Sec-WebSocket-Extensions")).isEmpty();
            wire.sendText(SUBSCRIBE);
            wire.readText();
            assertThat(wire.readText()).startsWith("{\"type\":\"orderbook_snapshot\"");
            assertThat(wire.isCompressed()).isFalse();
            wire.sendRaw(FINAL_TEXT | RSV1, Deflate.alone(SUBSCRIBE));
            WireSocket.Frame frame;
            do {
                frame = wire.read();
            } while (frame.opcode() == WireSocket.PING);
            assertThat(frame.closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void clientLibrary_thatCompresses_worksUnmodified() throws Exception {
        Vertx vertx = Vertx.vertx();
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        try {
            var client = vertx.createHttpClient(new HttpClientOptions().setTryUsePerMessageWebSocketCompression(true));
            var options = new WebSocketConnectOptions().setHost(uri.getHost()).setPort(uri.getPort()).setURI(uri.getPath())
                    .setAllowOriginHeader(false).addHeader("KALSHI-ACCESS-KEY", "first");
            var socket = client.webSocket(options).map(opened -> {
                // the headers are only at the beginning
                messages.add(opened.headers().get("Sec-WebSocket-Extensions"));
                return opened.textMessageHandler(messages::add);
            }).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(messages.take()).startsWith("permessage-deflate");
            for (String id : new String[] {"1", "2", "3"}) {
                socket.writeTextMessage("{\"id\":" + id + ",\"cmd\":\"list_subscriptions\"}");
                assertThat(next(messages).get("id").asText()).isEqualTo(id);
            }
            socket.writeTextMessage(SUBSCRIBE);
            assertThat(next(messages).get("type").asText()).isEqualTo("subscribed");
            assertThat(next(messages).at("/msg/market_ticker").asText()).isEqualTo("COMPRESSED");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static JsonNode next(BlockingQueue<String> messages) throws Exception {
        String text = messages.poll(20, TimeUnit.SECONDS);
        assertThat(text).as("a message").isNotNull();
        return StreamClient.json(text);
    }
}

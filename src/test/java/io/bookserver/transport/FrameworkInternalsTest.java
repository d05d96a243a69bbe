package io.bookserver.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.BrokerResource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.VertxHandler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What {@link FrameworkInternals} relies on: an upgrade of the framework that changes it fails here. The decoder of frames and
 * the end of a connection that was closed early are in {@code CompressionTest} and {@code WireTest}.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class FrameworkInternalsTest {
    @TestHTTPResource("/")
    URI uri;

    @Inject
    Vertx vertx;

    @Inject
    Route route;

    /** Where a test is handed a request, on the event loop of its connection. */
    @Singleton
    static class Route {
        private volatile Function<RoutingContext, ByteBuf> test;
        private volatile CompletableFuture<Void> tested;

        void init(@Observes Router router) {
            router.get("/internals").handler(context -> {
                try {
                    ByteBuf answer = test.apply(context);
                    context.response().end(FrameworkInternals.released(answer));
                    tested.complete(null);
                } catch (Throwable e) {
                    tested.completeExceptionally(e);
                    context.fail(500);
                }
            });
        }
    }

    private static final class Probe extends ChannelDuplexHandler {}

    /** Runs the test within a request; what it returns is the answer. */
    private String request(Function<RoutingContext, ByteBuf> test) throws Exception {
        route.test = test;
        route.tested = new CompletableFuture<>();
        HttpResponse<String> response = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(uri.resolve("/internals")).version(HttpClient.Version.HTTP_1_1).build(),
                HttpResponse.BodyHandlers.ofString());
        route.tested.get(20, TimeUnit.SECONDS);
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private static ByteBuf text(String text) {
        return PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes());
    }

    private static List<ChannelHandler> handlers(Channel channel) {
        List<ChannelHandler> handlers = new ArrayList<>();
        channel.pipeline().forEach(entry -> handlers.add(entry.getValue()));
        return handlers;
    }

    private static int position(List<ChannelHandler> handlers, Class<?> type) {
        return handlers.indexOf(handlers.stream().filter(type::isInstance).findFirst().orElseThrow());
    }

    @Test
    void handlers_areAddedBeforeThatOfTheFramework_eachKindOnce() throws Exception {
        request(context -> {
            HttpServerRequest request = context.request();
            Channel channel = FrameworkInternals.channel(request);
            assertThat(channel.eventLoop().inEventLoop()).isTrue();
            FrameworkInternals.addBeforeFramework(request, new Probe());
            Probe second = new Probe();
            ChannelHandlerContext framework = FrameworkInternals.addBeforeFramework(request, second);
            List<ChannelHandler> handlers = handlers(channel);
            assertThat(handlers).filteredOn(Probe.class::isInstance).containsExactly(second);
            assertThat(framework.handler()).isInstanceOf(VertxHandler.class).isSameAs(channel.pipeline().last());
            assertThat(handlers.indexOf(second)).isEqualTo(handlers.size() - 2)
                    .isGreaterThan(position(handlers, HttpRequestDecoder.class));
            channel.pipeline().remove(second);
            return text("done");
        });
    }

    /** With a task that hands itself over by {@code runOnContext}, 64 of them come before the sockets. */
    @Test
    void actionAfterSockets_isRunInItsContext_onceInEachRoundOfTheLoop() throws Exception {
        int steps = 200;
        int[] left = {steps};
        int[] rounds = {0};
        boolean[] roundIsOver = {false};
        CompletableFuture<Boolean> sameContext = new CompletableFuture<>();
        vertx.getOrCreateContext().runOnContext(start -> {
            ContextInternal context = (ContextInternal) Vertx.currentContext();
            SingleThreadEventLoop loop = (SingleThreadEventLoop) context.nettyEventLoop();
            FrameworkInternals.afterSockets(new Runnable() {
                @Override
                public void run() {
                    rounds[0] += roundIsOver[0] ? 1 : 0;
                    roundIsOver[0] = false;
                    loop.executeAfterEventLoopIteration(() -> roundIsOver[0] = true);
                    if (--left[0] == 0) {
                        sameContext.complete(Vertx.currentContext() == context && loop.inEventLoop());
                    } else {
                        FrameworkInternals.afterSockets(this);
                    }
                }
            });
        });
        assertThat(sameContext.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(rounds[0]).isGreaterThan(steps / 2);
    }

    @Test
    void handler_isAddedBehindTheDecoderOfRequests() throws Exception {
        List<ChannelHandler> seen = new CopyOnWriteArrayList<>();
        request(context -> {
            List<ChannelHandler> handlers = handlers(FrameworkInternals.channel(context.request()));
            seen.add(handlers.get(position(handlers, HttpRequestDecoder.class) + 1));
            return text("done");
        });
        // what the server itself adds in this way
        assertThat(seen).singleElement().extracting(handler -> handler.getClass().getSimpleName()).isEqualTo("BrokenRequests");
    }

    @Test
    void connection_isPausedAndResumed() throws Exception {
        request(context -> {
            Channel channel = FrameworkInternals.channel(context.request());
            FrameworkInternals.pause(context.request());
            assertThat(channel.config().isAutoRead()).isFalse();
            FrameworkInternals.resume(context.request());
            assertThat(channel.config().isAutoRead()).isTrue();
            return text("done");
        });
    }

    @Test
    void unsentBytes_areKnownUntilTheChannelIsClosed() throws Exception {
        List<Channel> channels = new CopyOnWriteArrayList<>();
        request(context -> {
            Channel channel = FrameworkInternals.channel(context.request());
            channels.add(channel);
            assertThat(FrameworkInternals.unsent(channel)).get()
                    .extracting(ChannelOutboundBuffer::totalPendingWriteBytes).isEqualTo(0L);
            context.response().putHeader("connection", "close");
            return text("done");
        });
        await().atMost(Duration.ofSeconds(20)).until(() -> FrameworkInternals.unsent(channels.get(0)).isEmpty());
    }

    @Test
    void pooledBytesOfAResponse_areReleasedWhenTheyWereSent() throws Exception {
        List<ByteBuf> sent = new CopyOnWriteArrayList<>();
        assertThat(request(context -> {
            sent.add(text("all of it"));
            return sent.get(0);
        })).isEqualTo("all of it");
        await().atMost(Duration.ofSeconds(20)).until(() -> sent.get(0).refCnt() == 0);
    }

    @Test
    void listeningSocket_isFound() {
        List<Integer> ports = new CopyOnWriteArrayList<>();
        FrameworkInternals.onListeningSockets(vertx, socket -> ports.add(((InetSocketAddress) socket.localAddress()).getPort()));
        await().atMost(Duration.ofSeconds(20)).until(() -> ports.contains(uri.getPort()));
    }

    @Test
    void channelOfWhichNobodyKnows_isClosed() {
        NioSocketChannel channel = new NioSocketChannel();
        FrameworkInternals.closeUntold(channel);
        assertThat(channel.isOpen()).isFalse();
    }
}

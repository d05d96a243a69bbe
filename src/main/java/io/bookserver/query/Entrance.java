package io.bookserver.query;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;

/**
 * The listening sockets: every connection passes here before the framework gets it. The framework has no such hook, so
 * this relies on the following: listening sockets are registered with the acceptor's event loops, and pass on what they
 * accept through their pipelines ({@code BrokenRequestsTest}).
 *
 * <p><i>Thread-safe: everything of a socket happens on the acceptor's event loop.</i>
 */
@ApplicationScoped
class Entrance {
    private static final String NAME = "orderbook.entrance";

    private final Vertx vertx;

    Entrance(Vertx vertx) {
        this.vertx = vertx;
    }

    void http(@ObservesAsync HttpServerStart started) {
        guard();
    }

    void https(@ObservesAsync HttpsServerStart started) {
        guard();
    }

    void domainSocket(@ObservesAsync DomainSocketServerStart started) {
        guard();
    }

    private void guard() {
        for (EventExecutor each : ((VertxInternal) vertx).getAcceptorEventLoopGroup()) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) each;
            loop.execute(() -> loop.registeredChannelsIterator().forEachRemaining(this::guard));
        }
    }

    /** After a live reload the handler of the former application is replaced. */
    private void guard(Channel listening) {
        if (!(listening instanceof ServerChannel)) {
            return;
        }
        ChannelPipeline pipeline = listening.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addFirst(NAME, new Door());
        } else {
            pipeline.replace(NAME, NAME, new Door());
        }
    }

    /** What a listening socket reads are accepted connections. */
    private static final class Door extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            ((Channel) accepted).pipeline().addLast(new BrokenRequests.Placing());
            context.fireChannelRead(accepted);
        }
    }
}

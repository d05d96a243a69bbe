package io.bookserver.query;

import io.bookserver.transport.FrameworkInternals;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * The connection of a request: it stops reading further requests of a connection while one is in progress, observes a
 * connection's end without replacing other listeners, and ends the output of a connection, or closes one whose client
 * does not read.
 *
 * <p><i>Stateless; called on the connection's event loop.</i>
 */
final class HttpSocket {
    private static final AttributeKey<Boolean> KNOWN = AttributeKey.valueOf("orderbook.query.known");
    private static final AttributeKey<Boolean> PAUSED = AttributeKey.valueOf("orderbook.query.paused");

    private HttpSocket() {}

    /** Reads nothing more from this connection until the request is over: pipelined requests wait in the network. */
    static void pauseUntilTheEnd(RoutingContext context) {
        HttpServerRequest request = context.request();
        Attribute<Boolean> paused = FrameworkInternals.channel(request).attr(PAUSED);
        if (paused.get() == null) {
            paused.set(true);
            FrameworkInternals.pause(request);
            context.addEndHandler(over -> {
                paused.set(null);
                FrameworkInternals.resume(request);
            });
        }
    }

    /** Whether this is the first call for the connection; if so, {@code closed} is run when it ends. */
    static boolean isNew(HttpServerRequest request, Runnable closed) {
        Channel channel = FrameworkInternals.channel(request);
        Attribute<Boolean> known = channel.attr(KNOWN);
        if (known.get() != null) {
            return false;
        }
        known.set(true);
        channel.closeFuture().addListener(future -> closed.run());
        return true;
    }

    /**
     * Closes the connection after that time, unless the timer is cancelled.
     *
     * @return the timer, to be cancelled when the client has read
     */
    static long closeUnread(RoutingContext context, Duration maxUnreadTime, QueryMetrics metrics) {
        return context.vertx().setTimer(Math.max(1, maxUnreadTime.toMillis()), id -> {
            metrics.closed("unread");
            context.request().connection().close();
        });
    }

    /** Tells the client, behind what has been written, that nothing more will be. What it sends is still read. */
    static void endOutput(HttpServerRequest request) {
        Channel channel = FrameworkInternals.channel(request);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (channel instanceof DuplexChannel) {
                ((DuplexChannel) channel).shutdownOutput();
            }
        });
    }
}

package io.bookserver.query;

import io.bookserver.transport.FrameworkInternals;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The listening sockets: every connection passes here before the framework gets it. Here it is closed if its descriptor
 * is one that the server needs itself, and only a little is read from it at a time.
 *
 * <p><i>Thread-safe: everything of a socket happens on the acceptor's event loop.</i>
 */
@ApplicationScoped
class Entrance {
    private static final Logger LOG = Logger.getLogger(Entrance.class);
    private static final String NAME = "orderbook.entrance";
    /**
     * What is read from one connection before the event loop serves the next. By default it would be a megabyte, so
     * that forty clients that send large bodies at once would hold up all others.
     */
    private static final int READS_AT_A_TIME = 2;
    private static final int MAX_READ_BYTES = 16_384;

    private final Vertx vertx;
    private final QueryMetrics metrics;
    private final AtomicInteger open = new AtomicInteger();
    private final long maxOpen;

    Entrance(
            Vertx vertx,
            QueryMetrics metrics,
            @ConfigProperty(name = "quarkus.http.limits.max-connections") OptionalInt configured) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.maxOpen = maxOpen(Descriptors.limit(), configured);
    }

    /** The framework itself enforces what is configured; this is only about what the process can have. */
    private static long maxOpen(OptionalLong descriptors, OptionalInt configured) {
        if (descriptors.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long max = Descriptors.forClients(descriptors.getAsLong());
        if (configured.isEmpty() || configured.getAsInt() > max) {
            LOG.warnf("event=few_descriptors descriptors=%d reserve=%d max_connections=%d configured=%s. Raise the limit of"
                    + " file descriptors (ulimit -n), or lower quarkus.http.limits.max-connections", descriptors.getAsLong(),
                    descriptors.getAsLong() - max, max, configured.isEmpty() ? "any" : configured.getAsInt());
        }
        return max;
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
        FrameworkInternals.onListeningSockets(vertx, this::guard);
    }

    /** After a live reload the handler of the former application is replaced. */
    private void guard(Channel listening) {
        ChannelPipeline pipeline = listening.pipeline();
        if (pipeline.get(NAME) == null) {
            pipeline.addFirst(NAME, new Door());
        } else {
            pipeline.replace(NAME, NAME, new Door());
        }
    }

    private static void limitReads(Channel connection) {
        connection.config().setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(64, 2_048, MAX_READ_BYTES).maxMessagesPerRead(READS_AT_A_TIME));
    }

    /** What a listening socket reads are accepted connections. */
    private final class Door extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            Channel connection = (Channel) accepted;
            if (open.incrementAndGet() > maxOpen) {
                open.decrementAndGet();
                metrics.closed("descriptors");
                FrameworkInternals.closeUntold(connection);
                return;
            }
            connection.closeFuture().addListener(closed -> open.decrementAndGet());
            FrameworkInternals.addBehindRequestDecoder(connection, new BrokenRequests());
            limitReads(connection);
            context.fireChannelRead(connection);
        }
    }
}

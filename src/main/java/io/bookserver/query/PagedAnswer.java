package io.bookserver.query;

import io.bookserver.transport.FrameworkInternals;
import io.netty.buffer.ByteBuf;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.OptionalLong;

/**
 * Sends one answer to the socket, page by page as the client reads them. The data buffered for one connection stay
 * below a limit however long the answer is.
 *
 * <p><i>Not thread-safe; confined to the request's event loop.</i>
 */
final class PagedAnswer {
    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Pages pages;
    private final OptionalLong length;
    private final QueryConfig config;
    private final QueryMetrics metrics;
    /** The maximum that may be buffered, and the size of one write: few long writes cost least. */
    private final int writeBytes;
    /** The timer of the last wait for the client. */
    private OptionalLong unread = OptionalLong.empty();

    private PagedAnswer(RoutingContext context, Answer answer, QueryConfig config, QueryMetrics metrics) {
        this.context = context;
        this.response = context.response();
        this.pages = new Pages(answer.pieces(), answer.length());
        this.length = answer.length();
        this.config = config;
        this.metrics = metrics;
        this.writeBytes = (int) Math.min(Integer.MAX_VALUE / 2, config.writeBufferSize().asLongValue());
    }

    /** Starts sending. */
    static void send(RoutingContext context, Answer answer, QueryConfig config, QueryMetrics metrics) {
        new PagedAnswer(context, answer, config, metrics).goOn();
    }

    private void goOn() {
        try {
            write();
        } catch (RuntimeException e) {
            context.fail(e);
        }
    }

    /**
     * Writes until the answer is complete, the client has enough for now, or it is time for the loop's other clients.
     */
    private void write() {
        long startedNanos = System.nanoTime();
        while (!response.closed() && !response.ended()) {
            ByteBuf page = pages.next(writeBytes);
            if (!pages.hasMore()) {
                response.end(FrameworkInternals.released(page));
                return;
            }
            begin();
            response.write(FrameworkInternals.released(page));
            if (response.writeQueueFull()) {
                goOnWhenTaken();
                return;
            }
            if (System.nanoTime() - startedNanos > Slices.NANOS) {
                HttpSocket.pauseUntilTheEnd(context);
                FrameworkInternals.afterSockets(this::goOn);
                return;
            }
        }
    }

    private void begin() {
        if (response.headWritten()) {
            return;
        }
        response.setWriteQueueMaxSize(writeBytes);
        if (length.isPresent()) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length.getAsLong()));
        } else {
            response.setChunked(true);
        }
    }

    private void goOnWhenTaken() {
        HttpSocket.pauseUntilTheEnd(context);
        if (unread.isEmpty()) {
            context.addEndHandler(over -> unread.ifPresent(context.vertx()::cancelTimer));
        }
        long timer = HttpSocket.closeUnread(context, config.maxUnreadTime(), metrics);
        unread = OptionalLong.of(timer);
        response.drainHandler(taken -> {
            response.drainHandler(null);
            context.vertx().cancelTimer(timer);
            goOn();
        });
    }
}

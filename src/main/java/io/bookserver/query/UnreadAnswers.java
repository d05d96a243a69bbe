package io.bookserver.query;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * The end of connections whose clients do not read.
 *
 * <p><i>Stateless.</i>
 */
final class UnreadAnswers {
    private UnreadAnswers() {}

    /**
     * Closes the connection after that time.
     *
     * @return the timer, to be cancelled when the client has read
     */
    static long close(RoutingContext context, Duration maxUnreadTime, QueryMetrics metrics) {
        return context.vertx().setTimer(Math.max(1, maxUnreadTime.toMillis()), id -> {
            metrics.closed("unread");
            context.request().connection().close();
        });
    }
}

package io.bookserver.stream;

import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.StatusPart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.TimeUnit;

/**
 * The field {@code clients} of {@code GET /api/v1/status}: all connections together, from what is counted anyway.
 *
 * <p><i>Thread-safe: one timer looks at the counters, any thread reads.</i>
 */
@ApplicationScoped
class ClientsStatus implements StatusPart {
    private static final long LOOK_MS = 1_000;

    private final FanOut fanOut;
    private final StreamMetrics metrics;
    private long timer;
    private long lookedNanos;
    private long lastMessages;
    private volatile long messagesPerSecond;

    ClientsStatus(FanOut fanOut, StreamMetrics metrics) {
        this.fanOut = fanOut;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        look(System.nanoTime());
        timer = vertx.setPeriodic(LOOK_MS, id -> look(System.nanoTime()));
    }

    void stop(@Observes ShutdownEvent event, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    /** Takes the rate since the last look. */
    void look(long nanos) {
        long messages = metrics.sentMessages();
        long elapsedNanos = nanos - lookedNanos;
        if (elapsedNanos > 0) {
            double elapsedSeconds = (double) elapsedNanos / TimeUnit.SECONDS.toNanos(1);
            messagesPerSecond = Math.round((messages - lastMessages) / elapsedSeconds);
        }
        lookedNanos = nanos;
        lastMessages = messages;
    }

    @Override
    public String name() {
        return "clients";
    }

    @Override
    public void write(JsonBytes out) {
        out.ascii("{\"connections\":").number(fanOut.sessions());
        out.ascii(",\"followed_markets\":").number(fanOut.followed());
        out.ascii(",\"messages\":").number(metrics.sentMessages());
        out.ascii(",\"messages_per_second\":").number(messagesPerSecond);
        out.ascii(",\"conflated\":").number(metrics.conflatedMessages());
        out.ascii(",\"closed_for_slowness\":").number(metrics.closedForSlowness()).ascii("}");
    }
}

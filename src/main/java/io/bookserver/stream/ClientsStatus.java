package io.bookserver.stream;

import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.Rate;
import io.bookserver.status.StatusPart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * The field {@code clients} of {@code GET /api/v1/status}: totals of all connections, from existing counters.
 *
 * <p><i>Thread-safe: one timer samples the counters, any thread reads.</i>
 */
@ApplicationScoped
class ClientsStatus implements StatusPart {
    private static final long LOOK_MS = 1_000;

    private final FanOut fanOut;
    private final StreamMetrics metrics;
    private final Rate messages;
    private long timer;

    ClientsStatus(FanOut fanOut, StreamMetrics metrics) {
        this.fanOut = fanOut;
        this.metrics = metrics;
        this.messages = new Rate(metrics::sentMessages);
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        look(System.nanoTime());
        timer = vertx.setPeriodic(LOOK_MS, id -> look(System.nanoTime()));
    }

    void stop(@Observes ShutdownEvent event, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    /** Computes the rate since the last sample. */
    void look(long nanos) {
        messages.look(nanos);
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
        out.ascii(",\"messages_per_second\":").number(messages.perSecond());
        out.ascii(",\"kafka_to_socket_ms\":");
        metrics.recentKafkaToSocket().write(out);
        out.ascii(",\"conflated\":").number(metrics.conflatedMessages());
        out.ascii(",\"closed_for_slowness\":").number(metrics.closedForSlowness()).ascii("}");
    }
}

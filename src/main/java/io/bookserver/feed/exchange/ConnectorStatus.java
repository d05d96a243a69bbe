package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.Rate;
import io.bookserver.status.StatusPart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * The field {@code connector} of {@code GET /api/v1/status}: the connector's state; null if none runs here.
 *
 * <p><i>Thread-safe: one timer samples the counters, any thread reads.</i>
 */
@ApplicationScoped
class ConnectorStatus implements StatusPart {
    private static final long LOOK_MS = 1_000;

    private final Rate messages = new Rate(() -> sum(figures -> figures.messages.sum()));
    private volatile Optional<ConnectorFigures> shown = Optional.empty();
    private long timer;

    /** Shows a newly created connector; an earlier one has ended. */
    void show(ConnectorFigures figures) {
        shown = Optional.of(figures);
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        timer = vertx.setPeriodic(LOOK_MS, id -> messages.look(System.nanoTime()));
    }

    void stop(@Observes ShutdownEvent event, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    private long sum(ToLongFunction<ConnectorFigures> figure) {
        return shown.map(figures -> figure.applyAsLong(figures)).orElse(0L);
    }

    @Override
    public String name() {
        return "connector";
    }

    @Override
    public void write(JsonBytes out) {
        Optional<ConnectorFigures> figures = shown;
        if (figures.isPresent()) {
            write(figures.get(), FeedClock.SYSTEM.epochMs(), out);
        } else {
            out.ascii("null");
        }
    }

    private void write(ConnectorFigures figures, long nowMs, JsonBytes out) {
        out.ascii("{\"connections\":{\"open\":").number(figures.connectionsOpen.get());
        out.ascii(",\"wanted\":").number(figures.connectionsWanted.get());
        out.ascii(",\"reconnects\":").number(figures.reconnects.sum());
        out.ascii(",\"connected_since_ms\":");
        time(figures.connectedSinceMs, out);
        out.ascii(",\"last_message_age_ms\":");
        age(figures.lastMessageMs, nowMs, out);
        out.ascii(",\"last_pong_age_ms\":");
        age(figures.lastPongMs, nowMs, out);
        out.ascii("},\"messages\":").number(figures.messages.sum());
        out.ascii(",\"messages_per_second\":").number(messages.perSecond());
        out.ascii(",\"markets\":{\"wanted\":").number(figures.marketsWanted.get());
        out.ascii(",\"confirmed\":").number(figures.marketsConfirmed.get());
        out.ascii(",\"left_out\":").number(figures.marketsLeftOut.get());
        out.ascii(",\"awaiting_snapshot\":").number(figures.snapshotsAwaited.get());
        out.ascii("},\"partitions_owned\":").number(figures.partitionsOwned.get());
        out.ascii(",\"holes\":").number(figures.holes.sum()).ascii(",\"gaps\":").number(figures.gaps.sum());
        out.ascii(",\"resyncs\":").number(figures.resyncsAsked.sum());
        out.ascii(",\"snapshots_asked\":").number(figures.snapshotsAsked.sum());
        out.ascii(",\"audits\":{\"compared\":").number(figures.audited.sum());
        out.ascii(",\"differing\":").number(figures.auditsDiffering.sum());
        out.ascii(",\"failed\":").number(figures.auditsFailed.sum());
        out.ascii("},\"rest\":{\"requests\":").number(figures.restRequests.sum());
        out.ascii(",\"failures\":").number(figures.restFailures.sum());
        out.ascii(",\"throttled\":").number(figures.restThrottled.sum());
        out.ascii(",\"tokens_left\":").number(figures.restTokens.get());
        out.ascii("},\"kafka\":{\"pending_bytes\":").number(figures.pendingBytes.get());
        out.ascii(",\"refusals\":").number(figures.recordsLost.sum());
        out.ascii(",\"reading_paused\":").ascii(Boolean.toString(figures.paused.get() != 0)).ascii("}}");
    }

    private static void time(AtomicLong epochMs, JsonBytes out) {
        long at = epochMs.get();
        if (at == 0) {
            out.ascii("null");
        } else {
            out.number(at);
        }
    }

    private static void age(AtomicLong epochMs, long nowMs, JsonBytes out) {
        long at = epochMs.get();
        if (at == 0) {
            out.ascii("null");
        } else {
            out.number(Math.max(0, nowMs - at));
        }
    }
}

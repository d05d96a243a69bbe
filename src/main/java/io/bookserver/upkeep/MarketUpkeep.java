package io.bookserver.upkeep;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Publishes the status changes at markets' opening and closing times, marks the books affected by a loss of the feed or
 * by this server's lag, and forgets markets that have ended. Scans of all markets run on separate threads, so that no
 * record, request or subscriber waits for them.
 *
 * <p><i>Thread-safe: each task is run by one thread at a time.</i>
 */
@ApplicationScoped
class MarketUpkeep {
    private static final Logger LOG = Logger.getLogger(MarketUpkeep.class);
    /** The registry says when there are books to mark; this is for a time at which they could not be. */
    private static final long MARK_AGAIN_MS = 250;
    private static final Duration LONGEST_FORGET_INTERVAL = Duration.ofMinutes(1);
    private static final Duration SHORTEST_FORGET_INTERVAL = Duration.ofSeconds(1);
    /** The number of checks during the time that a market is kept. */
    private static final int LOOKS_WHILE_KEPT = 20;

    private final BookRegistry registry;
    private final Completeness completeness;
    private final MarketsConfig config;
    private final ScheduledExecutorService threads;
    private final ScheduledExecutorService marking;
    private final AtomicBoolean isMarkingDue = new AtomicBoolean();

    MarketUpkeep(BookRegistry registry, Completeness completeness, MarketsConfig config, MeterRegistry meters) {
        this.registry = registry;
        this.completeness = completeness;
        this.config = config;
        this.threads = Executors.newScheduledThreadPool(2, MarketUpkeep::thread);
        this.marking = Executors.newSingleThreadScheduledExecutor(MarketUpkeep::thread);
        FunctionCounter.builder("orderbook.markets.forgotten", registry, BookRegistry::forgotten)
                .description("Markets removed after they ended, or never had a snapshot").register(meters);
    }

    void start(@Observes StartupEvent event) {
        every(threads, config.statusInterval().toMillis(), registry::advanceStatuses);
        every(threads, forgetIntervalMs(config.keep()), this::forget);
        every(marking, MARK_AGAIN_MS, this::mark);
        registry.whenBooksAreToBeMarked(this::markSoon);
        markSoon();
    }

    void stop(@Observes ShutdownEvent event) {
        registry.whenBooksAreToBeMarked(() -> {});
        threads.shutdownNow();
        marking.shutdownNow();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "market-upkeep");
        thread.setDaemon(true);
        return thread;
    }

    private void markSoon() {
        if (isMarkingDue.compareAndSet(false, true)) {
            try {
                marking.execute(logged(this::mark));
            } catch (RejectedExecutionException e) {
                LOG.debug("books are not marked: the server is stopping");
            }
        }
    }

    private void mark() {
        // before the work: what is reported during it is done after it
        isMarkingDue.set(false);
        registry.applyLosses();
        registry.applyLateness();
    }

    private void forget() {
        int gone = registry.forget(config.keep().toMillis(), completeness::newestRecordMs);
        if (gone > 0) {
            LOG.debugf("markets forgotten count=%d left=%d", gone, registry.size());
        }
    }

    static long forgetIntervalMs(Duration keep) {
        long ms = keep.toMillis() / LOOKS_WHILE_KEPT;
        return Math.min(LONGEST_FORGET_INTERVAL.toMillis(), Math.max(SHORTEST_FORGET_INTERVAL.toMillis(), ms));
    }

    private static void every(ScheduledExecutorService threads, long intervalMs, Runnable work) {
        threads.scheduleWithFixedDelay(logged(work), intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    /** A failure is logged and does not end a repetition. */
    private static Runnable logged(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("upkeep of the markets failed", e);
            }
        };
    }
}

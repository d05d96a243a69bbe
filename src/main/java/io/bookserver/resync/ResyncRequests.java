package io.bookserver.resync;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/**
 * Requests snapshots from the connector, through a topic keyed by ticker, for books that have been stale or empty for a
 * while. It sends nothing during the rebuild, since the snapshots may be in records not read yet.
 *
 * <p><i>Thread-safe: a separate thread sends the requests; nobody waits for Kafka.</i>
 */
@ApplicationScoped
class ResyncRequests {
    static final String CHANNEL = "resync";
    private static final Logger LOG = Logger.getLogger(ResyncRequests.class);
    private static final int ROUNDS_A_SECOND = 5;
    private static final long LOOK_EVERY_MS = 10_000;
    private static final int MAX_PENDING = 10_000;
    /**
     * The pause after a failure, doubled by each further one. A broker comes back soon, a missing topic is rarely
     * created.
     */
    private static final long SHORTEST_PAUSE_MS = 5_000;
    private static final long LONGEST_PAUSE_MS = 60_000;
    private static final byte[] NOTHING = {};

    private final BookRegistry registry;
    private final Completeness completeness;
    private final ResyncConfig config;
    private final Emitter<byte[]> emitter;
    private final BooksInNeed books;
    private final Counter requests;
    private final Counter failures;
    private final AtomicInteger pending = new AtomicInteger();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "orderbook-resync");
        made.setDaemon(true);
        return made;
    });
    private volatile long pausedUntilMs = Long.MIN_VALUE;
    private volatile long pauseMs;
    private boolean rebuilt;
    private long lookedMs = elapsedMs() - LOOK_EVERY_MS;

    @Inject
    ResyncRequests(BookRegistry registry, Completeness completeness, ResyncConfig config,
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) Emitter<byte[]> emitter,
            MeterRegistry meters) {
        this.registry = registry;
        this.completeness = completeness;
        this.config = config;
        this.emitter = emitter;
        this.books = new BooksInNeed(ResyncRequests::elapsedMs, config.after().toMillis(), config.again().toMillis(),
                config.longestWait().toMillis());
        this.requests = Counter.builder("orderbook.resync.requests")
                .description("Snapshots requested").register(meters);
        this.failures = Counter.builder("orderbook.resync.failures")
                .description("Snapshot requests that Kafka did not accept").register(meters);
        Gauge.builder("orderbook.resync.books", books, BooksInNeed::size)
                .description("Books that need a snapshot").register(meters);
    }

    private static long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    void start(@Observes StartupEvent event) {
        if (config.enabled()) {
            long everyMs = 1_000 / ROUNDS_A_SECOND;
            thread.scheduleWithFixedDelay(this::round, everyMs, everyMs, TimeUnit.MILLISECONDS);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
        registry.removeListener(books);
    }

    private void round() {
        try {
            if (!rebuilt && completeness.isRebuilt()) {
                rebuilt = true;
                registry.addListener(books);
            }
            if (rebuilt && elapsedMs() - lookedMs >= LOOK_EVERY_MS) {
                // cases without a publication: books from before, markets known only from deltas, trading that has
                // ended
                lookedMs = elapsedMs();
                registry.markets().forEach(market -> books.look(market.current()));
            }
            if (rebuilt && elapsedMs() >= pausedUntilMs) {
                books.due(Math.max(1, config.requestsPerSecond() / ROUNDS_A_SECOND)).forEach(this::ask);
            }
        } catch (RuntimeException e) {
            LOG.error("resync=failed, the check of books that need a snapshot is repeated", e);
        }
    }

    private void ask(String ticker) {
        if (registry.market(ticker).isEmpty()) {
            books.forget(ticker);
            return;
        }
        if (pending.incrementAndGet() > MAX_PENDING) {
            pending.decrementAndGet();
            return;
        }
        requests.increment();
        OutgoingKafkaRecordMetadata<byte[]> address = OutgoingKafkaRecordMetadata.<byte[]>builder()
                .withKey(ticker.getBytes(StandardCharsets.UTF_8)).build();
        emitter.send(Message.of(NOTHING, Metadata.of(address), () -> done(true), failure -> done(false)));
    }

    private CompletionStage<Void> done(boolean sent) {
        pending.decrementAndGet();
        if (sent) {
            pauseMs = 0;
        } else {
            failures.increment();
            pause();
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Failures of concurrent requests count as one. */
    private synchronized void pause() {
        if (elapsedMs() >= pausedUntilMs) {
            pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 2 * pauseMs));
            pausedUntilMs = elapsedMs() + pauseMs;
            LOG.warnf("resync=paused reason=\"a request was not sent\" topic=%s for_ms=%d", config.topic(), pauseMs);
        }
    }
}

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
 * Asks the connector for snapshots of books that have been stale or empty for a while, by a topic, keyed by the market's
 * ticker. Nothing is asked while the books are rebuilt, since their snapshots may be yet to be read.
 *
 * <p><i>Thread-safe: a thread of its own asks; nobody waits for Kafka.</i>
 */
@ApplicationScoped
class ResyncRequests {
    static final String CHANNEL = "resync";
    private static final Logger LOG = Logger.getLogger(ResyncRequests.class);
    private static final int ROUNDS_A_SECOND = 5;
    private static final long LOOK_EVERY_MS = 10_000;
    private static final int MAX_PENDING = 10_000;
    /** After a failure; each one in a row doubles it. A broker that is away comes back, a topic that is not there is rarely made. */
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
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) Emitter<byte[]> emitter, MeterRegistry meters) {
        this.registry = registry;
        this.completeness = completeness;
        this.config = config;
        this.emitter = emitter;
        this.books = new BooksInNeed(ResyncRequests::elapsedMs, config.after().toMillis(), config.again().toMillis(),
                config.longestWait().toMillis());
        this.requests = Counter.builder("orderbook.resync.requests")
                .description("Snapshots asked for").register(meters);
        this.failures = Counter.builder("orderbook.resync.failures")
                .description("Requests for snapshots that Kafka did not take").register(meters);
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
                // what no publication tells: books from before, markets named by nothing but changes, trading that has ended
                lookedMs = elapsedMs();
                registry.markets().forEach(market -> books.look(market.current()));
            }
            if (rebuilt && elapsedMs() >= pausedUntilMs) {
                books.due(Math.max(1, config.requestsPerSecond() / ROUNDS_A_SECOND)).forEach(this::ask);
            }
        } catch (RuntimeException e) {
            LOG.error("resync=failed", e);
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

    /** Failures of requests that were under way together count as one. */
    private synchronized void pause() {
        if (elapsedMs() >= pausedUntilMs) {
            pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 2 * pauseMs));
            pausedUntilMs = elapsedMs() + pauseMs;
            LOG.warnf("resync=paused topic=%s for_ms=%d", config.topic(), pauseMs);
        }
    }
}

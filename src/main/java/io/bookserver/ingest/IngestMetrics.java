package io.bookserver.ingest;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.kalshi.MessageType;
import io.bookserver.kalshi.RejectReason;
import io.bookserver.status.RecentLatency;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of the records that are read.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class IngestMetrics {
    private final MeterRegistry meters;
    private final Counter[] byType;
    private final Counter[] byOutcome;
    private final Counter[] byReason;
    private final Counter deadLettersSent;
    private final Counter deadLettersDropped;
    private final Counter deadLettersNotSentAgain;
    private final Counter lostRanges;
    private final Counter lostOffsets;
    private final Counter restarts;
    private final Set<Integer> watched = ConcurrentHashMap.newKeySet();
    private final Timer applyTime;
    private final Timer kafkaLatency;
    private final RecentLatency recentKafkaLatency = new RecentLatency();

    IngestMetrics(MeterRegistry meters, BookRegistry books) {
        this.meters = meters;
        this.byType = new Counter[MessageType.values().length];
        for (MessageType type : MessageType.values()) {
            byType[type.ordinal()] = Counter.builder("orderbook.records")
                    .description("Records read, by the type of the exchange's message")
                    .tag("type", type.wireName()).register(meters);
        }
        this.byOutcome = new Counter[ApplyOutcome.values().length];
        for (ApplyOutcome outcome : ApplyOutcome.values()) {
            byOutcome[outcome.ordinal()] = Counter.builder("orderbook.updates")
                    .description("Updates by outcome")
                    .tag("outcome", outcome.wireName()).register(meters);
        }
        this.byReason = new Counter[RejectReason.values().length];
        for (RejectReason reason : RejectReason.values()) {
            byReason[reason.ordinal()] = Counter.builder("orderbook.rejected")
                    .description("Records rejected, by reason")
                    .tag("reason", reason.wireName()).register(meters);
        }
        this.deadLettersSent = deadLetters("sent");
        this.deadLettersDropped = deadLetters("dropped");
        this.deadLettersNotSentAgain = deadLetters("not_sent_again");
        this.lostRanges = Counter.builder("orderbook.lost.ranges")
                .description("How often records were removed from the topic before they were read").register(meters);
        this.lostOffsets = Counter.builder("orderbook.lost.offsets")
                .description("Offsets that were removed from the topic before they were read").register(meters);
        this.restarts = Counter.builder("orderbook.partition.restarts")
                .description("How often a partition was created again or truncated").register(meters);
        this.applyTime = Timer.builder("orderbook.apply.time")
                .description("Decoding and applying one record; sampled: the first of a batch and every 64th")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100)).maximumExpectedValue(Duration.ofMillis(100))
                .register(meters);
        this.kafkaLatency = Timer.builder("orderbook.kafka.latency")
                .description("From publication by the proxy to reading by this server; the highest of each batch")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1)).maximumExpectedValue(Duration.ofMinutes(1))
                .register(meters);
        gauges(books);
    }

    void add(BatchCounts counts) {
        for (int i = 0; i < byType.length; i++) {
            if (counts.byType[i] > 0) {
                byType[i].increment(counts.byType[i]);
            }
        }
        for (int i = 0; i < byOutcome.length; i++) {
            if (counts.byOutcome[i] > 0) {
                byOutcome[i].increment(counts.byOutcome[i]);
            }
        }
        for (int i = 0; i < counts.timedRecords; i++) {
            applyTime.record(counts.applyNanos[i], TimeUnit.NANOSECONDS);
        }
        if (counts.highestLatencyMs != Long.MIN_VALUE) {
            kafkaLatency.record(Math.max(0, counts.highestLatencyMs), TimeUnit.MILLISECONDS);
            recentKafkaLatency.record(counts.highestLatencyMs);
        }
    }

    /** All records read since the start, whatever their outcome. */
    long records() {
        long sum = 0;
        for (Counter ofType : byType) {
            sum += (long) ofType.count();
        }
        return sum;
    }

    /** From publication by the proxy to reading by this server; the highest of each batch. */
    RecentLatency recentKafkaLatency() {
        return recentKafkaLatency;
    }

    void rejected(RejectReason reason) {
        byReason[reason.ordinal()].increment();
    }

    void deadLetterSent() {
        deadLettersSent.increment();
    }

    void deadLetterDropped() {
        deadLettersDropped.increment();
    }

    /** Counts a rejected record that was in the topic before the start. */
    void deadLetterNotSentAgain() {
        deadLettersNotSentAgain.increment();
    }

    void lost(long offsets) {
        lostRanges.increment();
        lostOffsets.increment(offsets);
    }

    void restarted() {
        restarts.increment();
    }

    void watch(int partition, PartitionProgress progress) {
        if (!watched.add(partition)) {
            return;
        }
        Gauge.builder("orderbook.partition.stalled", progress, one -> one.isStalled() ? 1 : 0)
                .description("1 while records wait in the partition and none is read, else 0")
                .tag("partition", Integer.toString(partition)).strongReference(true).register(meters);
        Gauge.builder("orderbook.partition.lag", progress, PartitionProgress::lag)
                .description("Records between the position and the end of the partition")
                .tag("partition", Integer.toString(partition)).strongReference(true).register(meters);
    }

    /** The values behind readiness, for alerts: the answers to probes are not recorded. */
    void watch(RebuildProgress progress, PartitionWatch watch) {
        Gauge.builder("orderbook.books.rebuilt", progress, all -> all.isRebuilt() ? 1 : 0)
                .description("1 when every partition has been read to the end that it had at the start, else 0")
                .strongReference(true).register(meters);
        Gauge.builder("orderbook.complete.age", progress, all -> ageSeconds(all.completeToMs()))
                .description("Age of the time up to which everything published is in the books")
                .baseUnit("seconds").strongReference(true).register(meters);
        Gauge.builder("orderbook.broker.silence", watch, w -> w.brokerSilenceMs() / 1e3)
                .description("Time since a consumer last had an answer from its broker").baseUnit("seconds")
                .strongReference(true).register(meters);
    }

    private static double ageSeconds(long ms) {
        return ms == 0 ? Double.NaN : Math.max(0, System.currentTimeMillis() - ms) / 1e3;
    }

    private Counter deadLetters(String what) {
        return Counter.builder("orderbook.dead.letters")
                .description("Rejected records sent to the dead-letter topic, or dropped because it accepted none")
                .tag("result", what).register(meters);
    }

    private void gauges(BookRegistry books) {
        for (BookState state : BookState.SHOWN) {
            Gauge.builder("orderbook.books", books, registry -> registry.booksIn(state))
                    .description("Books by state")
                    .tag("state", state.wireName()).strongReference(true).register(meters);
        }
        Gauge.builder("orderbook.books.to.heal", books, BookRegistry::staleBooksToHeal)
                .description("Stale books of markets whose trading has not ended").strongReference(true)
                .register(meters);
        Gauge.builder("orderbook.books.late", books, registry -> registry.booksIn(BookState.LATE))
                .description("Books shown as stale because this server lags behind").strongReference(true)
                .register(meters);
        Gauge.builder("orderbook.books.crossed", books, BookRegistry::crossedBooks)
                .description("Books that are locked or crossed now").strongReference(true).register(meters);
        FunctionCounter.builder("orderbook.crossings", books, BookRegistry::timesCrossed)
                .description("How often a book became locked or crossed").register(meters);
    }
}

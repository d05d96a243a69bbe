package io.bookserver.checkpoint;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The metrics of checkpoints.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class CheckpointMetrics {
    private final MeterRegistry meters;
    private final Map<Usability, Counter> starts = new EnumMap<>(Usability.class);
    private final Counter booksRead;
    private final Counter booksWritten;
    private final Counter bytesWritten;
    private final Counter tombstones;
    private final Counter cycles;
    private final Counter failures;
    private final AtomicInteger owned = new AtomicInteger();
    private final AtomicLong writtenNanos = new AtomicLong();

    CheckpointMetrics(MeterRegistry meters) {
        this.meters = meters;
        for (Usability usability : Usability.values()) {
            starts.put(usability, Counter.builder("orderbook.checkpoint.starts")
                    .description("Partitions by whether their checkpoint was used at the start")
                    .tag("result", usability.wireName()).register(meters));
        }
        booksRead = counter("orderbook.checkpoint.books.read", "Books restored from checkpoints");
        booksWritten = counter("orderbook.checkpoint.books.written", "Books written to checkpoints");
        bytesWritten = counter("orderbook.checkpoint.bytes.written", "Bytes of books written to checkpoints");
        tombstones = counter("orderbook.checkpoint.tombstones", "Books removed from checkpoints");
        cycles = counter("orderbook.checkpoint.cycles", "Cycles that wrote all partitions of this writer");
        failures = counter("orderbook.checkpoint.failures", "Checkpoint transactions that were not committed");
        Gauge.builder("orderbook.checkpoint.partitions", owned, AtomicInteger::get)
                .description("Partitions whose checkpoints this server writes").strongReference(true).register(meters);
        Gauge.builder("orderbook.checkpoint.age", this, CheckpointMetrics::ageSeconds)
                .description("Age of the last complete checkpoints that this server owns; 0 if it owns none")
                .baseUnit("seconds").strongReference(true).register(meters);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }

    /** Sets the number of partitions whose checkpoints this server owns. */
    void owns(int partitions) {
        if (owned.getAndSet(partitions) == 0) {
            writtenNanos.set(System.nanoTime());
        }
    }

    int owned() {
        return owned.get();
    }

    private double ageSeconds() {
        return owned.get() == 0 ? 0 : (System.nanoTime() - writtenNanos.get()) / 1e9;
    }

    void started(Usability usability, int books) {
        starts.get(usability).increment();
        booksRead.increment(books);
    }

    void wrote(long books, long bytes) {
        booksWritten.increment(books);
        bytesWritten.increment(bytes);
    }

    void removed(long books) {
        tombstones.increment(books);
    }

    void cycleDone() {
        cycles.increment();
        writtenNanos.set(System.nanoTime());
    }

    void failed() {
        failures.increment();
    }
}

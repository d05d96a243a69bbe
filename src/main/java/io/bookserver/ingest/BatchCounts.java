package io.bookserver.ingest;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.kalshi.MessageType;

/**
 * The metrics of one batch, added to the shared counters once per batch so that a record costs none. The first record
 * of a batch is timed, then every 64th.
 *
 * <p><i>Not thread-safe; confined to the thread that applies the batch.</i>
 */
final class BatchCounts {
    private static final int TIMED_EVERY = 64;

    final int[] byType = new int[MessageType.values().length];
    final int[] byOutcome = new int[ApplyOutcome.values().length];
    final long[] applyNanos = new long[16];
    int timedRecords;
    int records;
    long highestLatencyMs = Long.MIN_VALUE;

    private long startedNanos;
    private boolean timing;

    void timeIfDue() {
        timing = records++ % TIMED_EVERY == 0 && timedRecords < applyNanos.length;
        if (timing) {
            startedNanos = System.nanoTime();
        }
    }

    void timed() {
        if (timing) {
            applyNanos[timedRecords++] = System.nanoTime() - startedNanos;
        }
    }

    void read(MessageType type) {
        byType[type.ordinal()]++;
    }

    void applied(ApplyOutcome outcome) {
        byOutcome[outcome.ordinal()]++;
    }

    void latency(long kafkaLatencyMs) {
        highestLatencyMs = Math.max(highestLatencyMs, kafkaLatencyMs);
    }
}

package io.bookserver.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * The time before which everything that was published to a partition has been read. It is the time at which the broker
 * was asked for an end that has been reached since, or the last record's time if that is later, but not later than an
 * end that has not been reached. The ends that have not been reached yet show how far this server is behind, by its own
 * clock.
 *
 * <p><i>Changes are guarded by the {@link PartitionProgress} that owns it; {@link #toMs()} may be called at any
 * time.</i>
 */
final class CompleteTime {
    /** The maximum number of ends remembered. Further ones replace the last. */
    static final int MAX_ENDS = 256;

    /** An end of the partition, and when the broker was asked for it first and last. */
    private static final class End {
        private final long firstAskedNanos;
        private long offset;
        private long lastAskedMs;
        /** As {@link #knownNanos}, epoch milliseconds. */
        private long knownMs;
        /** When the broker had answered with that offset first. */
        private long knownNanos;

        End(long offset, long askedMs, long askedNanos, long knownNanos) {
            this.firstAskedNanos = askedNanos;
            this.offset = offset;
            this.lastAskedMs = askedMs;
            this.knownNanos = knownNanos;
            this.knownMs = askedMs + TimeUnit.NANOSECONDS.toMillis(knownNanos - askedNanos);
        }

        void is(long newOffset, long askedMs, long nowKnownNanos) {
            knownNanos = newOffset == offset ? knownNanos : nowKnownNanos;
            offset = newOffset;
            lastAskedMs = askedMs;
        }
    }

    private final Deque<End> ahead = new ArrayDeque<>();
    private long lastRecordMs;
    private long provenMs;
    private volatile long toMs;

    /** Epoch milliseconds; 0 if nothing is known. */
    long toMs() {
        return toMs;
    }

    /** Notes the time of the last record read. */
    void read(long recordMs) {
        lastRecordMs = recordMs;
        toMs = known();
    }

    /**
     * Notes an end that the broker was asked for at that time. Ends come in the order in which they were asked for.
     *
     * @param askedMs epoch milliseconds
     * @param askedNanos the same moment of {@link System#nanoTime()}
     * @param knownNanos when the answer had come
     */
    void ends(long highWatermark, long askedMs, long askedNanos, long knownNanos) {
        End last = ahead.peekLast();
        if (last == null || highWatermark > last.offset && ahead.size() < MAX_ENDS) {
            ahead.add(new End(highWatermark, askedMs, askedNanos, knownNanos));
        } else if (highWatermark >= last.offset) {
            last.is(highWatermark, askedMs, knownNanos);
        }
        toMs = known();
    }

    /** Notes that everything below that offset has been read. */
    void reached(long next) {
        while (!ahead.isEmpty() && next >= ahead.peek().offset) {
            provenMs = Math.max(provenMs, ahead.poll().lastAskedMs);
        }
        toMs = known();
    }

    /** What waits before an end was published before that end was known, whatever the clocks of publishers say. */
    private long known() {
        End first = ahead.peek();
        return Math.max(provenMs, first == null ? lastRecordMs : Math.min(lastRecordMs, first.knownMs));
    }

    /** How long ago the broker was first asked for an end that has not been reached yet; 0 if there is none. */
    long behindNanos(long nowNanos) {
        End first = ahead.peek();
        return first == null ? 0 : Math.max(0, nowNanos - first.firstAskedNanos);
    }

    /** The latest time at which a record that is read now can have been published; not later than now. */
    long publishedByNanos(long offset, long nowNanos) {
        for (End end : ahead) {
            if (end.offset > offset) {
                return Math.min(nowNanos, end.knownNanos);
            }
        }
        return nowNanos;
    }

    /** The log is another one: its end is not known yet. What was proven for the old one stays true. */
    void forgetEnd() {
        ahead.clear();
    }
}

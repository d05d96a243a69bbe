package io.bookserver.ingest;

/**
 * The time before which everything that was published to a partition has been read. It is the time at which the broker
 * was asked for an end that has been reached since, or the last record's time if that is later.
 *
 * <p><i>Changes are guarded by the {@link PartitionProgress} that owns it; {@link #toMs()} may be called at any
 * time.</i>
 */
final class CompleteTime {
    private static final long NONE = -1;

    private long lastRecordMs;
    private long provenMs;
    /** The end to be reached, and when it was asked for. */
    private long end = NONE;
    private long askedMs;
    private volatile long toMs;

    /** Epoch milliseconds; 0 if nothing is known. */
    long toMs() {
        return toMs;
    }

    /** Notes the time of the last record read. */
    void read(long recordMs) {
        lastRecordMs = recordMs;
        toMs = Math.max(provenMs, lastRecordMs);
    }

    /** Notes an end that the broker was asked for at that time. It counts if no earlier one is still to be reached. */
    void ends(long highWatermark, long atMs) {
        if (end == NONE) {
            end = highWatermark;
            askedMs = atMs;
        }
    }

    /** Notes that everything below that offset has been read. */
    void reached(long next) {
        if (end != NONE && next >= end) {
            provenMs = Math.max(provenMs, askedMs);
            end = NONE;
            toMs = Math.max(provenMs, lastRecordMs);
        }
    }

    /** The log is another one: its end is not known yet. What was proven for the old one stays true. */
    void forgetEnd() {
        end = NONE;
    }
}

package io.bookserver.book;

/**
 * Where a book stands in the exchange's subscription: S, the snapshot it was built on; L, the record applied with the
 * highest seq; and the seqs applied last. From these three follows what a record is to the book (rule 2).
 *
 * <p>What is consistent with a repetition is passed over, what is consistent with a new snapshot is taken, and what
 * contradicts both is passed over and makes the book stale.
 *
 * <p><i>Immutable.</i>
 */
final class Place {
    /** How many seqs are remembered beside the highest one, S among them as long as it is one of the last. */
    static final int REMEMBERED = 8;

    /** A book without a snapshot that records could be compared with. */
    static final Place NONE = new Place(null, null, 0, 0, 0, 0);

    /** A gap too wide for its place: what lies beyond it is forgotten. */
    private static final long FAR = 0xFFFF_FFFFL;

    private final RecordStamp snapshot;
    private final RecordStamp last;
    /**
     * The seqs applied before the last one, as the distance of each to the next higher one: 32 bits each, the highest
     * first, 0 behind the lowest. They are fields, not an array, so that a delta costs a few shifts and no copy.
     */
    private final long gaps0;
    private final long gaps1;
    private final long gaps2;
    private final long gaps3;

    private Place(RecordStamp snapshot, RecordStamp last, long gaps0, long gaps1, long gaps2, long gaps3) {
        this.snapshot = snapshot;
        this.last = last;
        this.gaps0 = gaps0;
        this.gaps1 = gaps1;
        this.gaps2 = gaps2;
        this.gaps3 = gaps3;
    }

    /** The place of a book that was just built on that snapshot. */
    static Place on(RecordStamp snapshot) {
        return new Place(snapshot, snapshot, 0, 0, 0, 0);
    }

    /** Whether the book stands on a snapshot of that partition, connection and, where one is named, sid. */
    boolean standsOn(FeedLoss loss) {
        return snapshot != null && loss.concerns(snapshot);
    }

    /** Whether the book's snapshot came by that partition. */
    boolean isOfPartition(int partition) {
        return snapshot != null && snapshot.partition() == partition;
    }

    /** Whether the book's snapshot came by that partition and was published after that record. */
    boolean isOfPartitionAfter(int partition, RecordStamp record) {
        return snapshot != null && snapshot.partition() == partition && snapshot.recordMs() > record.recordMs();
    }

    /** What a snapshot is to the book: {@code APPLIED} if it is to be taken, else why it is passed over. */
    ApplyOutcome judgeSnapshot(RecordStamp record) {
        if (snapshot == null) {
            return ApplyOutcome.APPLIED;
        }
        boolean identified = record.hasConnection() && snapshot.hasConnection();
        if (identified && record.connectionNumber() != snapshot.connectionNumber()) {
            return isSuperseded(record) ? ApplyOutcome.SUPERSEDED : ApplyOutcome.APPLIED;
        }
        if (!record.hasSequence()) {
            return ApplyOutcome.APPLIED;
        }
        long feedTimeMs = record.feedTimeMs();
        if (snapshot.hasSequence() && record.sid() == snapshot.sid()) {
            if (record.seq() == snapshot.seq() && (identified || feedTimeMs == snapshot.feedTimeMs())) {
                return ApplyOutcome.REPEATED_SEQUENCE;
            }
            if (record.seq() > snapshot.seq() && record.seq() <= last.seq()
                    && (identified || feedTimeMs >= snapshot.feedTimeMs() && feedTimeMs <= last.feedTimeMs())) {
                return ApplyOutcome.LATE_SNAPSHOT;
            }
        }
        if (identified) {
            return snapshot.hasSequence() && isBefore(record, snapshot) ? ApplyOutcome.SUPERSEDED : ApplyOutcome.APPLIED;
        }
        return feedTimeMs < snapshot.feedTimeMs() ? ApplyOutcome.CONTRADICTION : ApplyOutcome.APPLIED;
    }

    /**
     * What a delta is to the book: {@code APPLIED} or {@code APPLIED_LATE} if it is to be applied, else why it is passed
     * over.
     */
    ApplyOutcome judgeDelta(RecordStamp record) {
        if (snapshot == null) {
            return ApplyOutcome.APPLIED;
        }
        boolean identified = record.hasConnection() && snapshot.hasConnection();
        if (identified && record.connectionNumber() != snapshot.connectionNumber()) {
            return isSuperseded(record) ? ApplyOutcome.SUPERSEDED : ApplyOutcome.UNKNOWN_SUBSCRIPTION;
        }
        if (!record.hasSequence() || !snapshot.hasSequence()) {
            return ApplyOutcome.APPLIED;
        }
        if (record.sid() != snapshot.sid()) {
            return identified && record.sid() < snapshot.sid()
                    ? ApplyOutcome.SUPERSEDED : ApplyOutcome.UNKNOWN_SUBSCRIPTION;
        }
        return identified ? judgeSeq(record) : judgeSeqAndTime(record);
    }

    private ApplyOutcome judgeSeq(RecordStamp record) {
        if (record.seq() > last.seq()) {
            return ApplyOutcome.APPLIED;
        }
        return record.seq() <= snapshot.seq() || isRemembered(record.seq())
                ? ApplyOutcome.REPEATED_SEQUENCE : ApplyOutcome.APPLIED_LATE;
    }

    /** Without a connection's number it is the clock that tells a repetition from another connection's record. */
    private ApplyOutcome judgeSeqAndTime(RecordStamp record) {
        long feedTimeMs = record.feedTimeMs();
        if (record.seq() <= snapshot.seq()) {
            return feedTimeMs <= snapshot.feedTimeMs() ? ApplyOutcome.REPEATED_SEQUENCE : ApplyOutcome.CONTRADICTION;
        }
        if (feedTimeMs < snapshot.feedTimeMs() || record.seq() <= last.seq() && feedTimeMs > last.feedTimeMs()) {
            return ApplyOutcome.CONTRADICTION;
        }
        return judgeSeq(record);
    }

    private boolean isSuperseded(RecordStamp record) {
        return record.connectionNumber() < snapshot.connectionNumber();
    }

    private static boolean isBefore(RecordStamp record, RecordStamp other) {
        return record.sid() < other.sid() || record.sid() == other.sid() && record.seq() < other.seq();
    }

    /** The place after that delta was applied. */
    Place after(RecordStamp delta) {
        if (snapshot == null || !delta.hasSequence()) {
            return this;
        }
        if (!snapshot.hasSequence()) {
            // the first delta that has a place: as if the snapshot stood right before it
            return on(snapshot.at(delta.sid(), delta.seq() - 1)).after(delta);
        }
        long gap = delta.seq() - last.seq();
        return gap > 0 ? pushed(delta, Math.min(gap, FAR)) : withLate(delta.seq());
    }

    private Place pushed(RecordStamp delta, long gap) {
        return new Place(snapshot, delta, gap << 32 | gaps0 >>> 32, gaps0 << 32 | gaps1 >>> 32,
                gaps1 << 32 | gaps2 >>> 32, gaps2 << 32 | gaps3 >>> 32);
    }

    /** The rare case: a seq finds its place among those that are remembered. */
    private Place withLate(long seq) {
        long[] gaps = new long[REMEMBERED];
        long at = last.seq();
        long from = at;
        int size = 0;
        boolean placed = false;
        for (int i = 0; i < REMEMBERED && size < REMEMBERED; i++) {
            long gap = gap(i);
            if (!placed && (gap == 0 || gap == FAR || at - gap < seq)) {
                gaps[size++] = from - seq;
                from = seq;
                placed = true;
            }
            if (gap == 0 || gap == FAR || size == REMEMBERED) {
                break;
            }
            at -= gap;
            gaps[size++] = from - at;
            from = at;
        }
        return new Place(snapshot, last, gaps[0] << 32 | gaps[1], gaps[2] << 32 | gaps[3],
                gaps[4] << 32 | gaps[5], gaps[6] << 32 | gaps[7]);
    }

    /** Whether that seq, above S and not above L, was applied, or is too old to tell. */
    private boolean isRemembered(long seq) {
        long at = last.seq();
        for (int i = 0; i < REMEMBERED && seq < at; i++) {
            long gap = gap(i);
            if (gap == FAR) {
                return true;
            }
            if (gap == 0) {
                return false;
            }
            at -= gap;
        }
        return seq <= at;
    }

    private long gap(int index) {
        long pair = index < 4 ? index < 2 ? gaps0 : gaps1 : index < 6 ? gaps2 : gaps3;
        return (index & 1) == 0 ? pair >>> 32 : pair & FAR;
    }
}

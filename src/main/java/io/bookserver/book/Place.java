package io.bookserver.book;

import java.util.Optional;

/**
 * A book's position in the exchange's subscription: S, the snapshot on which it is based; L, the applied record with
 * the highest seq; and the seqs applied last. They determine how a record relates to the book (rule 2). A book extends
 * this class instead of having a field, since a separate object per delta would cost more than all of these rules.
 *
 * <p>A record that is consistent with a duplicate is ignored. One that is consistent with a new snapshot is accepted.
 * One that contradicts both is ignored and makes the book stale.
 *
 * <p><i>Immutable.</i>
 */
class Place {
    /** The number of seqs remembered besides the highest one. S is among them while it is one of the latest. */
    static final int REMEMBERED = 8;

    /** The largest gap that fits, 16 million messages or more: nothing below such a gap is remembered. */
    private static final long FAR = 0xFF_FFFFL;
    private static final int GAP_BITS = 24;

    /** Null if the book has no snapshot to compare records with. */
    private final RecordStamp snapshot;

    private final RecordStamp last;
    /**
     * The seqs applied before the last one, each as its distance to the next higher one: 24 bits each, the highest seq
     * first, 0 after the lowest. They are fields, not an array, so that a delta costs a few shifts and no copy.
     */
    private final long gaps0;
    private final long gaps1;
    private final long gaps2;

    /** The position of a book without a snapshot. */
    Place() {
        this((RecordStamp) null);
    }

    /** The position of a book just built from that snapshot. */
    Place(RecordStamp snapshot) {
        this.snapshot = snapshot;
        this.last = snapshot;
        this.gaps0 = 0;
        this.gaps1 = 0;
        this.gaps2 = 0;
    }

    /** A copy. */
    Place(Place same) {
        this.snapshot = same.snapshot;
        this.last = same.last;
        this.gaps0 = same.gaps0;
        this.gaps1 = same.gaps1;
        this.gaps2 = same.gaps2;
    }

    /** The position after a delta whose seq is {@code gap} above the last one. */
    Place(Place before, long gap, RecordStamp delta) {
        snapshot = before.snapshot;
        last = delta;
        gaps0 = Math.min(gap, FAR) << 64 - GAP_BITS | before.gaps0 >>> GAP_BITS;
        gaps1 = before.gaps0 << 64 - GAP_BITS | before.gaps1 >>> GAP_BITS;
        gaps2 = before.gaps1 << 64 - GAP_BITS | before.gaps2 >>> GAP_BITS;
    }

    /** A position rebuilt from {@link #snapshotRecord()}, {@link #highestRecord()} and {@link #gaps()}. */
    Place(RecordStamp snapshot, RecordStamp last, int... gaps) {
        this(snapshot, last, packed(gaps));
    }

    private Place(Place before, long[] packedGaps) {
        this(before.snapshot, before.last, packedGaps);
    }

    private Place(RecordStamp snapshot, RecordStamp last, long[] packedGaps) {
        this.snapshot = snapshot;
        this.last = last;
        gaps0 = packedGaps[0];
        gaps1 = packedGaps[1];
        gaps2 = packedGaps[2];
    }

    /** S: the snapshot on which the book is based; empty if there is none to compare records with. */
    public Optional<RecordStamp> snapshotRecord() {
        return Optional.ofNullable(snapshot);
    }

    /** L: the applied record with the highest seq; present if {@link #snapshotRecord()} is. */
    public Optional<RecordStamp> highestRecord() {
        return Optional.ofNullable(last);
    }

    /**
     * The seqs applied before L, each as its distance to the next higher one, highest first: at most
     * {@value #REMEMBERED} numbers in 1..2^24-1. The largest of these values means "this distance or more".
     */
    public int[] gaps() {
        int size = 0;
        while (size < REMEMBERED && gap(size) != 0) {
            size++;
        }
        int[] gaps = new int[size];
        for (int i = 0; i < size; i++) {
            gaps[i] = (int) gap(i);
        }
        return gaps;
    }

    /**
     * How far a delta's seq is above the last one; 0 or less if it is not, or if there is nothing to compare it with.
     */
    long gapTo(RecordStamp delta) {
        return snapshot == null || !snapshot.hasSequence() || !delta.hasSequence() ? 0 : delta.seq() - last.seq();
    }

    /** The position after a delta whose seq is not above the last one: it came late, or one of the two has no seq. */
    Place afterOther(RecordStamp delta) {
        if (snapshot == null || !delta.hasSequence()) {
            return this;
        }
        if (!snapshot.hasSequence()) {
            // the first delta with a seq: as if the snapshot were right before it
            return new Place(new Place(snapshot.at(delta.sid(), delta.seq() - 1)), 1, delta);
        }
        return new Place(this, packedWith(delta.seq()));
    }

    /** Whether the book is based on a snapshot that this loss affects. */
    boolean standsOn(FeedLoss loss) {
        return snapshot != null && loss.concerns(snapshot);
    }

    /** Whether the book's snapshot is of that partition. */
    boolean isOf(int partition) {
        return snapshot != null && snapshot.partition() == partition;
    }

    /** Whether the book's snapshot is of that partition and was published after that record. */
    boolean isOfPartitionAfter(int partition, RecordStamp record) {
        return isOf(partition) && snapshot.recordMs() > record.recordMs();
    }

    /** How a snapshot relates to the book: {@code APPLIED} if it is to be accepted, else why it is ignored. */
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
     * How a delta relates to the book: {@code APPLIED} or {@code APPLIED_LATE} if it is to be applied, else why it is
     * ignored.
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
        return isRemembered(record.seq()) ? ApplyOutcome.REPEATED_SEQUENCE : ApplyOutcome.APPLIED_LATE;
    }

    /** Without connection numbers, only the clock distinguishes a duplicate from a record of another connection. */
    private ApplyOutcome judgeSeqAndTime(RecordStamp record) {
        long feedTimeMs = record.feedTimeMs();
        if (record.seq() > last.seq()) {
            return feedTimeMs < snapshot.feedTimeMs() ? ApplyOutcome.CONTRADICTION : ApplyOutcome.APPLIED;
        }
        if (record.seq() <= snapshot.seq()) {
            return feedTimeMs <= snapshot.feedTimeMs() ? ApplyOutcome.REPEATED_SEQUENCE : ApplyOutcome.CONTRADICTION;
        }
        return feedTimeMs < snapshot.feedTimeMs() || feedTimeMs > last.feedTimeMs()
                ? ApplyOutcome.CONTRADICTION : judgeSeq(record);
    }

    private boolean isSuperseded(RecordStamp record) {
        return record.connectionNumber() < snapshot.connectionNumber();
    }

    private static boolean isBefore(RecordStamp record, RecordStamp other) {
        return record.sid() < other.sid() || record.sid() == other.sid() && record.seq() < other.seq();
    }

    /** The gaps when that seq, which lies within one of them, is remembered as well. */
    private long[] packedWith(long seq) {
        long[] packed = new long[3];
        long at = last.seq();
        int index = 0;
        long gap = gap(0);
        while (at - gap > seq) {
            pack(packed, index++, gap);
            at -= gap;
            gap = gap(index);
        }
        pack(packed, index++, at - seq);
        // how far it is from there across a gap that is too wide is not known
        long next = gap == FAR ? 0 : gap - (at - seq);
        while (index < REMEMBERED && next != 0) {
            pack(packed, index, next);
            next = gap(index++);
        }
        return packed;
    }

    private static long[] packed(int[] gaps) {
        if (gaps.length > REMEMBERED) {
            throw new IllegalArgumentException("at most " + REMEMBERED + " gaps are remembered: " + gaps.length);
        }
        long[] packed = new long[3];
        for (int i = 0; i < gaps.length; i++) {
            if (gaps[i] < 1 || gaps[i] > FAR) {
                throw new IllegalArgumentException("a gap must be in 1.." + FAR + ": " + gaps[i]);
            }
            pack(packed, i, gaps[i]);
        }
        return packed;
    }

    private static void pack(long[] packed, int index, long gap) {
        for (int bit = 0; bit < GAP_BITS; bit++) {
            int at = index * GAP_BITS + bit;
            long one = gap >>> GAP_BITS - 1 - bit & 1;
            packed[at >>> 6] |= one << 63 - (at & 63);
        }
    }

    /** Whether that seq, not above L, was applied or is older than what is remembered. */
    private boolean isRemembered(long seq) {
        long at = last.seq();
        for (int i = 0; i < REMEMBERED && seq < at; i++) {
            long gap = gap(i);
            at -= gap;
            if (gap == FAR) {
                break;
            }
        }
        return seq <= at;
    }

    private long gap(int index) {
        int at = index * GAP_BITS;
        int shift = at & 63;
        long word = at < 64 ? gaps0 : at < 128 ? gaps1 : gaps2;
        long next = at < 64 ? gaps1 : gaps2;
        long aligned = shift == 0 ? word : word << shift | next >>> 64 - shift;
        return aligned >>> 64 - GAP_BITS;
    }
}

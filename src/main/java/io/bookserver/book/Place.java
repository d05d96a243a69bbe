package io.bookserver.book;

import java.util.Arrays;
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

    private static final int GAP_BITS = 24;
    private static final long LARGEST_GAP = (1L << GAP_BITS) - 1;

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
    /** The same seqs themselves, while a distance between them does not fit; else null. */
    private final long[] distant;

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
        this.distant = null;
    }

    /** A copy. */
    Place(Place same) {
        this.snapshot = same.snapshot;
        this.last = same.last;
        this.gaps0 = same.gaps0;
        this.gaps1 = same.gaps1;
        this.gaps2 = same.gaps2;
        this.distant = same.distant;
    }

    /** The position after a delta whose seq is {@code gap} above the last one. */
    Place(Place before, long gap, RecordStamp delta) {
        snapshot = before.snapshot;
        last = delta;
        if (gap <= LARGEST_GAP && before.distant == null) {
            gaps0 = gap << 64 - GAP_BITS | before.gaps0 >>> GAP_BITS;
            gaps1 = before.gaps0 << 64 - GAP_BITS | before.gaps1 >>> GAP_BITS;
            gaps2 = before.gaps1 << 64 - GAP_BITS | before.gaps2 >>> GAP_BITS;
            distant = null;
        } else {
            Place same = new Place(snapshot, last, before.seqsWith(before.last.seq()));
            gaps0 = same.gaps0;
            gaps1 = same.gaps1;
            gaps2 = same.gaps2;
            distant = same.distant;
        }
    }

    /** @param seqs those applied before the last one, highest first, at most {@value #REMEMBERED} */
    private Place(RecordStamp snapshot, RecordStamp last, long[] seqs) {
        this.snapshot = snapshot;
        this.last = last;
        long[] packed = new long[3];
        boolean fits = true;
        for (int i = 0; i < seqs.length; i++) {
            long gap = (i == 0 ? last.seq() : seqs[i - 1]) - seqs[i];
            fits &= gap <= LARGEST_GAP;
            pack(packed, i, gap);
        }
        gaps0 = fits ? packed[0] : 0;
        gaps1 = fits ? packed[1] : 0;
        gaps2 = fits ? packed[2] : 0;
        distant = fits ? null : seqs;
    }

    /** A position rebuilt from {@link #snapshotRecord()}, {@link #highestRecord()} and {@link #gaps()}. */
    static Place of(RecordStamp snapshot, RecordStamp last, long... gaps) {
        if (gaps.length > REMEMBERED || gaps.length > 0 && last == null) {
            throw new IllegalArgumentException("at most " + REMEMBERED + " gaps are remembered, below a record: " + gaps.length);
        }
        long[] seqs = new long[gaps.length];
        for (int i = 0; i < gaps.length; i++) {
            if (gaps[i] < 1) {
                throw new IllegalArgumentException("a gap must be 1 or more: " + gaps[i]);
            }
            seqs[i] = (i == 0 ? last.seq() : seqs[i - 1]) - gaps[i];
        }
        return new Place(snapshot, last, seqs);
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
     * {@value #REMEMBERED} numbers, 1 or more.
     */
    public long[] gaps() {
        long[] gaps = seqs();
        for (int i = gaps.length - 1; i >= 0; i--) {
            gaps[i] = (i == 0 ? last.seq() : gaps[i - 1]) - gaps[i];
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
        return new Place(snapshot, last, seqsWith(delta.seq()));
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
            return snapshot.hasSequence() && isBefore(record, snapshot)
                    ? ApplyOutcome.SUPERSEDED : ApplyOutcome.APPLIED;
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

    /** The seqs applied before the last one, highest first; a copy. */
    private long[] seqs() {
        if (distant != null) {
            return distant.clone();
        }
        int size = 0;
        while (size < REMEMBERED && gap(size) != 0) {
            size++;
        }
        long[] seqs = new long[size];
        for (int i = 0; i < size; i++) {
            seqs[i] = (i == 0 ? last.seq() : seqs[i - 1]) - gap(i);
        }
        return seqs;
    }

    /** The highest of {@link #seqs()} and one more. */
    private long[] seqsWith(long seq) {
        long[] known = seqs();
        long[] seqs = Arrays.copyOf(known, Math.min(known.length + 1, REMEMBERED));
        int at = seqs.length - 1;
        while (at > 0 && known[at - 1] < seq) {
            seqs[at] = known[--at];
        }
        seqs[at] = seq;
        return seqs;
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
        if (distant != null) {
            return seq == last.seq() || seq <= distant[distant.length - 1]
                    || Arrays.stream(distant).anyMatch(one -> one == seq);
        }
        long at = last.seq();
        for (int i = 0; i < REMEMBERED && seq < at; i++) {
            at -= gap(i);
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

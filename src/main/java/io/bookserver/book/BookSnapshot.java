package io.bookserver.book;

import java.util.Optional;

/**
 * One whole book at one moment: both ladders, its state, and its position in the exchange's subscription.
 *
 * <p><i>Immutable.</i>
 */
public final class BookSnapshot extends Place {
    static final BookSnapshot AWAITING = new BookSnapshot(
            new Place(), BookState.AWAITING_SNAPSHOT, Ladder.EMPTY, Ladder.EMPTY, new RecordStamp.Builder().build());

    private final BookState state;
    private final Ladder yes;
    private final Ladder no;
    private final RecordStamp last;

    /** A book that consists of that snapshot. */
    BookSnapshot(BookState state, Ladder yes, Ladder no, RecordStamp snapshot) {
        super(snapshot);
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = snapshot;
    }

    /** A book at that position. */
    private BookSnapshot(Place place, BookState state, Ladder yes, Ladder no, RecordStamp last) {
        super(place);
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = last;
    }

    /** The book after a delta whose seq is {@code gap} above the last one. */
    private BookSnapshot(BookSnapshot before, long gap, BookState state, Ladder yes, Ladder no, RecordStamp delta) {
        super(before, gap, delta);
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = delta;
    }

    /**
     * Rebuilds a book from the values of its accessors.
     *
     * @param snapshot S of rule 2; empty, like {@code highest}, if there is no snapshot to compare records with
     * @param highest L of rule 2
     * @param gaps as returned by {@link #gaps()}
     * @throws IllegalArgumentException if these values do not form a book
     */
    public static BookSnapshot of(BookState state, Ladder yes, Ladder no, RecordStamp lastRecord,
            Optional<RecordStamp> snapshot, Optional<RecordStamp> highest, long... gaps) {
        if (snapshot.isPresent() != highest.isPresent()) {
            throw new IllegalArgumentException("snapshot and highest record must both be present or both be absent");
        }
        if (state == BookState.AWAITING_SNAPSHOT) {
            if (snapshot.isPresent() || !yes.isEmpty() || !no.isEmpty()) {
                throw new IllegalArgumentException("a book without a snapshot must be empty");
            }
            return AWAITING;
        }
        return new BookSnapshot(Place.of(snapshot.orElse(null), highest.orElse(null), gaps), state, yes, no,
                lastRecord);
    }

    public BookState state() {
        return state;
    }

    public Ladder yes() {
        return yes;
    }

    public Ladder no() {
        return no;
    }

    public Ladder ladder(Side side) {
        return side == Side.YES ? yes : no;
    }

    boolean isAwaiting() {
        return state == BookState.AWAITING_SNAPSHOT;
    }

    /** The record that was applied last. */
    public RecordStamp lastRecord() {
        return last;
    }

    BookSnapshot asStale() {
        return state.isWhole() ? in(BookState.STALE) : this;
    }

    /** This book as live or late; itself if it is neither. */
    BookSnapshot late(boolean late) {
        BookState next = late ? BookState.LATE : BookState.LIVE;
        return state.isWhole() && state != next ? in(next) : this;
    }

    private BookSnapshot in(BookState next) {
        return new BookSnapshot((Place) this, next, yes, no, last);
    }

    /** This book without a snapshot to compare records with: whatever snapshot comes next is accepted. */
    BookSnapshot withoutPlace() {
        return isAwaiting() ? this : new BookSnapshot(new Place(), BookState.STALE, yes, no, last);
    }

    BookSnapshot with(Side side, Ladder ladder, BookState nextState, RecordStamp delta) {
        Ladder nextYes = side == Side.YES ? ladder : yes;
        Ladder nextNo = side == Side.YES ? no : ladder;
        long gap = gapTo(delta);
        return gap > 0
                ? new BookSnapshot(this, gap, nextState, nextYes, nextNo, delta)
                : new BookSnapshot(afterOther(delta), nextState, nextYes, nextNo, delta);
    }

    @Override
    public String toString() {
        return "state=" + state + " yes=" + yes + " no=" + no;
    }
}

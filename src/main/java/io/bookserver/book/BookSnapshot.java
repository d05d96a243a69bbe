package io.bookserver.book;

import java.util.Optional;

/**
 * One whole book at one moment: both ladders, how far they can be trusted, and the place in the exchange's subscription
 * that they stand at.
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

    /** A book as that snapshot says. */
    BookSnapshot(BookState state, Ladder yes, Ladder no, RecordStamp snapshot) {
        super(snapshot);
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = snapshot;
    }

    /** A book at that place. */
    private BookSnapshot(Place place, BookState state, Ladder yes, Ladder no, RecordStamp last) {
        super(place);
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = last;
    }

    /** The book that a delta makes of another one, which is so far above that one's last. */
    private BookSnapshot(BookSnapshot before, long gap, BookState state, Ladder yes, Ladder no, RecordStamp delta) {
        super(before, gap, delta);
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = delta;
    }

    /**
     * The book that was taken apart by this type's accessors.
     *
     * @param snapshot S of rule 2; empty where nothing is to be compared with what comes, and then {@code highest} is, too
     * @param highest L of rule 2
     * @param gaps what {@link #gaps()} told
     * @throws IllegalArgumentException if these do not make a book
     */
    public static BookSnapshot of(BookState state, Ladder yes, Ladder no, RecordStamp lastRecord,
            Optional<RecordStamp> snapshot, Optional<RecordStamp> highest, int... gaps) {
        if (snapshot.isPresent() != highest.isPresent()) {
            throw new IllegalArgumentException("snapshot and highest record must be there together");
        }
        if (state == BookState.AWAITING_SNAPSHOT) {
            if (snapshot.isPresent() || !yes.isEmpty() || !no.isEmpty()) {
                throw new IllegalArgumentException("a book without a snapshot must be empty");
            }
            return AWAITING;
        }
        return new BookSnapshot(new Place(snapshot.orElse(null), highest.orElse(null), gaps), state, yes, no, lastRecord);
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

    /** Whether the best bids of both sides are locked or crossed (rule 5). */
    public boolean isCrossed() {
        return !yes.isEmpty() && !no.isEmpty() && yes.best().crosses(no.best());
    }

    boolean isAwaiting() {
        return state == BookState.AWAITING_SNAPSHOT;
    }

    /** The record that was applied last. */
    public RecordStamp lastRecord() {
        return last;
    }

    BookSnapshot asStale() {
        return state == BookState.LIVE ? new BookSnapshot((Place) this, BookState.STALE, yes, no, last) : this;
    }

    /** This book when nothing holds any more of what its records said of themselves: the next snapshot is taken. */
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

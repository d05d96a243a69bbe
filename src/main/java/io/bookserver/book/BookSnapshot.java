package io.bookserver.book;

/**
 * One whole book at one moment: both ladders, how far they can be trusted, and the place in the exchange's subscription
 * that they stand at.
 *
 * <p><i>Immutable.</i>
 */
public final class BookSnapshot {
    static final BookSnapshot AWAITING =
            new BookSnapshot(
                    BookState.AWAITING_SNAPSHOT, Ladder.EMPTY, Ladder.EMPTY, new RecordStamp.Builder().build(), Place.NONE);

    private final BookState state;
    private final Ladder yes;
    private final Ladder no;
    private final RecordStamp last;
    private final Place place;

    BookSnapshot(BookState state, Ladder yes, Ladder no, RecordStamp last, Place place) {
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = last;
        this.place = place;
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

    /** Whether the best bids of both sides add up to a dollar or more: locked or crossed (rule 5). */
    public boolean isCrossed() {
        return !yes.isEmpty() && !no.isEmpty()
                && yes.best().priceTicks() + no.best().priceTicks() >= Level.TICKS_PER_DOLLAR;
    }

    boolean isAwaiting() {
        return state == BookState.AWAITING_SNAPSHOT;
    }

    /** The record that was applied last. */
    public RecordStamp lastRecord() {
        return last;
    }

    Place place() {
        return place;
    }

    BookSnapshot asStale() {
        return state == BookState.LIVE ? new BookSnapshot(BookState.STALE, yes, no, last, place) : this;
    }

    /** This book when nothing holds any more of what its records said of themselves: the next snapshot is taken. */
    BookSnapshot withoutPlace() {
        return isAwaiting() ? this : new BookSnapshot(BookState.STALE, yes, no, last, Place.NONE);
    }

    BookSnapshot with(Side side, Ladder ladder, BookState nextState, RecordStamp stamp) {
        Place next = place.after(stamp);
        return side == Side.YES
                ? new BookSnapshot(nextState, ladder, no, stamp, next)
                : new BookSnapshot(nextState, yes, ladder, stamp, next);
    }

    @Override
    public String toString() {
        return "state=" + state + " yes=" + yes + " no=" + no;
    }
}

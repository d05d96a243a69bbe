package io.bookserver.book;

/**
 * One whole book at one moment: both ladders, how far they can be trusted, and the place in the exchange's subscription
 * that they stand at.
 *
 * <p><i>Immutable.</i>
 */
public final class BookSnapshot {
    static final BookSnapshot AWAITING =
            new BookSnapshot(BookState.AWAITING_SNAPSHOT, Ladder.EMPTY, Ladder.EMPTY, new RecordStamp.Builder().build());

    private final BookState state;
    private final Ladder yes;
    private final Ladder no;
    private final RecordStamp last;
    /** The last record applied that had a sequence, else the last of all. */
    private final RecordStamp sequenced;

    BookSnapshot(BookState state, Ladder yes, Ladder no, RecordStamp last) {
        this(state, yes, no, last, last);
    }

    private BookSnapshot(BookState state, Ladder yes, Ladder no, RecordStamp last, RecordStamp sequenced) {
        this.state = state;
        this.yes = yes;
        this.no = no;
        this.last = last;
        this.sequenced = sequenced;
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

    RecordStamp sequenced() {
        return sequenced;
    }

    BookSnapshot asStale() {
        return state == BookState.LIVE ? new BookSnapshot(BookState.STALE, yes, no, last, sequenced) : this;
    }

    BookSnapshot with(Side side, Ladder ladder, BookState nextState, RecordStamp stamp) {
        RecordStamp nextSequenced = stamp.hasSequence() ? stamp : sequenced;
        return side == Side.YES
                ? new BookSnapshot(nextState, ladder, no, stamp, nextSequenced)
                : new BookSnapshot(nextState, yes, ladder, stamp, nextSequenced);
    }

    @Override
    public String toString() {
        return "state=" + state + " yes=" + yes + " no=" + no;
    }
}

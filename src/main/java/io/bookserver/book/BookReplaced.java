package io.bookserver.book;

/**
 * A snapshot: the whole book anew. {@code marketId} is empty where the message does not tell it.
 *
 * <p><i>Immutable.</i>
 */
public record BookReplaced(String ticker, String marketId, PriceLevels yes, PriceLevels no, RecordStamp stamp)
        implements BookUpdate {

    @Override
    public Transition applyTo(MarketSnapshot before, long nowMs) {
        boolean spread = before.isSpreadBy(stamp);
        if (repeats(before.book())) {
            return spread ? spread(before, nowMs) : new Transition(before, ApplyOutcome.REPEATED_SEQUENCE);
        }
        BookSnapshot next = new BookSnapshot(
                spread ? BookState.STALE : BookState.LIVE, yes.stamped(stamp, nowMs), no.stamped(stamp, nowMs), stamp);
        return new Transition(
                before.withBook(next, marketId, stamp, nowMs),
                spread ? ApplyOutcome.SPREAD_OVER_PARTITIONS : ApplyOutcome.APPLIED);
    }

    /** Rule 2: the same sid, a seq not above the last applied, and received no later than it. */
    private boolean repeats(BookSnapshot book) {
        RecordStamp last = book.sequenced();
        return !book.isAwaiting() && stamp.hasSequence() && last.hasSequence()
                && stamp.sid() == last.sid() && stamp.seq() <= last.seq() && stamp.feedTimeMs() <= last.feedTimeMs();
    }

    private Transition spread(MarketSnapshot before, long nowMs) {
        return new Transition(
                before.withBook(before.book().asStale(), marketId, stamp, nowMs), ApplyOutcome.SPREAD_OVER_PARTITIONS);
    }
}

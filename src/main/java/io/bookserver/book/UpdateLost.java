package io.bookserver.book;

/**
 * A record of this market's book that could not be understood: one change is missing, so the book is stale until its
 * next snapshot.
 *
 * <p><i>Immutable.</i>
 */
public record UpdateLost(String ticker, RecordStamp stamp) implements BookUpdate {

    @Override
    public Transition applyTo(MarketSnapshot before, long nowMs) {
        BookSnapshot next = before.book().asStale();
        return next == before.book()
                ? new Transition(before, ApplyOutcome.UPDATE_LOST)
                : new Transition(before.withBook(next, "", stamp, nowMs), ApplyOutcome.UPDATE_LOST);
    }
}

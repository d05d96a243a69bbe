package io.bookserver.book;

/**
 * A snapshot: it replaces the whole book.
 *
 * <p><i>Immutable.</i>
 *
 * @param marketId the exchange's id; empty if the message has none
 * @param complete false if the publisher itself, such as another instance of this server, reports that its book is
 *     missing something: the book is then stale
 */
public record BookReplaced(
        String ticker, String marketId, PriceLevels yes, PriceLevels no, boolean complete, RecordStamp stamp)
        implements BookUpdate {

    /** A snapshot from the exchange itself. */
    public BookReplaced(String ticker, String marketId, PriceLevels yes, PriceLevels no, RecordStamp stamp) {
        this(ticker, marketId, yes, no, true, stamp);
    }

    @Override
    public Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs) {
        ApplyOutcome judged = before.book().judgeSnapshot(stamp);
        if (!judged.isApplied()) {
            return Transition.passedOver(before, judged, doubt, nowMs);
        }
        BookSnapshot next = new BookSnapshot(
                doubt.of(complete ? BookState.LIVE : BookState.STALE), yes.stamped(stamp, nowMs),
                no.stamped(stamp, nowMs), stamp);
        return new Transition(before.withBook(next, marketId, stamp, nowMs), doubt.of(judged));
    }
}

package io.bookserver.book;

/**
 * A snapshot: the whole book anew. {@code marketId} is empty where the message does not tell it.
 *
 * <p><i>Immutable.</i>
 */
public record BookReplaced(String ticker, String marketId, PriceLevels yes, PriceLevels no, RecordStamp stamp)
        implements BookUpdate {

    @Override
    public Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs) {
        ApplyOutcome judged = before.book().judgeSnapshot(stamp);
        if (!judged.isApplied()) {
            return Transition.passedOver(before, judged, doubt, stamp, nowMs);
        }
        BookSnapshot next = new BookSnapshot(
                doubt.of(BookState.LIVE), yes.stamped(stamp, nowMs), no.stamped(stamp, nowMs), stamp);
        return new Transition(before.withBook(next, marketId, stamp, nowMs), doubt.of(judged));
    }
}

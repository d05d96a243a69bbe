package io.bookserver.book;

/**
 * A record that was rejected and may have been a change of this market's book. The book is stale until its next
 * snapshot. An unknown market does not become known by it.
 *
 * <p><i>Immutable.</i>
 */
public record UpdateLost(String ticker, RecordStamp stamp) implements BookUpdate {

    @Override
    public Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs) {
        return Transition.passedOver(before, ApplyOutcome.UPDATE_LOST, Doubt.NONE, nowMs);
    }
}

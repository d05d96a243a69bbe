package io.bookserver.book;

/**
 * A delta: adds {@code deltaHundredths} (hundredths of a contract, of either sign) to one price of one side.
 *
 * <p><i>Immutable.</i>
 */
public record LevelChanged(String ticker, Side side, int priceTicks, long deltaHundredths, RecordStamp stamp)
        implements BookUpdate {

    public LevelChanged {
        if (!Level.isPrice(priceTicks)) {
            throw new IllegalArgumentException("priceTicks must be in 1..9999: priceTicks=" + priceTicks);
        }
        if (Math.abs(deltaHundredths) > Level.MAX_QUANTITY_HUNDREDTHS || deltaHundredths == Long.MIN_VALUE) {
            throw new IllegalArgumentException(
                    "deltaHundredths must be in -2^60..2^60: deltaHundredths=" + deltaHundredths);
        }
    }

    @Override
    public Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs) {
        BookSnapshot book = before.book();
        if (book.isAwaiting()) {
            return new Transition(before, ApplyOutcome.AWAITING_SNAPSHOT);
        }
        ApplyOutcome judged = book.judgeDelta(stamp);
        return judged.isApplied()
                ? applied(before, judged, doubt, nowMs)
                : Transition.passedOver(before, judged, doubt, nowMs);
    }

    private Transition applied(MarketSnapshot before, ApplyOutcome judged, Doubt doubt, long nowMs) {
        BookSnapshot book = before.book();
        Ladder ladder = book.ladder(side);
        int position = ladder.position(priceTicks);
        long next = ladder.quantityHundredthsAtPosition(position) + deltaHundredths;
        boolean lost = next < 0 || next > Level.MAX_QUANTITY_HUNDREDTHS;
        // times of a level never run backwards (rule 7)
        RecordStamp newest = judged == ApplyOutcome.APPLIED_LATE ? ladder.newerStamp(position, stamp) : stamp;
        Ladder changed = next <= 0
                ? ladder.without(position)
                : ladder.with(
                        position, new Level(priceTicks, Math.min(next, Level.MAX_QUANTITY_HUNDREDTHS), newest, nowMs));
        BookState state = doubt.of(lost ? BookState.STALE : book.state());
        return new Transition(
                before.withBook(book.with(side, changed, state, stamp), "", stamp, nowMs),
                doubt.of(lost ? ApplyOutcome.LEVEL_BELOW_ZERO : judged));
    }
}

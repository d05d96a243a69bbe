package io.bookserver.book;

/**
 * A delta: {@code deltaHundredths} (hundredths of a contract, of either sign) more at one price of one side.
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
    public Transition applyTo(MarketSnapshot before, long nowMs) {
        BookSnapshot book = before.book();
        if (book.isAwaiting()) {
            return new Transition(before, ApplyOutcome.AWAITING_SNAPSHOT);
        }
        boolean spread = before.isSpreadBy(stamp);
        RecordStamp last = book.sequenced();
        if (stamp.hasSequence() && last.hasSequence()) {
            if (stamp.sid() != last.sid()) {
                return passedOver(before, true, spread, ApplyOutcome.UNKNOWN_SUBSCRIPTION, nowMs);
            }
            if (stamp.seq() <= last.seq()) {
                return passedOver(before, spread, spread, ApplyOutcome.REPEATED_SEQUENCE, nowMs);
            }
        }
        return applied(before, spread, nowMs);
    }

    private Transition applied(MarketSnapshot before, boolean spread, long nowMs) {
        BookSnapshot book = before.book();
        Ladder ladder = book.ladder(side);
        long quantity = ladder.quantityHundredthsAt(priceTicks);
        long next = quantity + deltaHundredths;
        boolean lost = next < 0 || next > Level.MAX_QUANTITY_HUNDREDTHS;
        Ladder changed = next <= 0
                ? ladder.without(priceTicks)
                : ladder.with(new Level(priceTicks, Math.min(next, Level.MAX_QUANTITY_HUNDREDTHS), stamp, nowMs));
        BookState state = lost || spread ? BookState.STALE : book.state();
        return new Transition(
                before.withBook(book.with(side, changed, state, stamp), "", stamp, nowMs),
                spread ? ApplyOutcome.SPREAD_OVER_PARTITIONS
                        : lost ? ApplyOutcome.LEVEL_BELOW_ZERO : ApplyOutcome.APPLIED);
    }

    private Transition passedOver(
            MarketSnapshot before, boolean stale, boolean spread, ApplyOutcome outcome, long nowMs) {
        BookSnapshot next = stale ? before.book().asStale() : before.book();
        MarketSnapshot after =
                next == before.book() && !spread ? before : before.withBook(next, "", stamp, nowMs);
        return new Transition(after, spread ? ApplyOutcome.SPREAD_OVER_PARTITIONS : outcome);
    }
}

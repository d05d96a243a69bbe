package io.bookserver.chaos.soak;

import java.time.Duration;

/**
 * How fast the exchange's days go by, and how much happens in one of them.
 *
 * <p><i>Immutable.</i>
 *
 * @param minutes how long the run is
 * @param days how many of the exchange's days that stands for
 * @param markets that are open at any moment
 * @param settledADay of them
 * @param combinationsADay made and settled, without a book
 * @param changesPerSecond of books, with trades and tickers; in real seconds
 */
public record Scale(double minutes, double days, int markets, int settledADay, int combinationsADay,
        int changesPerSecond) {
    /** The exchange's hour takes so many milliseconds. */
    private static final double HOURS_A_DAY = 24;

    public long runMs() {
        return (long) (minutes * 60_000);
    }

    public long dayMs() {
        return (long) (runMs() / days);
    }

    public long hourMs() {
        return (long) (dayMs() / HOURS_A_DAY);
    }

    /** From a market's opening to its close, so that as many close in a day as are to be settled. */
    public long lifeMs() {
        return (long) ((double) dayMs() * markets / settledADay);
    }

    /** Less than {@code orderbook.markets.keep}, which would forget a combination before it ends. */
    public long combinationLifeMs() {
        return dayMs() / 4;
    }

    public double combinationsPerMs() {
        return (double) combinationsADay / dayMs();
    }

    /** As many times as real time. */
    public double factor() {
        return Duration.ofDays(1).toMillis() / (double) dayMs();
    }
}

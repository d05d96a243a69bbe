package io.bookserver.load;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All updates of one measurement, generated before it begins: what to send and when it is due, and for each market the
 * sequence of its tops of book, so that a client's reader knows which update caused each message. Numbers continue from
 * those of earlier plans.
 *
 * <p><i>Immutable after {@link #begin}; safe to read from every thread that was started later.</i>
 */
final class LoadPlan {
    /**
     * One market's sequence: the updates of its book, and its tops of book; the first element of each is the initial
     * state.
     */
    static final class Run {
        int[] updates = new int[8];
        int updateCount;
        long[] tops = new long[8];
        int[] topUpdates = new int[8];
        int topCount;

        private void update(int number) {
            if (updateCount == updates.length) {
                updates = Arrays.copyOf(updates, 2 * updateCount);
            }
            updates[updateCount++] = number;
        }

        private void top(long top, int number) {
            if (topCount == tops.length) {
                tops = Arrays.copyOf(tops, 2 * topCount);
                topUpdates = Arrays.copyOf(topUpdates, 2 * topCount);
            }
            tops[topCount] = top;
            topUpdates[topCount++] = number;
        }
    }

    private final int first;
    private final int warmUps;
    private final long intervalNanosTimes1000;
    private final int[] market;
    private final short[] ticks;
    private final long[] deltaHundredths;
    private final boolean[] yes;
    private final Run[] runs;
    private long startNanos;
    private long startMs;

    /**
     * Draws the updates; all markets are equally likely.
     *
     * @param first the number of the first update
     */
    LoadPlan(List<LoadMarket> markets, LoadOptions options, int first, SplittableRandom random) {
        int count = Math.multiplyExact(options.rate, options.warmUp + options.seconds);
        this.first = first;
        this.warmUps = options.rate * options.warmUp;
        this.intervalNanosTimes1000 = 1_000_000_000_000L / options.rate;
        market = new int[count];
        ticks = new short[count];
        deltaHundredths = new long[count];
        yes = new boolean[count];
        runs = new Run[markets.size()];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = new Run();
            runs[i].update(markets.get(i).lastUpdate());
            runs[i].top(top(markets.get(i)), markets.get(i).lastUpdate());
        }
        for (int i = 0; i < count; i++) {
            market[i] = random.nextInt(runs.length);
            LoadMarket one = markets.get(market[i]);
            one.change(random.nextDouble() < options.topShare, first + i, random, this);
            Run run = runs[market[i]];
            run.update(first + i);
            if (top(one) != run.tops[run.topCount - 1]) {
                run.top(top(one), first + i);
            }
        }
    }

    /** The two updates that set the best levels, as one number. */
    static long top(int yesUpdate, int noUpdate) {
        return (long) yesUpdate << 32 | noUpdate & 0xffff_ffffL;
    }

    private static long top(LoadMarket market) {
        return top(market.topUpdate(true), market.topUpdate(false));
    }

    void write(int update, boolean onYes, int priceTicks, long delta) {
        int at = update - first;
        yes[at] = onYes;
        ticks[at] = (short) priceTicks;
        deltaHundredths[at] = delta;
    }

    /** Fixes the schedule. */
    void begin(long nanos, long epochMs) {
        startNanos = nanos;
        startMs = epochMs;
    }

    int first() {
        return first;
    }

    int size() {
        return market.length;
    }

    int market(int at) {
        return market[at];
    }

    boolean isYes(int at) {
        return yes[at];
    }

    int ticks(int at) {
        return ticks[at];
    }

    long deltaHundredths(int at) {
        return deltaHundredths[at];
    }

    /** {@link System#nanoTime} at which the update at this index of the plan is due. */
    long dueNanos(int at) {
        return startNanos + at * intervalNanosTimes1000 / 1000;
    }

    long dueMs(int at) {
        return startMs + at * intervalNanosTimes1000 / 1_000_000_000L;
    }

    Run run(int ofMarket) {
        return runs[ofMarket];
    }

    /** Whether that moment, of {@link System#nanoTime}, is in the measured time. */
    boolean isMeasuredTime(long nanos) {
        return nanos >= dueNanos(warmUps) && nanos < dueNanos(size());
    }

    /** Whether an update is in the measured time and not in the warm-up. */
    boolean isMeasured(int update) {
        return update - first >= warmUps;
    }
}

package io.bookserver.load;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All updates of one measurement, generated before it begins: what to send and when it is due, and for each market the
 * sequence of what the measured channel sends, so that a client's reader knows which update caused each message. Some
 * updates may be trades. Numbers continue from those of earlier plans.
 *
 * <p><i>Immutable after {@link #begin}; safe to read from every thread that was started later.</i>
 */
final class LoadPlan {
    /** One market's sequence: the updates that its channel reports, and what it sends; the first is the initial state. */
    static final class Run {
        int[] updates = new int[8];
        long[] contents = new long[8];
        int count;

        private void add(int update, long content) {
            if (count == updates.length) {
                updates = Arrays.copyOf(updates, 2 * count);
                contents = Arrays.copyOf(contents, 2 * count);
            }
            updates[count] = update;
            contents[count++] = content;
        }
    }

    /** Stands between the sides in what {@link #with} gives. */
    static final int OTHER_SIDE = -2;
    /** An odd number without a pattern, of the golden ratio. */
    private static final long MIXER = 0x9e37_79b9_7f4a_7c15L;

    private final int first;
    private final int warmUps;
    private final long intervalNanosTimes1000;
    private final int[] market;
    private final short[] ticks;
    private final long[] deltaHundredths;
    private final boolean[] yes;
    private final BitSet trades = new BitSet();
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
            runs[i].add(markets.get(i).lastUpdate(), content(markets.get(i), options));
        }
        for (int i = 0; i < count; i++) {
            market[i] = random.nextInt(runs.length);
            LoadMarket one = markets.get(market[i]);
            if (options.tradeShare > 0 && random.nextDouble() < options.tradeShare) {
                trades.set(i);
                one.trade(first + i, random, this);
            } else {
                one.change(random.nextDouble() < options.topShare, first + i, random, this);
            }
            Run run = runs[market[i]];
            long content = content(one, options);
            if (content != run.contents[run.count - 1]) {
                run.add(first + i, content);
            }
        }
    }

    /** What the measured channel sends of a market, as one number. */
    private static long content(LoadMarket market, LoadOptions options) {
        if (options.isTrade()) {
            return market.lastTrade();
        }
        return options.isDelta() ? market.lastUpdate() : market.levels(options.depth);
    }

    /** A hash of levels, beginning with 0: the hash of those before, and the level that this update set. */
    static long with(long levels, int update) {
        return (Long.rotateLeft(levels, 17) ^ update) * MIXER;
    }

    /** @param delta of a trade the number of its contracts, and {@code onYes} the side that took it */
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

    boolean isTrade(int at) {
        return trades.get(at);
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

package io.bookserver.feed.simulator;

import java.util.SplittableRandom;

/**
 * Quantities as people and programs send them: a third are a few favourite numbers, the others have a log-normal tail,
 * and one in thirteen resting levels has a fraction of a contract. Fitted to recorded books of July 2026.
 *
 * <p><i>Immutable; the random source is the caller's.</i>
 */
final class SizeDistribution {
    /** A million contracts. */
    static final long MAX_HUNDREDTHS = 100_000_000;

    /** Whole contracts, and how many of 10,000 resting levels have exactly that quantity. */
    private static final int[][] FAVOURITES = {
        {100, 487}, {1, 417}, {10, 264}, {3, 239}, {500, 205}, {25, 188}, {1990, 174}, {200, 160}, {2, 143}, {4, 114},
        {5, 100}, {20, 87}, {9, 73}, {7, 65}, {250, 58}, {600, 53}, {300, 50}, {50, 49}, {18, 44}, {5000, 41}, {8, 41},
        {110, 41}, {32, 39}, {2000, 38}, {1200, 37}, {220, 36}, {6, 35}, {800, 35}, {34, 32}, {16, 31}, {1000, 25}
    };
    private static final int FAVOURITES_SHARE = sumOfShares();
    private static final int OUT_OF = 10_000;

    /** Per 10,000 quantities that are not favourites: how many have a fraction; 7.5 % of all. */
    private static final int FRACTIONS_SHARE = 1_130;

    private static final double RESTING_LOG_MEAN = 6.75;
    private static final double RESTING_LOG_DEVIATION = 2.05;
    private static final double ORDER_LOG_MEAN = 3.9;
    private static final double ORDER_LOG_DEVIATION = 1.6;

    private SizeDistribution() {}

    /** The quantity resting at one price, 1 to {@link #MAX_HUNDREDTHS} hundredths. */
    static long restingHundredths(SplittableRandom random) {
        return draw(random, OUT_OF, RESTING_LOG_MEAN, RESTING_LOG_DEVIATION);
    }

    /** The quantity that one order adds or removes: smaller, and more often a favourite. */
    static long orderHundredths(SplittableRandom random) {
        return draw(random, OUT_OF / 2, ORDER_LOG_MEAN, ORDER_LOG_DEVIATION);
    }

    private static long draw(SplittableRandom random, int outOf, double logMean, double logDeviation) {
        int at = random.nextInt(outOf);
        if (at < FAVOURITES_SHARE) {
            return favouriteAt(at) * 100L;
        }
        long hundredths = Math.round(100 * StrictMath.exp(logMean + logDeviation * Gaussian.next(random)));
        if (random.nextInt(OUT_OF) >= FRACTIONS_SHARE) {
            hundredths -= hundredths % 100;
            hundredths = Math.max(100, hundredths);
        }
        return Math.max(1, Math.min(MAX_HUNDREDTHS, hundredths));
    }

    private static int favouriteAt(int at) {
        int left = at;
        for (int[] favourite : FAVOURITES) {
            left -= favourite[1];
            if (left < 0) {
                return favourite[0];
            }
        }
        throw new IllegalArgumentException("at must be in 0.." + (FAVOURITES_SHARE - 1) + ": at=" + at);
    }

    private static int sumOfShares() {
        int sum = 0;
        for (int[] favourite : FAVOURITES) {
            sum += favourite[1];
        }
        return sum;
    }

    /** Normal deviates by the polar method, with {@link StrictMath}: the same on every machine. */
    private static final class Gaussian {
        static double next(SplittableRandom random) {
            double u;
            double square;
            do {
                u = 2 * random.nextDouble() - 1;
                double v = 2 * random.nextDouble() - 1;
                square = u * u + v * v;
            } while (square >= 1 || square == 0);
            return u * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        }
    }
}

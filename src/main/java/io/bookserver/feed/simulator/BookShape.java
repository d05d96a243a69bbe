package io.bookserver.feed.simulator;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The prices of the bids of a market: both ladders in slots of the market's grid, ascending, slot 1 being the lowest
 * price. Drawn to resemble 3,938 recorded books of July 2026: depths of the two sides together, spreads, best prices,
 * and gaps between neighbours.
 *
 * <p><i>Confined to its market; the random source is the caller's.</i>
 */
final class BookShape {
    /** Prices on a cent grid: 1 to 99. */
    private static final int CENTS = 100;

    /** Per 1,000 markets: how many have no bid, and how many have bids on one side only. */
    private static final int EMPTY_SHARE = 252;

    private static final int ONE_SIDED_SHARE = 5;

    /** How often the depths of yes (row) and no (column) were in these bands together. */
    private static final int[][] DEPTH_BANDS_TOGETHER = {
        {84, 629, 67, 36, 66},
        {3, 311, 495, 199, 121},
        {5, 33, 139, 220, 137},
        {3, 8, 29, 142, 80},
        {10, 18, 28, 45, 32}
    };
    private static final int[] BAND_FROM = {3, 10, 20, 30, 40};
    private static final int LAST_BAND_WIDTH = 27;

    /**
     * Per 1,000 spreads: how many are drawn as 1, 2, ... 10 cents. The others are wider: more than were recorded, since
     * deep books have no room for them and are drawn again.
     */
    private static final int[] SPREADS = {240, 122, 73, 70, 66, 57, 48, 16, 10, 16};
    private static final int[] WIDE_SPREADS_CENTS = {11, 59};
    private static final int[] WIDEST_SPREADS_CENTS = {70, 81};

    /** How often the best yes bid was in 1-9, 10-19, ... 90-99 cents. */
    private static final int[] BEST_YES = {324, 458, 835, 398, 409, 286, 141, 37, 39, 16};
    private static final int BEST_TRIES = 20;

    /** Per 1,000 gaps wider than a cent: how many are drawn as 2, 3, ... 10 cents. The others are wider. */
    private static final int[] GAPS = {430, 209, 80, 74, 70, 28, 24, 23, 21};
    private static final int WIDEST_GAP_CENTS = 60;

    private final int[] yesSlots;
    private final int[] noSlots;

    private BookShape(int[] yesSlots, int[] noSlots) {
        this.yesSlots = yesSlots;
        this.noSlots = noSlots;
    }

    int[] yesSlots() {
        return yesSlots;
    }

    int[] noSlots() {
        return noSlots;
    }

    /**
     * A book's shape on a grid.
     *
     * @param slotsPerCent 1 for a cent grid, 10 for tenths of a cent
     */
    static BookShape draw(SplittableRandom random, int slotsPerCent) {
        int kind = random.nextInt(1000);
        if (kind < EMPTY_SHARE) {
            return new BookShape(new int[0], new int[0]);
        }
        BookShape shape = twoSided(random).onGrid(random, slotsPerCent);
        if (kind < EMPTY_SHARE + ONE_SIDED_SHARE) {
            return random.nextBoolean()
                    ? new BookShape(shape.yesSlots, new int[0])
                    : new BookShape(new int[0], shape.noSlots);
        }
        return shape;
    }

    private static BookShape twoSided(SplittableRandom random) {
        while (true) {
            int cell = draw(random, flat(DEPTH_BANDS_TOGETHER));
            int yesDepth = depthInBand(random, cell / BAND_FROM.length);
            int noDepth = depthInBand(random, cell % BAND_FROM.length);
            int spread = spreadCents(random);
            int highestYes = CENTS - spread - noDepth;
            if (yesDepth <= highestYes) {
                int bestYes = bestYesCents(random, yesDepth, highestYes);
                int bestNo = CENTS - spread - bestYes;
                return new BookShape(ladder(random, yesDepth, bestYes), ladder(random, noDepth, bestNo));
            }
        }
    }

    private static int depthInBand(SplittableRandom random, int band) {
        if (band < BAND_FROM.length - 1) {
            return BAND_FROM[band] + random.nextInt(BAND_FROM[band + 1] - BAND_FROM[band]);
        }
        return BAND_FROM[band] + random.nextInt(1 + random.nextInt(LAST_BAND_WIDTH));
    }

    private static int spreadCents(SplittableRandom random) {
        int at = random.nextInt(1000);
        for (int i = 0; i < SPREADS.length; i++) {
            at -= SPREADS[i];
            if (at < 0) {
                return i + 1;
            }
        }
        int[] range = random.nextInt(5) < 2 ? WIDE_SPREADS_CENTS : WIDEST_SPREADS_CENTS;
        return range[0] + random.nextInt(range[1] - range[0] + 1);
    }

    private static int bestYesCents(SplittableRandom random, int lowest, int highest) {
        for (int i = 0; i < BEST_TRIES; i++) {
            int cents = draw(random, BEST_YES) * 10 + random.nextInt(10);
            if (cents >= lowest && cents <= highest) {
                return cents;
            }
        }
        return lowest + random.nextInt(highest - lowest + 1);
    }

    /**
     * That many different prices from 1 to {@code best}, both included: most are neighbours, a few gaps take up the
     * rest.
     */
    private static int[] ladder(SplittableRandom random, int depth, int best) {
        int[] gaps = new int[depth];
        Arrays.fill(gaps, 1);
        int left = depth == 1 ? 0 : best - depth;
        while (left > 0) {
            int wider = Math.min(left, widerByCents(random));
            gaps[1 + random.nextInt(depth - 1)] += wider;
            left -= wider;
        }
        gaps[0] = depth == 1 ? best : 1;
        int[] slots = new int[depth];
        int at = 0;
        for (int i = 0; i < depth; i++) {
            at += gaps[i];
            slots[i] = at;
        }
        return slots;
    }

    private static int widerByCents(SplittableRandom random) {
        int at = random.nextInt(1000);
        for (int i = 0; i < GAPS.length; i++) {
            at -= GAPS[i];
            if (at < 0) {
                return i + 1;
            }
        }
        int from = GAPS.length + 1;
        return from + random.nextInt(1 + random.nextInt(WIDEST_GAP_CENTS - from));
    }

    /** The same book on a finer grid: every price is lowered by less than a cent, so that no two become equal. */
    private BookShape onGrid(SplittableRandom random, int slotsPerCent) {
        return slotsPerCent == 1
                ? this
                : new BookShape(refined(random, yesSlots, slotsPerCent), refined(random, noSlots, slotsPerCent));
    }

    private static int[] refined(SplittableRandom random, int[] cents, int slotsPerCent) {
        int[] slots = new int[cents.length];
        for (int i = 0; i < cents.length; i++) {
            slots[i] = cents[i] * slotsPerCent - random.nextInt(slotsPerCent);
        }
        return slots;
    }

    private static int[] flat(int[][] table) {
        return Arrays.stream(table).flatMapToInt(Arrays::stream).toArray();
    }

    /** A random index, by weight. */
    private static int draw(SplittableRandom random, int[] weights) {
        int at = random.nextInt(Arrays.stream(weights).sum());
        int index = 0;
        while (at >= weights[index]) {
            at -= weights[index];
            index++;
        }
        return index;
    }
}

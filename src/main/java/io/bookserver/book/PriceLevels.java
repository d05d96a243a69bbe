package io.bookserver.book;

import java.util.Arrays;

/**
 * Prices and quantities of one side as a message lists them: prices in ticks (1..9999), ascending, each once;
 * quantities in hundredths of a contract, above 0.
 *
 * <p><i>Immutable.</i>
 */
public final class PriceLevels {
    public static final PriceLevels NONE = new PriceLevels(new int[0], new long[0]);

    private final int[] priceTicks;
    private final long[] quantityHundredths;

    private PriceLevels(int[] priceTicks, long[] quantityHundredths) {
        this.priceTicks = priceTicks;
        this.quantityHundredths = quantityHundredths;
    }

    Ladder stamped(RecordStamp stamp, long nowMs) {
        if (priceTicks.length == 0) {
            return Ladder.EMPTY;
        }
        Level[] levels = new Level[priceTicks.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = new Level(priceTicks[i], quantityHundredths[i], stamp, nowMs);
        }
        return Ladder.ofOwned(levels);
    }

    /**
     * Collects levels in any order; grows as needed and is reused.
     *
     * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
     */
    public static final class Builder {
        private int[] prices = new int[128];
        private long[] quantities = new long[128];
        private int size;
        private boolean ascending = true;

        public void clear() {
            size = 0;
            ascending = true;
        }

        /**
         * Adds a level.
         *
         * @throws IllegalArgumentException if the price or the quantity is out of range
         */
        public void add(int priceTicks, long quantityHundredths) {
            if (!Level.isPrice(priceTicks)) {
                throw new IllegalArgumentException("priceTicks must be in 1..9999: priceTicks=" + priceTicks);
            }
            if (quantityHundredths < 1 || quantityHundredths > Level.MAX_QUANTITY_HUNDREDTHS) {
                throw new IllegalArgumentException(
                        "quantityHundredths must be in 1..2^60: quantityHundredths=" + quantityHundredths);
            }
            if (size == prices.length) {
                prices = Arrays.copyOf(prices, size * 2);
                quantities = Arrays.copyOf(quantities, size * 2);
            }
            ascending &= size == 0 || prices[size - 1] < priceTicks;
            prices[size] = priceTicks;
            quantities[size++] = quantityHundredths;
        }

        /**
         * The levels added since the last {@link #clear()}.
         *
         * @throws IllegalArgumentException if a price was added twice
         */
        public PriceLevels build() {
            if (size == 0) {
                return NONE;
            }
            int[] sortedPrices = Arrays.copyOf(prices, size);
            long[] sortedQuantities = Arrays.copyOf(quantities, size);
            if (!ascending) {
                sort(sortedPrices, sortedQuantities);
            }
            return new PriceLevels(sortedPrices, sortedQuantities);
        }

        private void sort(int[] toPrices, long[] toQuantities) {
            long[] priceAndIndex = new long[size];
            for (int i = 0; i < size; i++) {
                priceAndIndex[i] = (long) prices[i] << 32 | i;
            }
            Arrays.sort(priceAndIndex);
            for (int i = 0; i < size; i++) {
                toPrices[i] = (int) (priceAndIndex[i] >>> 32);
                toQuantities[i] = quantities[(int) priceAndIndex[i]];
                if (i > 0 && toPrices[i] == toPrices[i - 1]) {
                    throw new IllegalArgumentException("a price must occur once in a ladder: priceTicks=" + toPrices[i]);
                }
            }
        }
    }
}

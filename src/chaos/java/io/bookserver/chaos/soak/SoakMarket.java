package io.bookserver.chaos.soak;

import io.bookserver.kalshi.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * A market as its publisher knows it: a slot for each price that is used, whole cents below the middle on either side,
 * of which half hold a bid at any time. Small, for there are hundreds of thousands.
 *
 * <p><i>Not thread-safe; confined to the workload's lock.</i>
 */
final class SoakMarket {
    private static final int SLOTS = 24;
    private static final int TICKS_A_CENT = 100;

    /** One level's change. */
    record Change(boolean isYes, int priceTicks, long deltaHundredths) {}

    final String ticker;
    private final long number;
    private final byte middleCents;
    /** Hundredths of a contract: the yes side, dearest last, then the no side. */
    private final long[] quantities = new long[2 * SLOTS];
    /** Epoch seconds at which its trading ends. */
    long closeS;
    /** Where it stands among the open markets; -1 once it has closed. */
    int place = -1;

    SoakMarket(String ticker, long number, SplittableRandom random) {
        this.ticker = ticker;
        this.number = number;
        this.middleCents = (byte) (SLOTS + 1 + random.nextInt(98 - 2 * SLOTS));
        for (int i = 0; i < quantities.length; i++) {
            quantities[i] = random.nextBoolean() ? quantity(random) : 0;
        }
    }

    String marketId() {
        return new UUID(0x957ed9589b9b4a98L, 0xb024000000000000L | number).toString();
    }

    /** Changes one level, mostly a good one; the number of levels stays about the same. */
    Change change(SplittableRandom random) {
        while (true) {
            boolean isYes = random.nextBoolean();
            int slot = SLOTS - 1 - Math.min(random.nextInt(SLOTS), random.nextInt(SLOTS));
            int at = isYes ? slot : SLOTS + slot;
            boolean coin = random.nextBoolean();
            if (quantities[at] == 0 && coin) {
                continue;
            }
            long before = quantities[at];
            quantities[at] = before > 0 && coin ? 0 : quantity(random);
            if (quantities[at] != before) {
                return new Change(isYes, ticks(isYes, slot), quantities[at] - before);
            }
        }
    }

    /** The price of the best bid, 1 cent where there is none. */
    int bestTicks(boolean isYes) {
        for (int slot = SLOTS - 1; slot >= 0; slot--) {
            if (quantities[isYes ? slot : SLOTS + slot] > 0) {
                return ticks(isYes, slot);
            }
        }
        return TICKS_A_CENT;
    }

    boolean isEmpty(boolean isYes) {
        return ladder(isYes).equals("[]");
    }

    /** As the exchange writes it: {@code [["0.4300","120.00"],...]}, ascending. */
    String ladder(boolean isYes) {
        JsonBytes out = new JsonBytes(512).ascii("[");
        for (int slot = 0; slot < SLOTS; slot++) {
            long quantity = quantities[isYes ? slot : SLOTS + slot];
            if (quantity > 0) {
                out.ascii("[\"").dollars(ticks(isYes, slot)).ascii("\",\"").contracts(quantity).ascii("\"],");
            }
        }
        return new String(out.dropLast(',').ascii("]").toByteArray(), StandardCharsets.US_ASCII);
    }

    /** The best price of the yes side is a cent below the middle, of the no side a cent below the rest of a dollar. */
    private int ticks(boolean isYes, int slot) {
        int best = isYes ? middleCents - 1 : 99 - middleCents;
        return TICKS_A_CENT * (best - (SLOTS - 1 - slot));
    }

    private static long quantity(SplittableRandom random) {
        return 1 + random.nextInt(100_000);
    }
}

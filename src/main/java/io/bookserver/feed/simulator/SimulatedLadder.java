package io.bookserver.feed.simulator;

import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The resting bids of one side of a simulated market, by slot of its price grid, and the slots that should have bids:
 * the initial ones, up to the target best price, which moves with the market.
 *
 * <p><i>Not thread-safe; confined to its market.</i>
 */
final class SimulatedLadder {
    private final int ticksPerSlot;
    private final long[] quantityHundredths;
    private final long[] usualHundredths;
    private final boolean[] home;
    private final int homeBest;
    private int touch;
    private int best;
    private int depth;

    /** A ladder with a bid in each of these ascending slots. */
    SimulatedLadder(int slotCount, int ticksPerSlot, int[] slots, SplittableRandom random) {
        this.ticksPerSlot = ticksPerSlot;
        quantityHundredths = new long[slotCount + 1];
        usualHundredths = new long[slotCount + 1];
        home = new boolean[slotCount + 1];
        for (int slot : slots) {
            home[slot] = true;
            change(slot, SizeDistribution.restingHundredths(random));
        }
        homeBest = best;
        touch = best;
    }

    /** The highest slot with a bid; 0 if there is none. */
    int best() {
        return best;
    }

    int depth() {
        return depth;
    }

    int ticksPerSlot() {
        return ticksPerSlot;
    }

    long quantityHundredthsAt(int slot) {
        return quantityHundredths[slot];
    }

    /** The initial quantity of the bid in this slot. */
    long usualHundredthsAt(int slot) {
        return usualHundredths[slot];
    }

    /** Adds to a slot or removes from it. */
    void change(int slot, long deltaHundredths) {
        long before = quantityHundredths[slot];
        long after = before + deltaHundredths;
        if (after < 0) {
            throw new IllegalArgumentException("a level must not go below zero: slot=" + slot + " after=" + after);
        }
        quantityHundredths[slot] = after;
        if (before == 0 && after > 0) {
            usualHundredths[slot] = after;
            depth++;
            best = Math.max(best, slot);
        } else if (before > 0 && after == 0) {
            depth--;
            while (best > 0 && quantityHundredths[best] == 0) {
                best--;
            }
        }
    }

    /** The slot with that rank, 0 being the best; the lowest one if there are fewer. The ladder must not be empty. */
    int slotAtRank(int rank) {
        int slot = best;
        int left = Math.min(rank, depth - 1);
        while (left > 0) {
            slot--;
            if (quantityHundredths[slot] > 0) {
                left--;
            }
        }
        return slot;
    }

    /**
     * Whether this slot should have a bid: at the target best price, or at an initial one or above it but not above the
     * target.
     */
    boolean wants(int slot) {
        return slot == touch || (slot < touch && (home[slot] || slot > homeBest));
    }

    /** The slot of the target best price. */
    int touch() {
        return touch;
    }

    void touchAt(int slot) {
        touch = slot;
    }

    /** The bids by price in ticks of $0.0001. */
    NavigableMap<Integer, Long> byPriceTicks() {
        var levels = new TreeMap<Integer, Long>();
        for (int slot = 1; slot <= best; slot++) {
            if (quantityHundredths[slot] > 0) {
                levels.put(slot * ticksPerSlot, quantityHundredths[slot]);
            }
        }
        return levels;
    }
}

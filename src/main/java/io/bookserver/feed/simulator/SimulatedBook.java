package io.bookserver.feed.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * The book of one simulated market. It varies around its initial shape, so that any number of changes leaves the
 * distribution of books as it was. No level goes below zero, and the best bids never cross.
 *
 * <p><i>Not thread-safe; confined to its exchange.</i>
 */
final class SimulatedBook {
    /** Ticks of $0.0001 in a dollar. */
    private static final int DOLLAR_TICKS = 10_000;

    /** Per 100 changes: how many move the whole market by a step, undo a disturbance, and cause one. */
    private static final int STEPS_SHARE = 3;

    private static final int MENDS_SHARE = 14;
    private static final int DISTURBS_SHARE = 5;

    /** Per 100 changes: how many affect the best, the second, ... level of a side; the others are anywhere. */
    private static final int[] RANK_SHARES = {48, 13, 13, 8, 5, 4, 3, 2};

    private static final int FARTHEST_STEP = 3;
    private static final int MOST_DISTURBED = 6;
    private static final int MOST_RESIZED = 4;
    private static final int STRAY_BID_BELOW_SLOT = 40;

    private final SimulatedLadder yes;
    private final SimulatedLadder no;
    private final boolean twoSided;
    private final boolean unquoted;
    private final SplittableRandom random;
    /** Slots to restore next, in this order. */
    private final Deque<Spot> planned = new ArrayDeque<>();
    /** Slots that were disturbed and will be restored later. */
    private final Deque<Spot> disturbed = new ArrayDeque<>();
    /** Slots whose quantity differs from its initial value, the oldest first. */
    private final Deque<Spot> resized = new ArrayDeque<>();
    /** The number of steps by which yes has risen, and no has fallen, since the start. */
    private int steps;

    /** A slot of one of the ladders. */
    private record Spot(SimulatedLadder ladder, int slot) {
        boolean isBid() {
            return ladder.quantityHundredthsAt(slot) > 0;
        }

        boolean isUsual() {
            return ladder.quantityHundredthsAt(slot) == ladder.usualHundredthsAt(slot);
        }

        boolean isWanted() {
            return ladder.wants(slot);
        }
    }

    /**
     * A book drawn from the distribution.
     *
     * @param ticksPerSlot 100 for a cent grid, 10 for tenths of a cent
     */
    SimulatedBook(int ticksPerSlot, SplittableRandom random) {
        this.random = random;
        int slotCount = DOLLAR_TICKS / ticksPerSlot - 1;
        BookShape shape = BookShape.draw(random, 100 / ticksPerSlot);
        yes = new SimulatedLadder(slotCount, ticksPerSlot, shape.yesSlots(), random);
        no = new SimulatedLadder(slotCount, ticksPerSlot, shape.noSlots(), random);
        twoSided = yes.depth() > 0 && no.depth() > 0;
        unquoted = yes.depth() == 0 && no.depth() == 0;
    }

    SimulatedLadder yes() {
        return yes;
    }

    SimulatedLadder no() {
        return no;
    }

    boolean isEmpty() {
        return yes.depth() + no.depth() == 0;
    }

    /** Whether nobody quotes this market: only a stray bid comes and goes. */
    boolean isUnquoted() {
        return unquoted;
    }

    ReferenceBook levels() {
        return new ReferenceBook(yes.byPriceTicks(), no.byPriceTicks());
    }

    /** Removes the best bid of a side; the book must not be empty. */
    LevelChange cancelBest() {
        SimulatedLadder ladder = yes.depth() > 0 ? yes : no;
        return remove(new Spot(ladder, ladder.best()));
    }

    /** Makes the next change. */
    LevelChange change() {
        if (unquoted) {
            return isEmpty() ? add(new Spot(anySide(), 1 + random.nextInt(STRAY_BID_BELOW_SLOT))) : cancelBest();
        }
        int kind = random.nextInt(100);
        if (kind < STEPS_SHARE && twoSided && planned.isEmpty()) {
            planStep();
        }
        Spot wrong = firstToMend(planned);
        if (wrong == null && (isEmpty() || kind < STEPS_SHARE + MENDS_SHARE)) {
            wrong = firstToMend(disturbed);
        }
        if (wrong != null) {
            return wrong.isBid() ? remove(wrong) : add(wrong);
        }
        SimulatedLadder ladder = quotedSide();
        Spot spot = new Spot(ladder, ladder.slotAtRank(rank(ladder)));
        return kind >= 100 - DISTURBS_SHARE && disturbed.size() < MOST_DISTURBED ? disturb(spot) : resize(spot);
    }

    private SimulatedLadder anySide() {
        return random.nextBoolean() ? yes : no;
    }

    private SimulatedLadder quotedSide() {
        SimulatedLadder side = anySide();
        return side.depth() > 0 ? side : other(side);
    }

    private SimulatedLadder other(SimulatedLadder side) {
        return side == yes ? no : yes;
    }

    private int rank(SimulatedLadder ladder) {
        int at = random.nextInt(100);
        for (int rank = 0; rank < RANK_SHARES.length; rank++) {
            at -= RANK_SHARES[rank];
            if (at < 0) {
                return rank;
            }
        }
        return random.nextInt(ladder.depth());
    }

    /** Lowers the best bid of one side by a slot, then raises that of the other: in this order they never cross. */
    private void planStep() {
        boolean up = random.nextInt(2 * FARTHEST_STEP) < FARTHEST_STEP - steps;
        SimulatedLadder rising = up ? yes : no;
        SimulatedLadder falling = up ? no : yes;
        int fallen = falling.touch();
        int left = rising.touch();
        if (fallen > 1) {
            falling.touchAt(fallen - 1);
            rising.touchAt(left + 1);
            planned.add(new Spot(falling, fallen - 1));
            planned.add(new Spot(falling, fallen));
            planned.add(new Spot(rising, left + 1));
            planned.add(new Spot(rising, left));
            steps += up ? 1 : -1;
        }
    }

    /**
     * Takes the first slot off the queue that is wrong and can be restored; one that cannot yet is queued as disturbed.
     */
    private Spot firstToMend(Deque<Spot> queue) {
        for (int left = queue.size(); left > 0; left--) {
            Spot spot = queue.poll();
            if (spot.isBid() == spot.isWanted()) {
                continue;
            }
            if (spot.isBid() || !wouldMeet(spot)) {
                return spot;
            }
            disturbed.add(spot);
        }
        return null;
    }

    private boolean wouldMeet(Spot spot) {
        return (spot.slot + other(spot.ladder).best()) * spot.ladder.ticksPerSlot() >= DOLLAR_TICKS;
    }

    /** Removes a bid that will come back, or adds one beside it that will be removed again. */
    private LevelChange disturb(Spot spot) {
        boolean above = spot.slot == spot.ladder.best() && random.nextBoolean();
        Spot beside = new Spot(spot.ladder, above ? spot.slot + 1 : Math.max(1, spot.slot - 1));
        if (!wouldMeet(beside) && !beside.isBid() && random.nextBoolean()) {
            disturbed.add(beside);
            return add(beside);
        }
        if (spot.ladder.depth() == 1) {
            return resize(spot);
        }
        disturbed.add(spot);
        return remove(spot);
    }

    /** An order joins a level, leaves it, or is partly filled; usually the next change undoes it. */
    private LevelChange resize(Spot spot) {
        if (!spot.isUsual() && random.nextInt(8) > 0) {
            return restore(spot);
        }
        while (resized.size() >= MOST_RESIZED) {
            Spot longest = resized.poll();
            if (longest.isBid() && !longest.isUsual()) {
                return restore(longest);
            }
        }
        resized.add(spot);
        long quantity = spot.ladder.quantityHundredthsAt(spot.slot);
        long order = SizeDistribution.orderHundredths(random);
        boolean adds = order >= quantity || (random.nextBoolean() && quantity < SizeDistribution.MAX_HUNDREDTHS);
        return apply(spot, adds ? order : -order);
    }

    private LevelChange restore(Spot spot) {
        long usual = spot.ladder.usualHundredthsAt(spot.slot);
        return apply(spot, usual - spot.ladder.quantityHundredthsAt(spot.slot));
    }

    private LevelChange add(Spot spot) {
        return apply(spot, SizeDistribution.restingHundredths(random));
    }

    private LevelChange remove(Spot spot) {
        return apply(spot, -spot.ladder.quantityHundredthsAt(spot.slot));
    }

    private LevelChange apply(Spot spot, long deltaHundredths) {
        spot.ladder.change(spot.slot, deltaHundredths);
        return new LevelChange(spot.ladder == yes, spot.slot * spot.ladder.ticksPerSlot(), deltaHundredths);
    }
}

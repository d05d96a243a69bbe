package io.bookserver.load;

import io.bookserver.feed.simulator.ReferenceBook;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One market from its publisher's view: both ladders, with the update that last changed each level.
 *
 * <p><i>Not thread-safe; confined to the thread that plans.</i>
 */
final class LoadMarket {
    /** A level's quantity in hundredths of a contract, and the number of the update that set it; -1: the opening. */
    record Bid(long quantityHundredths, int update) {}

    private static final int DOLLAR_TICKS = 10_000;
    private static final int STEP_TICKS = 100;
    private static final int DEEPEST = 40;

    private final String ticker;
    private final TreeMap<Integer, Bid> yes = new TreeMap<>();
    private final TreeMap<Integer, Bid> no = new TreeMap<>();
    private int lastUpdate = -1;
    private int lastTrade = -1;

    LoadMarket(String ticker, ReferenceBook opening) {
        this.ticker = ticker;
        opening.yes().forEach((ticks, quantity) -> yes.put(ticks, new Bid(quantity, -1)));
        opening.no().forEach((ticks, quantity) -> no.put(ticks, new Bid(quantity, -1)));
    }

    String ticker() {
        return ticker;
    }

    /** The update that last changed the book; -1: the opening. */
    int lastUpdate() {
        return lastUpdate;
    }

    /** The update of the last trade; -1: none yet. */
    int lastTrade() {
        return lastTrade;
    }

    /** A hash by {@link LoadPlan#with} of the updates that set the best levels of both sides; -1: the opening. */
    long levels(int depth) {
        return levels(no, depth, LoadPlan.with(levels(yes, depth, 0), LoadPlan.OTHER_SIDE));
    }

    private static long levels(TreeMap<Integer, Bid> side, int depth, long before) {
        long levels = before;
        int rank = 0;
        for (Iterator<Bid> bids = side.descendingMap().values().iterator(); rank < depth && bids.hasNext(); rank++) {
            levels = LoadPlan.with(levels, bids.next().update());
        }
        return levels;
    }

    ReferenceBook book() {
        return new ReferenceBook(quantities(yes), quantities(no));
    }

    /** Makes the next change, at the best level or below it, and adds it to the plan. */
    void change(boolean atTop, int update, SplittableRandom random, LoadPlan plan) {
        boolean onYes = random.nextBoolean();
        if (atTop) {
            changeTop(onYes, update, random, plan);
        } else {
            changeBehind(onYes, update, random, plan);
        }
    }

    /** Makes the next trade, at the best bid of a side, and writes it to the plan; the book stays as it is. */
    void trade(int update, SplittableRandom random, LoadPlan plan) {
        boolean onYes = random.nextBoolean();
        int ticks = side(!onYes).isEmpty() ? DOLLAR_TICKS / 2 : DOLLAR_TICKS - side(!onYes).lastKey();
        lastTrade = update;
        plan.write(update, onYes, ticks, quantity(random));
    }

    private void changeTop(boolean onYes, int update, SplittableRandom random, LoadPlan plan) {
        TreeMap<Integer, Bid> side = side(onYes);
        int kind = random.nextInt(10);
        if (side.isEmpty() || kind == 0 && better(onYes) > 0) {
            add(onYes, side.isEmpty() ? STEP_TICKS : better(onYes), quantity(random), update, plan);
        } else if (kind == 1 && side.size() > 3) {
            add(onYes, side.lastKey(), -side.lastEntry().getValue().quantityHundredths(), update, plan);
        } else {
            resize(onYes, side.lastEntry(), update, random, plan);
        }
    }

    private void changeBehind(boolean onYes, int update, SplittableRandom random, LoadPlan plan) {
        boolean chosen = side(onYes).isEmpty() ? !onYes : onYes;
        TreeMap<Integer, Bid> side = side(chosen);
        if (side.isEmpty()) {
            add(chosen, STEP_TICKS, quantity(random), update, plan);
            return;
        }
        int best = side.lastKey();
        int free = best - 1 - random.nextInt(DEEPEST) * 10;
        if (side.size() < 5 && free > 0 && !side.containsKey(free)) {
            add(chosen, free, quantity(random), update, plan);
            return;
        }
        Map.Entry<Integer, Bid> behind = side.lowerEntry(best);
        for (int down = random.nextInt(4); down > 0 && behind != null && side.lowerEntry(behind.getKey()) != null; down--) {
            behind = side.lowerEntry(behind.getKey());
        }
        if (behind != null) {
            resize(chosen, behind, update, random, plan);
        } else if (best > 1) {
            add(chosen, best - 1, quantity(random), update, plan);
        } else {
            resize(chosen, side.lastEntry(), update, random, plan);
        }
    }

    /** The price one step above the best; 0 if the book would lock. */
    private int better(boolean onYes) {
        int ticks = side(onYes).lastKey() + STEP_TICKS;
        int other = side(!onYes).isEmpty() ? 0 : side(!onYes).lastKey();
        return ticks + other < DOLLAR_TICKS ? ticks : 0;
    }

    private void resize(boolean onYes, Map.Entry<Integer, Bid> level, int update, SplittableRandom random, LoadPlan plan) {
        long now = level.getValue().quantityHundredths();
        long by = 1 + random.nextLong(20_000);
        boolean less = now > by && (now > 2_000_000 || random.nextBoolean());
        add(onYes, level.getKey(), less ? -by : by, update, plan);
    }

    private void add(boolean onYes, int ticks, long deltaHundredths, int update, LoadPlan plan) {
        TreeMap<Integer, Bid> side = side(onYes);
        Bid known = side.get(ticks);
        long after = (known == null ? 0 : known.quantityHundredths()) + deltaHundredths;
        if (after == 0) {
            side.remove(ticks);
        } else {
            side.put(ticks, new Bid(after, update));
        }
        lastUpdate = update;
        plan.write(update, onYes, ticks, deltaHundredths);
    }

    private static long quantity(SplittableRandom random) {
        return 1 + random.nextLong(100_000);
    }

    private TreeMap<Integer, Bid> side(boolean ofYes) {
        return ofYes ? yes : no;
    }

    private static NavigableMap<Integer, Long> quantities(TreeMap<Integer, Bid> side) {
        var quantities = new TreeMap<Integer, Long>();
        side.forEach((ticks, bid) -> quantities.put(ticks, bid.quantityHundredths()));
        return quantities;
    }
}

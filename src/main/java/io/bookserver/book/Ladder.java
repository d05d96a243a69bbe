package io.bookserver.book;

import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.OptionalInt;

/**
 * The bids of one side, one level per price, the best (highest) price first.
 *
 * <p><i>Immutable: every change creates a new ladder that shares the unchanged levels.</i>
 */
public final class Ladder {
    public static final Ladder EMPTY = new Ladder(new int[0], new Level[0]);

    /** The levels' prices, so that a search need not read the levels. Shared with other ladders of the same prices. */
    private final int[] ascendingTicks;
    /** Ascending by price, as the exchange sends it; never handed out. */
    private final Level[] ascending;

    private Ladder(int[] ascendingTicks, Level[] ascending) {
        this.ascendingTicks = ascendingTicks;
        this.ascending = ascending;
    }

    /**
     * A ladder of these levels, in any order.
     *
     * @throws IllegalArgumentException if a price occurs twice
     */
    public static Ladder of(Level... levels) {
        return levels.length == 0 ? EMPTY : ofOwned(levels.clone());
    }

    static Ladder ofOwned(Level[] levels) {
        for (int i = 1; i < levels.length; i++) {
            if (levels[i - 1].priceTicks() >= levels[i].priceTicks()) {
                Arrays.sort(levels, (a, b) -> Integer.compare(a.priceTicks(), b.priceTicks()));
                requireDistinct(levels);
                break;
            }
        }
        int[] ticks = new int[levels.length];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = levels[i].priceTicks();
        }
        return new Ladder(ticks, levels);
    }

    private static void requireDistinct(Level[] sorted) {
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i - 1].priceTicks() == sorted[i].priceTicks()) {
                throw new IllegalArgumentException(
                        "a price must occur once in a ladder: priceTicks=" + sorted[i].priceTicks());
            }
        }
    }

    public boolean isEmpty() {
        return ascending.length == 0;
    }

    /** The number of levels. */
    public int depth() {
        return ascending.length;
    }

    /**
     * The level with the highest price.
     *
     * @throws NoSuchElementException if the ladder is empty
     */
    public Level best() {
        Level best = bestOrNull();
        if (best == null) {
            throw new NoSuchElementException("an empty ladder has no best level");
        }
        return best;
    }

    /** The level with the highest price; null if the ladder is empty. */
    Level bestOrNull() {
        int depth = ascending.length;
        return depth == 0 ? null : ascending[depth - 1];
    }

    /** The level with that rank, 0 being the best. */
    public Level level(int rank) {
        return ascending[ascending.length - 1 - rank];
    }

    /** Hundredths of a contract resting at that price; 0 if there is no level. */
    public long quantityHundredthsAt(int priceTicks) {
        return quantityHundredthsAtPosition(position(priceTicks));
    }

    /** Hundredths of a contract resting at that {@link #position}, 0 for the position of a price without a level. */
    long quantityHundredthsAtPosition(int position) {
        return position < 0 ? 0 : ascending[position].quantityHundredths();
    }

    /** The given stamp, or that of the level at that {@link #position} if the feed received it later. */
    RecordStamp newerStamp(int position, RecordStamp stamp) {
        return position >= 0 && ascending[position].stamp().feedTimeMs() > stamp.feedTimeMs()
                ? ascending[position].stamp() : stamp;
    }

    /** Whether the other ladder has the same prices and quantities; timestamps are not compared. */
    public boolean sameSizesAs(Ladder other) {
        if (this == other) {
            return true;
        }
        if (ascending.length != other.ascending.length) {
            return false;
        }
        for (int i = 0; i < ascending.length; i++) {
            if (!ascending[i].sameSizeAs(other.ascending[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * The best rank, 0 being the best of all, at which the ladders differ in price or quantity; the highest int if
     * none.
     */
    public int firstDifferenceTo(Ladder other) {
        int shorter = Math.min(depth(), other.depth());
        for (int rank = 0; rank < shorter; rank++) {
            Level here = level(rank);
            Level there = other.level(rank);
            if (here != there && !here.sameSizeAs(there)) {
                return rank;
            }
        }
        return depth() == other.depth() ? Integer.MAX_VALUE : shorter;
    }

    /**
     * The only price at which the next ladder differs from this one. Levels are compared by identity: a change shares
     * every level except the one that it touched.
     *
     * @return the price in ticks; empty if no level or more than one was touched
     */
    public OptionalInt onlyChangeTo(Ladder next) {
        Level[] from = ascending;
        Level[] to = next.ascending;
        int shorter = Math.min(from.length, to.length);
        int head = 0;
        while (head < shorter && from[head] == to[head]) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head && from[from.length - 1 - tail] == to[to.length - 1 - tail]) {
            tail++;
        }
        int removed = from.length - head - tail;
        int added = to.length - head - tail;
        boolean one = removed + added == 1
                || removed == 1 && added == 1 && from[head].priceTicks() == to[head].priceTicks();
        return one ? OptionalInt.of((removed == 1 ? from : to)[head].priceTicks()) : OptionalInt.empty();
    }

    /**
     * This ladder with that level added, or replacing the level at its price.
     *
     * @param position the {@link #position} of the level's price
     */
    Ladder with(int position, Level level) {
        if (position >= 0) {
            Level[] next = ascending.clone();
            next[position] = level;
            return new Ladder(ascendingTicks, next);
        }
        int at = -position - 1;
        int above = ascending.length - at;
        Level[] next = new Level[ascending.length + 1];
        System.arraycopy(ascending, 0, next, 0, at);
        next[at] = level;
        System.arraycopy(ascending, at, next, at + 1, above);
        int[] ticks = new int[next.length];
        System.arraycopy(ascendingTicks, 0, ticks, 0, at);
        ticks[at] = level.priceTicks();
        System.arraycopy(ascendingTicks, at, ticks, at + 1, above);
        return new Ladder(ticks, next);
    }

    /** This ladder without the level at that {@link #position}; this very ladder if no level is there. */
    Ladder without(int position) {
        if (position < 0) {
            return this;
        }
        if (ascending.length == 1) {
            return EMPTY;
        }
        Level[] next = new Level[ascending.length - 1];
        System.arraycopy(ascending, 0, next, 0, position);
        System.arraycopy(ascending, position + 1, next, position, next.length - position);
        int[] ticks = new int[next.length];
        System.arraycopy(ascendingTicks, 0, ticks, 0, position);
        System.arraycopy(ascendingTicks, position + 1, ticks, position, ticks.length - position);
        return new Ladder(ticks, next);
    }

    /** The position of that price in this ladder, for the methods that take one; negative if there is no such level. */
    int position(int priceTicks) {
        int low = 0;
        int high = ascendingTicks.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int at = ascendingTicks[middle];
            if (at < priceTicks) {
                low = middle + 1;
            } else if (at > priceTicks) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -low - 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ladder && Arrays.equals(ascending, ((Ladder) other).ascending);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ascending);
    }

    @Override
    public String toString() {
        return Arrays.toString(ascending);
    }
}

package io.bookserver.stream;

import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.Side;
import io.bookserver.kalshi.ClientCommand;
import io.bookserver.kalshi.LegacyJson;
import io.bookserver.kalshi.StreamJson;
import java.util.OptionalInt;

/**
 * One step of one market, or several that were merged into one, with what all its followers are sent; built when the first of them asks for it.
 *
 * <p><i>Immutable but for what it remembers. Thread-safe: event loops that race build equal bytes.</i>
 */
final class Publication {
    /** What a follower of every change has to be sent. */
    enum Change {
        /** The ladders and the state are what they were all the time. */
        NOTHING,
        /** One level changed: a delta. */
        LEVEL,
        /** More than a delta can say: a snapshot. */
        WHOLE
    }

    private final MarketSnapshot before;
    private final MarketSnapshot after;
    private static final int[] NOT_COUNTED = {};

    /** Of several that were merged: how many changed the market. */
    private final int changes;
    /**
     * And what they changed at the top: behind those of status or state alone, how many by the best rank that they touched.
     * No more than are seen by the deepest reader.
     */
    private final int[] byRank;

    private volatile Change change;
    private Side side;
    private int priceTicks;
    private volatile byte[] delta;
    private volatile byte[] deltaOnYesScale;

    Publication(MarketSnapshot before, MarketSnapshot after) {
        this(before, after, 1, NOT_COUNTED);
    }

    private Publication(MarketSnapshot before, MarketSnapshot after, int changes, int[] byRank) {
        this.before = before;
        this.after = after;
        this.changes = changes;
        this.byRank = byRank;
    }

    /** This and another one of the same market, whichever came first, as one step. */
    Publication mergedWith(Publication other) {
        return new Publication(
                before.version() < other.before.version() ? before : other.before,
                after.version() > other.after.version() ? after : other.after,
                changes + other.changes,
                sum(counted(), other.counted()));
    }

    private static int[] sum(int[] one, int[] other) {
        int[] longer = (one.length >= other.length ? one : other).clone();
        int[] shorter = one.length >= other.length ? other : one;
        for (int rank = 0; rank < shorter.length; rank++) {
            longer[rank] += shorter[rank];
        }
        return longer;
    }

    private int[] counted() {
        if (changes > 1) {
            return byRank;
        }
        int rank = Math.min(before.book().yes().firstDifferenceTo(after.book().yes()),
                before.book().no().firstDifferenceTo(after.book().no()));
        boolean isOfStatus = before.book().state() != after.book().state() || !before.status().equals(after.status());
        if (rank > 0 && isOfStatus) {
            return new int[] {1};
        }
        if (rank >= ClientCommand.Options.MAX_DEPTH) {
            return NOT_COUNTED;
        }
        int[] one = new int[rank + 2];
        one[rank + 1] = 1;
        return one;
    }

    /** How many publications this one stands for, itself among them. */
    int changes() {
        return changes;
    }

    /**
     * Of several that were merged: how many changed the best levels; of one that never was 0, whatever it changed.
     *
     * @param depth how many levels of each side, 1..50
     * @param withStatus whether those count that changed status or state alone
     */
    int mergedChangesOfTop(int depth, boolean withStatus) {
        int sum = withStatus && byRank.length > 0 ? byRank[0] : 0;
        for (int at = 1; at < Math.min(depth + 1, byRank.length); at++) {
            sum += byRank[at];
        }
        return sum;
    }

    MarketSnapshot before() {
        return before;
    }

    MarketSnapshot after() {
        return after;
    }

    Change change() {
        if (change == null) {
            change = compare();
        }
        return change;
    }

    /** The {@code msg} of the delta; only where the {@link #change} is that of a level. */
    byte[] delta(boolean yesScale) {
        if (change() != Change.LEVEL) {
            throw new IllegalStateException("a delta must be of one level: change=" + change);
        }
        byte[] known = yesScale ? deltaOnYesScale : delta;
        if (known == null) {
            known = StreamJson.delta(after, side, priceTicks, deltaHundredths(), yesScale);
            if (yesScale) {
                deltaOnYesScale = known;
            } else {
                delta = known;
            }
        }
        return known;
    }

    /** The same with the fields in whole cents and contracts, where they are exact; not remembered. */
    byte[] legacyDelta(boolean yesScale) {
        byte[] msg = delta(yesScale);
        return LegacyJson.delta(msg,
                yesScale && side == Side.NO ? Level.TICKS_PER_DOLLAR - priceTicks : priceTicks, deltaHundredths());
    }

    private long deltaHundredths() {
        return after.book().ladder(side).quantityHundredthsAt(priceTicks)
                - before.book().ladder(side).quantityHundredthsAt(priceTicks);
    }

    private Change compare() {
        Ladder yes = before.book().yes();
        Ladder no = before.book().no();
        boolean sameYes = yes.sameSizesAs(after.book().yes());
        boolean sameNo = no.sameSizesAs(after.book().no());
        if (before.book().state() != after.book().state()) {
            return Change.WHOLE;
        }
        if (sameYes && sameNo) {
            // several that cancel each other out: whoever counts the changes must see that some were left out
            return changes > 1 && before.book() != after.book() ? Change.WHOLE : Change.NOTHING;
        }
        // a delta is one change of the exchange, never a sum of several
        if (changes > 1 || !sameYes && !sameNo) {
            return Change.WHOLE;
        }
        side = sameNo ? Side.YES : Side.NO;
        OptionalInt only = before.book().ladder(side).onlyChangeTo(after.book().ladder(side));
        priceTicks = only.orElse(0);
        return only.isPresent() ? Change.LEVEL : Change.WHOLE;
    }
}

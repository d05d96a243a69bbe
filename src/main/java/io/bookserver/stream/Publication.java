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
 * One change of one market, or several that were merged into one, with the messages for all its followers. A message is
 * built when the first follower needs it.
 *
 * <p><i>Immutable except for the remembered messages. Thread-safe: event loops that race build equal bytes.</i>
 */
final class Publication {
    /** The kind of message that a follower of every change gets. */
    enum Change {
        /** Ladders and state are unchanged. */
        NOTHING,
        /** One level changed: a delta. */
        LEVEL,
        /** More than a delta can express: a snapshot. */
        WHOLE
    }

    private final MarketSnapshot before;
    private final MarketSnapshot after;
    private static final int[] NOT_COUNTED = {};

    /** For a merged publication: the number of changes of the market. */
    private final int changes;
    /**
     * For a merged publication: the numbers of changes of the top. Index 0 counts changes of status or state that left
     * the best levels alone, index n changes whose best changed rank is n - 1. It has no more entries than the deepest
     * follower sees.
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

    /** This one and another one of the same market, whichever came first, merged. */
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

    /** The number of publications that were merged, at least 1. */
    int changes() {
        return changes;
    }

    /**
     * The number of merged changes that changed the best levels; 0 if nothing was merged.
     *
     * @param depth the number of levels per side, 1..50
     * @param withStatus whether to count changes of status or state alone
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

    /** The {@code msg} of the delta; call it only if {@link #change} is that of one level. */
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

    /** The same with the fields in whole cents and contracts if they are exact; not remembered. */
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
            // several changes that cancel out: a client that counts changes must see that some were left out
            return changes > 1 && before.book() != after.book() ? Change.WHOLE : Change.NOTHING;
        }
        // a delta is one change of the exchange, never the sum of several
        if (changes > 1 || !sameYes && !sameNo) {
            return Change.WHOLE;
        }
        side = sameNo ? Side.YES : Side.NO;
        OptionalInt only = before.book().ladder(side).onlyChangeTo(after.book().ladder(side));
        priceTicks = only.orElse(0);
        return only.isPresent() ? Change.LEVEL : Change.WHOLE;
    }
}

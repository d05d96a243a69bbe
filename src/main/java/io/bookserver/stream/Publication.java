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

    private static final int OF_BOOK = 0;
    private static final int OF_STATUS = 1;
    private static final int OF_BEST = 2;

    private final MarketSnapshot before;
    private final MarketSnapshot after;
    private final boolean merged;
    /**
     * The numbers of changes that it stands for: of the book, of status or state alone, and by the best rank that
     * changed, as deep as a follower may see. For a single change null until a follower asks.
     */
    private volatile int[] counts;

    private volatile Change change;
    private Side side;
    private int priceTicks;
    private volatile byte[] delta;
    private volatile byte[] deltaOnYesScale;

    Publication(MarketSnapshot before, MarketSnapshot after) {
        this(before, after, null);
    }

    private Publication(MarketSnapshot before, MarketSnapshot after, int[] mergedCounts) {
        this.before = before;
        this.after = after;
        this.merged = mergedCounts != null;
        this.counts = mergedCounts;
    }

    /** This one and another one of the same market, whichever came first, merged. */
    Publication mergedWith(Publication other) {
        return new Publication(
                before.version() < other.before.version() ? before : other.before,
                after.version() > other.after.version() ? after : other.after,
                sum(counts(), other.counts()));
    }

    private static int[] sum(int[] one, int[] other) {
        int[] longer = (one.length >= other.length ? one : other).clone();
        int[] shorter = one.length >= other.length ? other : one;
        for (int rank = 0; rank < shorter.length; rank++) {
            longer[rank] += shorter[rank];
        }
        return longer;
    }

    private int[] counts() {
        if (counts == null) {
            counts = counted();
        }
        return counts;
    }

    private int[] counted() {
        int rank = Math.min(before.book().yes().firstDifferenceTo(after.book().yes()),
                before.book().no().firstDifferenceTo(after.book().no()));
        boolean isOfState = before.book().state() != after.book().state();
        int ofBook = isOfState || rank < Integer.MAX_VALUE ? 1 : 0;
        if (rank > 0 && (isOfState || !before.status().equals(after.status()))) {
            return new int[] {ofBook, 1};
        }
        if (rank >= ClientCommand.Options.MAX_DEPTH) {
            return new int[] {ofBook};
        }
        int[] one = new int[OF_BEST + rank + 1];
        one[OF_BOOK] = 1;
        one[OF_BEST + rank] = 1;
        return one;
    }

    /** Whether it is one change, of that version of the market. */
    boolean continues(long version) {
        return !merged && before.version() == version;
    }

    /** The number of changes of the ladders or the state. */
    int changesOfBook() {
        return counts()[OF_BOOK];
    }

    /**
     * The number of changes of the best levels.
     *
     * @param depth the number of levels per side, 1..50
     * @param withStatus whether to count changes of status or state alone
     */
    int changesOfTop(int depth, boolean withStatus) {
        int[] all = counts();
        int sum = withStatus && all.length > OF_STATUS ? all[OF_STATUS] : 0;
        for (int at = OF_BEST; at < Math.min(OF_BEST + depth, all.length); at++) {
            sum += all[at];
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
            return merged && before.book() != after.book() ? Change.WHOLE : Change.NOTHING;
        }
        // a delta is one change of the exchange, never the sum of several
        if (merged || !sameYes && !sameNo) {
            return Change.WHOLE;
        }
        side = sameNo ? Side.YES : Side.NO;
        OptionalInt only = before.book().ladder(side).onlyChangeTo(after.book().ladder(side));
        priceTicks = only.orElse(0);
        return only.isPresent() ? Change.LEVEL : Change.WHOLE;
    }
}

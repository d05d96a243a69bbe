package io.bookserver.stream;

import io.bookserver.book.Ladder;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.Side;
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
    /** Of several that were merged: how many changed the market, and how many its top. */
    private final int changes;

    private final int topChanges;

    private volatile Change change;
    private Side side;
    private int priceTicks;
    private volatile byte[] delta;
    private volatile byte[] deltaOnYesScale;

    Publication(MarketSnapshot before, MarketSnapshot after) {
        this(before, after, 1, 1);
    }

    private Publication(MarketSnapshot before, MarketSnapshot after, int changes, int topChanges) {
        this.before = before;
        this.after = after;
        this.changes = changes;
        this.topChanges = topChanges;
    }

    /** This and another one of the same market, whichever came first, as one step. */
    Publication mergedWith(Publication other) {
        return new Publication(
                before.version() < other.before.version() ? before : other.before,
                after.version() > other.after.version() ? after : other.after,
                changes + other.changes,
                countTopChanges() + other.countTopChanges());
    }

    /** How many publications this one stands for, itself among them. */
    int changes() {
        return changes;
    }

    /** How many changes of the top this one stands for; of one that was never merged that is 1, whatever it changed. */
    int topChanges() {
        return topChanges;
    }

    private int countTopChanges() {
        return changes == 1 && before.topOfBook().sameAs(after.topOfBook()) ? 0 : topChanges;
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
            long from = before.book().ladder(side).quantityHundredthsAt(priceTicks);
            long to = after.book().ladder(side).quantityHundredthsAt(priceTicks);
            known = StreamJson.delta(after, side, priceTicks, to - from, yesScale);
            if (yesScale) {
                deltaOnYesScale = known;
            } else {
                delta = known;
            }
        }
        return known;
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

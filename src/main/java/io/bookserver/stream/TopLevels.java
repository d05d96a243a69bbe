package io.bookserver.stream;

import io.bookserver.book.BookState;
import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatus;

/**
 * The best levels of both sides of a market. It holds only what a follower sees, so that a subscriber does not keep the
 * whole book alive.
 *
 * <p><i>Immutable.</i>
 */
final class TopLevels {
    private final MarketStatus status;
    private final BookState state;
    /** The yes side, then the no side, best first. */
    private final int[] priceTicks;
    private final long[] quantityHundredths;
    private final int yesLevels;

    private TopLevels(
            MarketStatus status, BookState state, int[] priceTicks, long[] quantityHundredths, int yesLevels) {
        this.status = status;
        this.state = state;
        this.priceTicks = priceTicks;
        this.quantityHundredths = quantityHundredths;
        this.yesLevels = yesLevels;
    }

    static TopLevels of(MarketSnapshot market, int depth) {
        Ladder yes = market.book().yes();
        Ladder no = market.book().no();
        int yesLevels = Math.min(depth, yes.depth());
        int[] ticks = new int[yesLevels + Math.min(depth, no.depth())];
        long[] quantities = new long[ticks.length];
        for (int at = 0; at < ticks.length; at++) {
            Level level = at < yesLevels ? yes.level(at) : no.level(at - yesLevels);
            ticks[at] = level.priceTicks();
            quantities[at] = level.quantityHundredths();
        }
        return new TopLevels(market.status(), market.book().state(), ticks, quantities, yesLevels);
    }

    /** Whether a follower of that depth would see no difference. */
    boolean isSeenIn(MarketSnapshot market, int depth) {
        Ladder yes = market.book().yes();
        Ladder no = market.book().no();
        if (state != market.book().state() || yesLevels != Math.min(depth, yes.depth())
                || priceTicks.length - yesLevels != Math.min(depth, no.depth()) || !status.equals(market.status())) {
            return false;
        }
        for (int at = 0; at < priceTicks.length; at++) {
            Level level = at < yesLevels ? yes.level(at) : no.level(at - yesLevels);
            if (priceTicks[at] != level.priceTicks() || quantityHundredths[at] != level.quantityHundredths()) {
                return false;
            }
        }
        return true;
    }
}

package io.bookserver.book;

import java.util.concurrent.atomic.LongAdder;

/**
 * The number of books in each state. It is updated with every change, so reading it costs no scan.
 *
 * <p><i>Thread-safe.</i>
 */
final class BookCounts {
    private final LongAdder[] byState = adders(BookState.values().length);
    private final LongAdder staleToHeal = new LongAdder();
    private final LongAdder crossed = new LongAdder();
    private final LongAdder timesCrossed = new LongAdder();

    void registered() {
        byState[BookState.AWAITING_SNAPSHOT.ordinal()].increment();
    }

    void restored(MarketSnapshot market) {
        byState[market.book().state().ordinal()].increment();
        if (isToBeHealed(market)) {
            staleToHeal.increment();
        }
        if (market.topOfBook().isCrossed()) {
            crossed.increment();
        }
    }

    /** A market that is forgotten has ended or never had a book: it is none to be healed. */
    void forgotten(MarketSnapshot last) {
        byState[last.book().state().ordinal()].decrement();
        if (last.topOfBook().isCrossed()) {
            crossed.decrement();
        }
    }

    void changed(MarketSnapshot before, MarketSnapshot after) {
        BookState stateBefore = before.book().state();
        BookState stateAfter = after.book().state();
        if (stateBefore != stateAfter) {
            byState[stateBefore.ordinal()].decrement();
            byState[stateAfter.ordinal()].increment();
        }
        if (isToBeHealed(before) != isToBeHealed(after)) {
            staleToHeal.add(isToBeHealed(after) ? 1 : -1);
        }
        if (before.book() != after.book()) {
            changed(before.topOfBook(), after.topOfBook());
        }
    }

    private void changed(TopOfBook before, TopOfBook after) {
        if (before.isCrossed() != after.isCrossed()) {
            crossed.add(after.isCrossed() ? 1 : -1);
            if (after.isCrossed()) {
                timesCrossed.increment();
            }
        }
    }

    long booksIn(BookState state) {
        return byState[state.ordinal()].sum();
    }

    long staleBooksToHeal() {
        return staleToHeal.sum();
    }

    long crossedBooks() {
        return crossed.sum();
    }

    long timesCrossed() {
        return timesCrossed.sum();
    }

    private static boolean isToBeHealed(MarketSnapshot market) {
        return market.book().state() == BookState.STALE && market.status().closedMs().isEmpty();
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}

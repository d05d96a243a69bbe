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
        add(BookState.AWAITING_SNAPSHOT, 1);
    }

    void restored(MarketSnapshot market) {
        add(market.book().state(), 1);
        if (isToBeHealed(market)) {
            staleToHeal.increment();
        }
        if (market.topOfBook().isCrossed()) {
            crossed.increment();
        }
    }

    /** A forgotten market has ended or never had a book, so it is not counted as one to be healed. */
    void forgotten(MarketSnapshot last) {
        add(last.book().state(), -1);
        if (last.topOfBook().isCrossed()) {
            crossed.decrement();
        }
    }

    void changed(MarketSnapshot before, MarketSnapshot after) {
        BookState stateBefore = before.book().state();
        BookState stateAfter = after.book().state();
        if (stateBefore != stateAfter) {
            add(stateBefore, -1);
            add(stateAfter, 1);
        }
        if (isToBeHealed(before) != isToBeHealed(after)) {
            staleToHeal.add(isToBeHealed(after) ? 1 : -1);
        }
        if (before.book() != after.book()) {
            changed(before.topOfBook(), after.topOfBook());
        }
    }

    private void changed(TopOfBook before, TopOfBook after) {
        if (!before.hasBestLevelsOf(after) && before.isCrossed() != after.isCrossed()) {
            crossed.add(after.isCrossed() ? 1 : -1);
            if (after.isCrossed()) {
                timesCrossed.increment();
            }
        }
    }

    private void add(BookState state, int count) {
        byState[state.ordinal()].add(count);
    }

    /** The number of books shown in that state; for {@link BookState#LATE} that of late books. */
    long booksIn(BookState state) {
        long exactly = byState[state.ordinal()].sum();
        return state == BookState.STALE ? exactly + booksIn(BookState.LATE) : exactly;
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

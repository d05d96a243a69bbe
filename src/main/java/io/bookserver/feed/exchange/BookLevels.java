package io.bookserver.feed.exchange;

import io.bookserver.book.BookSnapshot;
import io.bookserver.book.Ladder;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bids of one book, for comparison: hundredths of a contract by ticks of $0.0001.
 *
 * <p><i>Immutable.</i>
 */
record BookLevels(Map<Integer, Long> yes, Map<Integer, Long> no) {
    BookLevels {
        yes = Map.copyOf(yes);
        no = Map.copyOf(no);
    }

    static BookLevels of(BookSnapshot book) {
        return new BookLevels(levels(book.yes()), levels(book.no()));
    }

    private static Map<Integer, Long> levels(Ladder ladder) {
        Map<Integer, Long> levels = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            levels.put(ladder.level(rank).priceTicks(), ladder.level(rank).quantityHundredths());
        }
        return levels;
    }
}

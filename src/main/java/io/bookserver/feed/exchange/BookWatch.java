package io.bookserver.feed.exchange;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookSnapshot;
import io.bookserver.book.BookState;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Records the states of some of this server's books during an audit.
 *
 * <p><i>Thread-safe: the connector's thread starts and stops it, writers of books publish to it without waiting.</i>
 */
final class BookWatch implements AuditedBooks, PublicationListener {
    private final BookRegistry registry;
    private final Map<String, Queue<BookSnapshot>> seen = new ConcurrentHashMap<>();

    BookWatch(BookRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void watch(Collection<String> tickers) {
        seen.clear();
        tickers.forEach(ticker -> seen.put(ticker, new ConcurrentLinkedQueue<>()));
        registry.addListener(this);
        seen.forEach((ticker, states) -> registry.market(ticker).map(Market::current)
                .ifPresent(market -> states.add(market.book())));
    }

    @Override
    public void published(MarketSnapshot before, MarketSnapshot after) {
        Queue<BookSnapshot> states = seen.get(after.ticker());
        if (states != null && before.book() != after.book()) {
            states.add(after.book());
        }
    }

    @Override
    public Map<String, Set<BookLevels>> end() {
        registry.removeListener(this);
        Map<String, Set<BookLevels>> right = new HashMap<>();
        seen.forEach((ticker, states) -> {
            if (!states.isEmpty() && states.stream().allMatch(book -> book.state() == BookState.LIVE)) {
                Set<BookLevels> levels = new HashSet<>();
                states.forEach(book -> levels.add(BookLevels.of(book)));
                right.put(ticker, levels);
            }
        });
        seen.clear();
        return right;
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The search for one page of markets, a few at a time. Skipping what the filter rejects costs time as well, so a page
 * ends after a maximum number of examined markets. It may then be short or empty although more follow.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class MarketSearch {
    /** A source of markets, in order. */
    interface Source {
        /** At most {@code limit} tickers after that one. */
        List<String> after(String ticker, int limit);

        /** Whether a market found in this way really belongs to the source. */
        default boolean has(Market market) {
            return true;
        }
    }

    /** Markets without a message that names their event or series; they are found by the prefix of their tickers. */
    record Untold(BookRegistry registry, String group, Predicate<String> belongs) implements Source {
        @Override
        public List<String> after(String ticker, int limit) {
            return registry.list(ticker, group + "-", market -> true, limit).stream().map(MarketSnapshot::ticker)
                    .toList();
        }

        @Override
        public boolean has(Market market) {
            return market.details().eventTicker().isEmpty() && belongs.test(market.current().ticker());
        }
    }

    private static final int STEP = 64;
    /** The maximum number of markets examined for one page. */
    static final int LOOKS = 10_000;

    private final BookRegistry registry;
    private final List<Source> sources;
    private final Predicate<Market> filter;
    private final int size;
    private final List<Market> found = new ArrayList<>();
    private int source;
    private String after = "";
    private int looks;
    private boolean over;

    MarketSearch(BookRegistry registry, List<Source> sources, Predicate<Market> filter, int size, String cursor) {
        this.registry = registry;
        this.sources = sources;
        this.filter = filter;
        this.size = size;
        begin(cursor);
    }

    private void begin(String cursor) {
        if (cursor.isEmpty()) {
            return;
        }
        int colon = cursor.indexOf(':');
        if (colon != 1 || cursor.charAt(0) - '0' < 0 || cursor.charAt(0) - '0' >= sources.size()) {
            throw QueryException.badRequest("cursor", "must be that of the previous page: " + Call.shortened(cursor));
        }
        source = cursor.charAt(0) - '0';
        after = cursor.substring(2);
    }

    /** Examines some more markets; false if the page is complete. */
    boolean goOn() {
        Source here = sources.get(source);
        List<String> next = here.after(after, STEP);
        for (String ticker : next) {
            if (found.size() == size || looks == LOOKS) {
                return false;
            }
            looks++;
            after = ticker;
            registry.market(ticker).filter(here::has).filter(filter).ifPresent(found::add);
        }
        if (next.size() < STEP) {
            source++;
            after = "";
            over = source == sources.size();
        }
        return !over && found.size() < size;
    }

    List<Market> found() {
        return found;
    }

    /** Where the next page begins; empty after the last page. */
    String cursor() {
        return over ? "" : source + ":" + after;
    }
}

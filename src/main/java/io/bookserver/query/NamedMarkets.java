package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.kalshi.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Iterates over the tickers of a request: each market once, at its first position, and unknown tickers separately.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class NamedMarkets {
    /** What follows the last book if every ticker was known. */
    static final byte[] ALL_FOUND = "],\"not_found\":[]}".getBytes(StandardCharsets.US_ASCII);

    private final BookRegistry registry;
    private final List<String> tickers;
    private final Set<String> seen;
    private final List<String> notFound = new ArrayList<>(0);
    private int at;

    NamedMarkets(BookRegistry registry, List<String> tickers) {
        this.registry = registry;
        this.tickers = tickers;
        this.seen = new HashSet<>(2 * tickers.size());
    }

    /** The next known market; empty at the end. */
    Optional<Market> next() {
        while (at < tickers.size()) {
            String ticker = tickers.get(at++);
            if (seen.add(ticker)) {
                Optional<Market> market = registry.market(ticker);
                if (market.isPresent()) {
                    return market;
                }
                notFound.add(ticker);
            }
        }
        return Optional.empty();
    }

    /** What follows the last book. */
    byte[] tail() {
        if (notFound.isEmpty()) {
            return ALL_FOUND;
        }
        JsonBytes out = new JsonBytes(1024).ascii("],\"not_found\":[");
        for (String ticker : notFound) {
            out.string(ticker).ascii(",");
        }
        return out.dropLast(',').ascii("]}").toByteArray();
    }
}

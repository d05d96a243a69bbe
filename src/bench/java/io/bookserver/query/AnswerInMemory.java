package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.kalshi.BookJson;
import io.netty.buffer.ByteBuf;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Builds a bulk answer as for the socket, page by page, and releases each page at once; returns the total length. */
final class AnswerInMemory {
    private AnswerInMemory() {}

    static long topsOfBook(BookRegistry registry, List<String> tickers) {
        NamedMarkets named = new NamedMarkets(registry, tickers);
        TopsOfBook tops = new TopsOfBook(tickers.size());
        for (Optional<Market> market = named.next(); market.isPresent(); market = named.next()) {
            tops.add(market.get().current().topOfBook());
        }
        return paged(tops.between(TopOfBookResource.head(registry.nowMs(), 0), named.tail()));
    }

    /** The same for markets that are already known. */
    static long topsOfBook(BookRegistry registry, Iterable<Market> markets, int count) {
        TopsOfBook tops = new TopsOfBook(count);
        markets.forEach(market -> tops.add(market.current().topOfBook()));
        return paged(tops.between(
                TopOfBookResource.head(registry.nowMs(), 0), new NamedMarkets(registry, List.of()).tail()));
    }

    static long books(BookRegistry registry, List<String> tickers, int depth) {
        NamedMarkets named = new NamedMarkets(registry, tickers);
        WholeBooks books = new WholeBooks(BookJson::book, BooksResource.LEVEL_BYTES, depth);
        for (Optional<Market> market = named.next(); market.isPresent(); market = named.next()) {
            books.add(market.get().current());
        }
        return paged(books.between(TopOfBookResource.head(registry.nowMs(), 0), named.tail()));
    }

    private static long paged(Iterator<byte[]> pieces) {
        Pages pages = new Pages(pieces, OptionalLong.empty());
        long bytes = 0;
        while (pages.hasMore()) {
            ByteBuf page = pages.next(256 * 1024);
            bytes += page.readableBytes();
            page.release();
        }
        return bytes;
    }
}

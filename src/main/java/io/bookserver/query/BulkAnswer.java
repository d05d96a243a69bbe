package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An answer over many markets, collected as ready pieces and copied once, straight into the pages that go to the
 * socket: {@code {"as_of_ms":...,"books":[...],"not_found":[...]}}.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class BulkAnswer {
    private static final byte[] COMMA = {','};
    private static final byte[] NO_MORE = "],\"not_found\":[]}".getBytes(StandardCharsets.US_ASCII);

    private final byte[][] books;
    private final List<String> notFound = new ArrayList<>(0);
    private int found;
    private int bytes;

    private BulkAnswer(int expected) {
        books = new byte[expected][];
    }

    /** The tops of book of these markets, in that order. */
    static Buffer topsOfBook(BookRegistry registry, List<String> tickers) {
        BulkAnswer answer = new BulkAnswer(tickers.size());
        for (String ticker : tickers) {
            Optional<Market> market = registry.market(ticker);
            if (market.isPresent()) {
                answer.add(BookJson.topOfBook(market.get().current().topOfBook()));
            } else {
                answer.notFound.add(ticker);
            }
        }
        return answer.toBuffer(registry.nowMs());
    }

    /** The tops of book of these markets. */
    static Buffer topsOfBook(long asOfMs, List<MarketSnapshot> markets) {
        BulkAnswer answer = new BulkAnswer(markets.size());
        for (MarketSnapshot market : markets) {
            answer.add(BookJson.topOfBook(market.topOfBook()));
        }
        return answer.toBuffer(asOfMs);
    }

    /** The books of these markets, in that order, so deep. */
    static Buffer books(BookRegistry registry, BookQuestion question) {
        BulkAnswer answer = new BulkAnswer(question.tickers().size());
        JsonBytes out = new JsonBytes(8192);
        for (String ticker : question.tickers()) {
            Optional<Market> market = registry.market(ticker);
            if (market.isPresent()) {
                BookJson.book(out.clear(), market.get().current(), question.depth());
                answer.add(out.toByteArray());
            } else {
                answer.notFound.add(ticker);
            }
        }
        return answer.toBuffer(registry.nowMs());
    }

    private void add(byte[] book) {
        books[found++] = book;
        bytes += book.length + 1;
    }

    private Buffer toBuffer(long asOfMs) {
        byte[] head = new JsonBytes(64).ascii("{\"as_of_ms\":").number(asOfMs).ascii(",\"books\":[").toByteArray();
        byte[] tail = tail();
        Pages out = new Pages(head.length + bytes + tail.length);
        out.write(head);
        for (int i = 0; i < found; i++) {
            if (i > 0) {
                out.write(COMMA);
            }
            out.write(books[i]);
        }
        out.write(tail);
        return out.toBuffer();
    }

    private byte[] tail() {
        if (notFound.isEmpty()) {
            return NO_MORE;
        }
        JsonBytes out = new JsonBytes(1024).ascii("],\"not_found\":[");
        for (String ticker : notFound) {
            out.string(ticker).ascii(",");
        }
        return out.dropLast(',').ascii("]}").toByteArray();
    }
}

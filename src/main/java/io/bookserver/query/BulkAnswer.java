package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * An answer over many markets, collected as ready pieces and copied once, straight into the pages that go to the
 * socket: {@code {"as_of_ms":...,"books":[...],"not_found":[...]}}.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class BulkAnswer {
    private static final byte[] COMMA = {','};
    private static final byte[] NO_MORE = "],\"not_found\":[]}".getBytes(StandardCharsets.US_ASCII);

    /** Markets that were named and are known, and the tickers of those that are not. */
    record Found(Market[] markets, List<String> notFound) {}

    private final byte[][] books;
    private int found;
    private int bytes;

    private BulkAnswer(int expected) {
        books = new byte[expected][];
    }

    static Found find(BookRegistry registry, List<String> tickers) {
        Market[] markets = new Market[tickers.size()];
        List<String> notFound = new ArrayList<>(0);
        int found = 0;
        for (String ticker : tickers) {
            Optional<Market> market = registry.market(ticker);
            if (market.isPresent()) {
                markets[found++] = market.get();
            } else {
                notFound.add(ticker);
            }
        }
        return new Found(found == markets.length ? markets : Arrays.copyOf(markets, found), notFound);
    }

    /**
     * The tops of book of these markets, in that order.
     *
     * @param tail what stands behind them
     */
    static Buffer topsOfBook(Market[] markets, byte[] tail, LongSupplier nowMs) {
        BulkAnswer answer = new BulkAnswer(markets.length);
        for (Market market : markets) {
            answer.add(BookJson.topOfBook(market.current().topOfBook()));
        }
        return answer.toBuffer(nowMs.getAsLong(), tail);
    }

    /** The books of these markets, in that order, so deep. */
    static Buffer books(BookRegistry registry, BookQuestion question) {
        Found found = find(registry, question.tickers());
        BulkAnswer answer = new BulkAnswer(found.markets().length);
        JsonBytes out = new JsonBytes(8192);
        for (Market market : found.markets()) {
            BookJson.book(out.clear(), market.current(), question.depth());
            answer.add(out.toByteArray());
        }
        return answer.toBuffer(registry.nowMs(), tail(found.notFound()));
    }

    private void add(byte[] book) {
        books[found++] = book;
        bytes += book.length + 1;
    }

    private Buffer toBuffer(long asOfMs, byte[] tail) {
        byte[] head = head(asOfMs);
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

    /** What stands before the first book. */
    static byte[] head(long asOfMs) {
        return new JsonBytes(64).ascii("{\"as_of_ms\":").number(asOfMs).ascii(",\"books\":[").toByteArray();
    }

    /** What stands behind the last book. */
    static byte[] tail(List<String> notFound) {
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

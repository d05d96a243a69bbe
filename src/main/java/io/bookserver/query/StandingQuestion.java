package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.TopOfBook;
import io.bookserver.kalshi.BookJson;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A question for tops of book that is asked again and again. Its markets are looked up once; from the second asking on
 * its last answer is kept, and only the markets that have moved on are written into it anew.
 *
 * <p><i>Not thread-safe; confined to the event loop that is asked.</i>
 */
final class StandingQuestion {
    private final Market[] markets;
    private final byte[] tail;
    /** The size of the registry when the markets were looked up: while it is the same, none has come since. */
    private final int marketsKnown;

    private boolean asked;
    private TopOfBook[] shown = {};
    /** Where in {@code books} each market's object ends; it begins behind the one before, and a comma. */
    private int[] ends = {};
    private byte[] books = {};

    private StandingQuestion(Market[] markets, List<String> notFound, int marketsKnown) {
        this.markets = markets;
        this.tail = BulkAnswer.tail(notFound);
        this.marketsKnown = marketsKnown;
    }

    /** The tops of book of these markets, in that order. */
    static StandingQuestion named(BookRegistry registry, List<String> tickers) {
        int marketsKnown = registry.size();
        BulkAnswer.Found found = BulkAnswer.find(registry, tickers);
        return new StandingQuestion(found.markets(), found.notFound(), marketsKnown);
    }

    /** The tops of book of all markets, in ticker order. */
    static StandingQuestion ofAll(BookRegistry registry) {
        int marketsKnown = registry.size();
        return new StandingQuestion(registry.markets().toArray(Market[]::new), List.of(), marketsKnown);
    }

    /** Whether a market has come since the question's markets were looked up, which it may name. */
    boolean isOutdated(BookRegistry registry) {
        return registry.size() != marketsKnown;
    }

    /** The bytes of memory that this holds, markets and their tops not counted. */
    long retainedBytes() {
        return books.length + 8L * markets.length + 8L * shown.length + tail.length;
    }

    /**
     * The answer at this moment.
     *
     * @param nowMs asked when the books are read, so that none is newer than the answer says
     */
    Buffer answer(LongSupplier nowMs) {
        if (!asked) {
            asked = true;
            return BulkAnswer.topsOfBook(markets, tail, nowMs);
        }
        bringUpToDate();
        int end = markets.length == 0 ? 0 : ends[markets.length - 1];
        byte[] head = BulkAnswer.head(nowMs.getAsLong());
        Pages out = new Pages(head.length + end + tail.length);
        out.write(head);
        out.write(books, end);
        out.write(tail);
        return out.toBuffer();
    }

    private void bringUpToDate() {
        if (shown.length != markets.length) {
            shown = new TopOfBook[markets.length];
            ends = new int[markets.length];
            writeFrom(0);
            return;
        }
        for (int i = 0; i < markets.length; i++) {
            TopOfBook top = markets[i].current().topOfBook();
            if (top != shown[i]) {
                byte[] json = BookJson.topOfBook(top);
                if (json.length != ends[i] - start(i)) {
                    writeFrom(i);
                    return;
                }
                System.arraycopy(json, 0, books, start(i), json.length);
                shown[i] = top;
            }
        }
    }

    /** Writes that market and all behind it, since they come to stand elsewhere. */
    private void writeFrom(int first) {
        for (int i = first; i < markets.length; i++) {
            shown[i] = markets[i].current().topOfBook();
            byte[] json = BookJson.topOfBook(shown[i]);
            int start = start(i);
            if (books.length < start + json.length) {
                int perMarket = start / (i + 1) + json.length;
                books = Arrays.copyOf(books, start + json.length + perMarket * (markets.length - 1 - i));
            }
            if (i > 0) {
                books[start - 1] = ',';
            }
            System.arraycopy(json, 0, books, start, json.length);
            ends[i] = start + json.length;
        }
    }

    private int start(int market) {
        return market == 0 ? 0 : ends[market - 1] + 1;
    }
}

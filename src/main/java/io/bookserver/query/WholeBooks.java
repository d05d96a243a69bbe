package io.bookserver.query;

import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.JsonBytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Books with their ladders, each read once and rendered when there is room for it.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class WholeBooks {
    /** Appends one book. */
    @FunctionalInterface
    interface Writer {
        void write(JsonBytes out, MarketSnapshot market, int depth);
    }

    /** More than a book needs besides its levels and its ticker. */
    private static final int BOOK_BYTES = 1_024;

    private final List<MarketSnapshot> books = new ArrayList<>();
    private final Writer writer;
    private final int levelBytes;
    private final int depth;
    private long maxBytes;

    /**
     * Books rendered by that writer.
     *
     * @param levelBytes the maximum size of a rendered level
     * @param depth the maximum number of levels per side; 0 for all
     */
    WholeBooks(Writer writer, int levelBytes, int depth) {
        this.writer = writer;
        this.levelBytes = levelBytes;
        this.depth = depth;
    }

    void add(MarketSnapshot market) {
        books.add(market);
        maxBytes += maxBytes(market, depth, levelBytes);
    }

    /** The maximum size of one book. */
    static long maxBytes(MarketSnapshot market, int depth, int levelBytes) {
        long levels = shown(market.book().yes().depth(), depth) + shown(market.book().no().depth(), depth);
        return BOOK_BYTES + market.ticker().length() + levelBytes * levels;
    }

    private static long shown(int levels, int depth) {
        return depth == 0 ? levels : Math.min(depth, levels);
    }

    int count() {
        return books.size();
    }

    /** The maximum size of all books. */
    long maxBytes() {
        return maxBytes;
    }

    /** Head, the books with commas in between, tail. */
    Iterator<byte[]> between(byte[] head, byte[] tail) {
        return new Pieces<>(head, books, (out, book) -> writer.write(out, book, depth), tail);
    }
}

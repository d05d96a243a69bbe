package io.bookserver.query;

import io.bookserver.book.TopOfBook;
import io.bookserver.kalshi.BookJson;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Tops of book, each read once, and their JSON piece by piece. The top that was read is written, even if the market has
 * changed meanwhile.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class TopsOfBook {
    private static final byte[] COMMA = {','};

    private TopOfBook[] tops;
    private int count;
    private long bytes;

    TopsOfBook(int expected) {
        tops = new TopOfBook[expected];
    }

    void add(TopOfBook top) {
        if (count == tops.length) {
            tops = Arrays.copyOf(tops, 2 * count + 16);
        }
        tops[count++] = top;
        bytes += BookJson.topOfBook(top).length + 1L;
    }

    int count() {
        return count;
    }

    /** The length of all of them, with commas in between. */
    long bytes() {
        return Math.max(0, bytes - 1);
    }

    /** Head, the books with commas in between, tail. */
    Iterator<byte[]> between(byte[] head, byte[] tail) {
        int last = count == 0 ? 1 : 2 * count;
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at <= last;
            }

            @Override
            public byte[] next() {
                int piece = at++;
                if (piece == 0) {
                    return head;
                }
                if (piece < last) {
                    return (piece & 1) == 0 ? COMMA : BookJson.topOfBook(tops[piece >> 1]);
                }
                if (piece == last) {
                    return tail;
                }
                throw new NoSuchElementException();
            }
        };
    }
}

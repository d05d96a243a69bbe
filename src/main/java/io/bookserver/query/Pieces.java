package io.bookserver.query;

import io.bookserver.kalshi.JsonBytes;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;

/**
 * A list as JSON: a head, one piece per element, built when there is room for it, and a tail.
 *
 * <p><i>Not thread-safe; confined to one answer.</i>
 */
final class Pieces<T> implements Iterator<byte[]> {
    private final byte[] head;
    private final List<T> elements;
    private final BiConsumer<JsonBytes, T> writer;
    private final byte[] tail;
    private final JsonBytes out = new JsonBytes(8_192);
    private int next = -1;

    Pieces(byte[] head, List<T> elements, BiConsumer<JsonBytes, T> writer, byte[] tail) {
        this.head = head;
        this.elements = elements;
        this.writer = writer;
        this.tail = tail;
    }

    @Override
    public boolean hasNext() {
        return next <= elements.size();
    }

    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int piece = next++;
        if (piece < 0) {
            return head;
        }
        if (piece == elements.size()) {
            return tail;
        }
        out.clear().ascii(piece == 0 ? "" : ",");
        writer.accept(out, elements.get(piece));
        return out.toByteArray();
    }
}

package io.bookserver.stream;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Divides a large map by ticker into several, which grow one after the other. A hash map moves all its entries when it
 * grows, and an event loop must not work for so long at a time.
 *
 * <p><i>Stateless.</i>
 */
final class Stripes {
    private static final int BITS = 6;
    /** Spreads the hash into the upper bits: the maps themselves use the lower ones. */
    private static final int MIX = 0x9E37_79B9;

    private Stripes() {}

    static <T> List<T> of(Supplier<T> map) {
        return Stream.generate(map).limit(1 << BITS).toList();
    }

    /** Which of the maps has that ticker. */
    static int index(String ticker) {
        return ticker.hashCode() * MIX >>> Integer.SIZE - BITS;
    }
}

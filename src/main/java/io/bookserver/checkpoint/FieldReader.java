package io.bookserver.checkpoint;

import java.io.IOException;

/**
 * Reads back what a {@link FieldWriter} wrote, in its order.
 *
 * <p><i>Not thread-safe; confined to the thread that reads.</i>
 */
interface FieldReader {
    /** @throws IOException if no number stands there */
    long number() throws IOException;

    /** @throws IOException if no text stands there */
    String text() throws IOException;

    /** Whether nothing follows: what a later version added is not there. */
    boolean isAtEnd() throws IOException;
}

package io.bookserver.checkpoint;

import java.io.IOException;

/**
 * Reads what a {@link FieldWriter} wrote, in the same order.
 *
 * <p><i>Not thread-safe; confined to the thread that reads.</i>
 */
interface FieldReader {
    /** @throws IOException if there is no number at this position */
    long number() throws IOException;

    /** @throws IOException if there is no text at this position */
    String text() throws IOException;

    /** Whether nothing follows: fields that a later version added are absent. */
    boolean isAtEnd() throws IOException;
}

package io.bookserver.checkpoint;

/**
 * Writes numbers and texts one after the other, small numbers of either sign in few bytes.
 *
 * <p><i>Not thread-safe; confined to the thread that writes.</i>
 */
interface FieldWriter {
    void number(long value);

    void text(String value);
}

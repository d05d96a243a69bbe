package io.bookserver.checkpoint;

/**
 * Writes a sequence of numbers and texts; small numbers of either sign take few bytes.
 *
 * <p><i>Not thread-safe; confined to the thread that writes.</i>
 */
interface FieldWriter {
    void number(long value);

    void text(String value);
}

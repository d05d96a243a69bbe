package io.bookserver.access;

/**
 * The sender of a request: the number of its key.
 *
 * <p><i>Immutable.</i>
 */
public record Caller(int keyNumber) {
    /** A request without a valid key. */
    public static final Caller UNKNOWN = new Caller(-1);

    public boolean isKnown() {
        return keyNumber >= 0;
    }
}

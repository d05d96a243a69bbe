package io.bookserver.access;

/**
 * Who asks: the number of the key that came with the request.
 *
 * <p><i>Immutable.</i>
 */
public record Caller(int keyNumber) {
    /** Came without a known key. */
    public static final Caller UNKNOWN = new Caller(-1);

    public boolean isKnown() {
        return keyNumber >= 0;
    }
}

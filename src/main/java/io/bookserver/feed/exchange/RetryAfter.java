package io.bookserver.feed.exchange;

/**
 * The HTTP header {@code Retry-After} of an answer: for how long the exchange wants no other request.
 *
 * <p><i>Stateless.</i>
 */
final class RetryAfter {
    /** A longer wait is cut: it may be a mistake, and the books are not followed meanwhile. */
    static final long MAX_MS = 300_000;

    private RetryAfter() {}

    /** Milliseconds. 0 if the header is missing (null) or no number of seconds; our own wait applies then. */
    static long ms(String header) {
        if (header == null || !header.matches("\\d{1,9}")) {
            return 0;
        }
        return Math.min(MAX_MS, Long.parseLong(header) * 1000);
    }
}

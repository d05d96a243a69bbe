package io.bookserver.feed.exchange;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/**
 * The HTTP header {@code Retry-After} of an answer: for how long the exchange wants no other request (RFC 9110, 10.2.3).
 *
 * <p><i>Stateless.</i>
 */
final class RetryAfter {
    /** A longer wait is cut: it may be a mistake, and the books are not followed meanwhile. */
    static final long MAX_MS = 300_000;

    private RetryAfter() {}

    /**
     * Milliseconds. 0 if the header is missing (null), or neither a number of seconds nor a date; our own wait applies
     * then.
     */
    static long ms(String header, Instant now) {
        if (header == null) {
            return 0;
        }
        long ms = header.matches("\\d{1,9}") ? Long.parseLong(header) * 1000 : untilDate(header, now);
        return Math.max(0, Math.min(MAX_MS, ms));
    }

    private static long untilDate(String header, Instant now) {
        try {
            return ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant().toEpochMilli()
                    - now.toEpochMilli();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }
}

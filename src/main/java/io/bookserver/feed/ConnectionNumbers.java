package io.bookserver.feed;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives every connection to the exchange its number: the epoch milliseconds at which it was opened, or one more than the
 * number before where the clock has not moved on. Records of a connection are told from those of earlier ones by it.
 *
 * <p><i>Thread-safe.</i>
 */
public final class ConnectionNumbers {
    private final AtomicLong last = new AtomicLong();

    /** The number of a connection that is opened now; larger than every one before. */
    public long next(long nowMs) {
        return last.updateAndGet(before -> Math.max(before + 1, nowMs));
    }
}

package io.bookserver.feed;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Assigns a number to every connection to the exchange: the epoch milliseconds at which it was opened, or the previous
 * number plus one if the clock has not advanced. The number distinguishes the records of a connection from earlier
 * ones.
 *
 * <p><i>Thread-safe.</i>
 */
public final class ConnectionNumbers {
    private final AtomicLong last = new AtomicLong();

    /** The number of a connection that is opened now; larger than all earlier ones. */
    public long next(long nowMs) {
        return last.updateAndGet(before -> Math.max(before + 1, nowMs));
    }
}

package io.bookserver.stream;

import java.util.function.LongSupplier;

/**
 * How many frames, of whatever kind, and how many bytes a connection may still send in the running second. What is over
 * the number is refused; what is over twice the number, or over the bytes, is not even read before the next second.
 *
 * <p>A token bucket of Bucket4j holds one resource that flows back all the time; here two share one second, whose
 * end is when the socket is read again.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class CommandBudget {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final int framesPerSecond;
    private final long bytesPerSecond;
    private final LongSupplier nanoClock;
    private long secondBeganNanos;
    private long frames;
    private long bytes;

    CommandBudget(int framesPerSecond, long bytesPerSecond, LongSupplier nanoClock) {
        this.framesPerSecond = framesPerSecond;
        this.bytesPerSecond = bytesPerSecond;
        this.nanoClock = nanoClock;
        this.secondBeganNanos = nanoClock.getAsLong();
    }

    /** Counts one frame of that size; false where the second's are used up. */
    boolean take(int frameBytes) {
        renew();
        bytes += frameBytes;
        return ++frames <= framesPerSecond;
    }

    /** Counts bytes that came out of frames counted before. */
    void takeMore(long moreBytes) {
        renew();
        bytes += moreBytes;
    }

    /** Whether another frame may be looked at in this second. */
    boolean isOpen() {
        renew();
        return frames < 2L * framesPerSecond && bytes < bytesPerSecond;
    }

    /** How long the running second still lasts. */
    long nanosLeft() {
        return Math.max(0, secondBeganNanos + SECOND_NANOS - nanoClock.getAsLong());
    }

    private void renew() {
        long now = nanoClock.getAsLong();
        if (now - secondBeganNanos >= SECOND_NANOS) {
            secondBeganNanos = now;
            frames = 0;
            bytes = 0;
        }
    }
}

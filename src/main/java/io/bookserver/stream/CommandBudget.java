package io.bookserver.stream;

import java.util.function.LongSupplier;

/**
 * The number of frames of any kind, and of bytes, that a connection may still send in the current second. Frames beyond
 * the number are rejected. Beyond twice the number, or beyond the bytes, nothing is read before the next second.
 *
 * <p>A token bucket of Bucket4j holds one resource that refills continuously. Here two resources share one second, and
 * its end is when the socket is read again.
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

    /** Counts one frame of that size; false if this second's frames are used up. */
    boolean take(int frameBytes) {
        renew();
        bytes += frameBytes;
        return ++frames <= framesPerSecond;
    }

    /** Counts further bytes of frames that were counted before. */
    void takeMore(long moreBytes) {
        renew();
        bytes += moreBytes;
    }

    /** Whether another frame may be handled in this second. */
    boolean isOpen() {
        renew();
        return frames < 2L * framesPerSecond && bytes < bytesPerSecond;
    }

    /** Time until the current second ends. */
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

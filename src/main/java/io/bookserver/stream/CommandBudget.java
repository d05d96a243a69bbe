package io.bookserver.stream;

import java.util.function.LongSupplier;

/**
 * The number of frames of any kind, and of bytes, that a connection may still send. Frames that were not sent in one
 * second are kept for later, up to a number at once: clients subscribe to all their markets when they start. Frames
 * beyond are rejected. After a second's worth of rejections, or beyond the bytes of the second, nothing is read before
 * the next second.
 *
 * <p>A token bucket of Bucket4j holds one resource that refills continuously. Here two resources share one second, and
 * its end is when the socket is read again.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class CommandBudget {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final int framesPerSecond;
    private final int framesAtOnce;
    private final long bytesPerSecond;
    private final LongSupplier nanoClock;
    private long secondBeganNanos;
    /** Negative: the frames that were rejected. */
    private long framesLeft;
    private long bytes;

    /** @param framesAtOnce less than {@code framesPerSecond} counts as that */
    CommandBudget(int framesPerSecond, int framesAtOnce, long bytesPerSecond, LongSupplier nanoClock) {
        this.framesPerSecond = framesPerSecond;
        this.framesAtOnce = Math.max(framesPerSecond, framesAtOnce);
        this.bytesPerSecond = bytesPerSecond;
        this.nanoClock = nanoClock;
        this.secondBeganNanos = nanoClock.getAsLong();
        this.framesLeft = this.framesAtOnce;
    }

    /** Counts one frame of that size; false if there are too many. */
    boolean take(int frameBytes) {
        renew();
        bytes += frameBytes;
        return --framesLeft >= 0;
    }

    /** Counts further bytes of frames that were counted before. */
    void takeMore(long moreBytes) {
        renew();
        bytes += moreBytes;
    }

    /** Whether another frame may be handled in this second. */
    boolean isOpen() {
        renew();
        return framesLeft > -framesPerSecond && bytes < bytesPerSecond;
    }

    /** Time until the current second ends. */
    long nanosLeft() {
        return Math.max(0, secondBeganNanos + SECOND_NANOS - nanoClock.getAsLong());
    }

    private void renew() {
        long seconds = (nanoClock.getAsLong() - secondBeganNanos) / SECOND_NANOS;
        if (seconds > 0) {
            secondBeganNanos += seconds * SECOND_NANOS;
            // rejections of a second before are not made up for
            framesLeft = Math.min(framesAtOnce, Math.max(0, framesLeft) + seconds * framesPerSecond);
            bytes = 0;
        }
    }
}

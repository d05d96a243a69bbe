package io.bookserver.feed;

import java.util.concurrent.TimeUnit;

/**
 * The time of day for timestamps, and elapsed time with a method to wait for it.
 *
 * <p><i>Thread-safe.</i>
 */
public interface FeedClock {
    FeedClock SYSTEM = new FeedClock() {
        @Override
        public long epochMs() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleepUntil(long nanoTime) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
        }
    };

    long epochMs();

    /** As {@link System#nanoTime}. */
    long nanoTime();

    /**
     * Returns when {@link #nanoTime} has reached this value; at once if it has, but never without checking for an
     * interrupt.
     */
    void sleepUntil(long nanoTime) throws InterruptedException;
}

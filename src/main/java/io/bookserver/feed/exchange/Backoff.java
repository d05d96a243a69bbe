package io.bookserver.feed.exchange;

import java.util.random.RandomGenerator;

/**
 * The wait before the next attempt: 0.1 s, doubled with each failure up to 30 s, of which a random half to whole is
 * used, so that many clients do not retry at the same time.
 *
 * <p>The retries of Mutiny and SmallRye Fault Tolerance use their own timers; the connector uses a single clock, which
 * tests control.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class Backoff {
    static final long MIN_MS = 100;
    static final long MAX_MS = 30_000;
    /** What has lasted this long counts as a success. It bounds how often a peer that accepts and ends is tried. */
    static final long STEADY_MS = 1_000;

    private final RandomGenerator random;
    private long nextMs = MIN_MS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** The wait after one more failure, milliseconds. */
    long nextMs() {
        long waitMs = nextMs / 2 + random.nextLong(nextMs / 2 + 1);
        nextMs = Math.min(MAX_MS, nextMs * 2);
        return waitMs;
    }

    /** Resets the wait after a success. */
    void reset() {
        nextMs = MIN_MS;
    }
}

package io.bookserver.feed.exchange;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: from 0.1 s, doubled with each failure up to 30 s, of which a random half to whole
 * is taken, so that many clients do not try together.
 *
 * <p>The retries of Mutiny and SmallRye Fault Tolerance wait on timers of their own; the connector runs by one
 * clock, which tests move.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class Backoff {
    static final long MIN_MS = 100;
    static final long MAX_MS = 30_000;

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

    /** It works again. */
    void reset() {
        nextMs = MIN_MS;
    }
}

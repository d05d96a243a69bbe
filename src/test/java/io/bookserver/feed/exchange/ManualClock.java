package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import java.util.concurrent.TimeUnit;

/** A clock that the test moves. Elapsed time and the time of day advance together, unless the latter is set. */
final class ManualClock implements FeedClock {
    static final long START_MS = 1_795_000_000_000L;

    private long nowNanos = TimeUnit.HOURS.toNanos(1);
    private long epochMs = START_MS;

    @Override
    public long epochMs() {
        return epochMs;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public void sleepUntil(long nanoTime) {
        throw new UnsupportedOperationException("nobody sleeps by this clock");
    }

    void advance(long ms) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(ms);
        epochMs += ms;
    }
}

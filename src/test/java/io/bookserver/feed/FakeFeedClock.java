package io.bookserver.feed;

import java.util.concurrent.TimeUnit;

/** A clock that only sleeping advances, and that interrupts its sleeper when its time is up. */
public final class FakeFeedClock implements FeedClock {
    public static final long START_MS = 1_795_000_000_000L;

    private final long endNanos;
    private long nowNanos;

    public FakeFeedClock(long runsForMs) {
        endNanos = TimeUnit.MILLISECONDS.toNanos(runsForMs);
    }

    @Override
    public long epochMs() {
        return START_MS + elapsedMs();
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public void sleepUntil(long nanoTime) throws InterruptedException {
        nowNanos = Math.max(nowNanos, nanoTime);
        if (nowNanos > endNanos) {
            throw new InterruptedException("the clock's time is up");
        }
    }

    public long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos);
    }
}

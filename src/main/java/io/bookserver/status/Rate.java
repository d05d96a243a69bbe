package io.bookserver.status;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A rate per second, computed by sampling an existing counter.
 *
 * <p>Micrometer's meters for Prometheus only accumulate and leave rates to the scraper, which the status document does
 * not have.
 *
 * <p><i>Thread-safe: one thread samples, any thread reads.</i>
 */
public final class Rate {
    private final LongSupplier counter;
    private boolean looked;
    private long lookedNanos;
    private long last;
    private volatile long perSecond;

    /** The rate of a counter that never goes back. */
    public Rate(LongSupplier counter) {
        this.counter = counter;
    }

    /**
     * Takes a sample; the first one only sets the start.
     *
     * @param nanos now, by {@link System#nanoTime()}
     */
    public void look(long nanos) {
        long count = counter.getAsLong();
        long elapsedNanos = nanos - lookedNanos;
        if (looked && elapsedNanos > 0) {
            double elapsedSeconds = (double) elapsedNanos / TimeUnit.SECONDS.toNanos(1);
            perSecond = Math.round((count - last) / elapsedSeconds);
        }
        looked = true;
        lookedNanos = nanos;
        last = count;
    }

    /** The rate between the last two samples; 0 before the second one. */
    public long perSecond() {
        return perSecond;
    }
}

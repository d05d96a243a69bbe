package io.bookserver.status;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many a second, of what is counted anyway: by looking at the counter from time to time.
 *
 * <p>Micrometer's meters for Prometheus only add up and leave rates to the scraper, whom the status document does
 * not ask.
 *
 * <p><i>Thread-safe: one thread looks, any thread reads.</i>
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
     * Takes the rate since the last look; the first one only begins.
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

    /** Between the last two looks; 0 before the second. */
    public long perSecond() {
        return perSecond;
    }
}

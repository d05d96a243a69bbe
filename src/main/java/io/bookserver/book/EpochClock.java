package io.bookserver.book;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Epoch milliseconds that never run backwards. If the source is set back, the highest value is repeated until the
 * source has caught up (rule 7).
 *
 * <p><i>Thread-safe: all who take timestamps share one, so that their times agree.</i>
 */
public final class EpochClock implements LongSupplier {
    private final LongSupplier source;
    private final AtomicLong highest = new AtomicLong(Long.MIN_VALUE);

    public EpochClock(LongSupplier source) {
        this.source = source;
    }

    /** The source's own time, which may go back. */
    long sourceMs() {
        return source.getAsLong();
    }

    @Override
    public long getAsLong() {
        return atLeast(source.getAsLong());
    }

    /** That time of the source, or the highest one seen so far if that is later. */
    long atLeast(long now) {
        long seen = highest.get();
        while (now > seen) {
            if (highest.compareAndSet(seen, now)) {
                return now;
            }
            seen = highest.get();
        }
        return seen;
    }
}

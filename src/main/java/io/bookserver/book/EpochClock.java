package io.bookserver.book;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Epoch milliseconds that never run backwards, whatever the source does: a source that is set back is held at its
 * highest value until it has caught up (rule 7).
 *
 * <p><i>Thread-safe: shared by all who stamp times, so that no two of them disagree.</i>
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

    /** That time of the source, held at the highest seen. */
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

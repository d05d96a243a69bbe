package io.bookserver.ingest;

import java.util.OptionalLong;

/**
 * How far one partition has been read.
 *
 * <p><i>Thread-safe: the consumer thread moves {@code first} and {@code next}, the watch moves the rest, anyone reads.</i>
 */
final class PartitionProgress {
    private static final long UNKNOWN = -1;

    private volatile long start = UNKNOWN;
    private volatile long target = UNKNOWN;
    private volatile long first = UNKNOWN;
    private volatile long next = UNKNOWN;
    private volatile long end = UNKNOWN;
    private volatile long stuckAt = UNKNOWN;
    private volatile int stuckFor;
    private volatile long lastPublishedMs;

    /** Everything from the first of these offsets on, and below the next, has been applied, passed over or rejected. */
    void processed(long firstOffset, long nextOffset) {
        if (first == UNKNOWN) {
            first = firstOffset;
        }
        if (nextOffset > next) {
            next = nextOffset;
        }
    }

    /** A record published then was applied, the last of its batch. */
    void appliedUpTo(long publishedMs) {
        lastPublishedMs = publishedMs;
    }

    long lastPublishedMs() {
        return lastPublishedMs;
    }

    /** Where the consumer goes on after it was given this partition again; empty the first time. */
    OptionalLong resumeAt() {
        return next == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /**
     * What the consumer itself says: its position (the next offset to fetch) and the partition's end. The first end seen
     * is the target of the rebuild.
     *
     * @return whether the partition began anew: it ends before what has been read of it
     */
    boolean sampled(long position, long endOffset) {
        boolean restarted = next != UNKNOWN && endOffset < next;
        if (restarted) {
            first = UNKNOWN;
            next = UNKNOWN;
            start = UNKNOWN;
            target = UNKNOWN;
        }
        end = endOffset;
        if (target == UNKNOWN) {
            // records may have been read before anyone looked
            start = first == UNKNOWN ? position : Math.min(position, first);
            target = endOffset;
        }
        skipUnreadableTail(position);
        return restarted;
    }

    /**
     * Offsets that hold no record (transaction markers at the very end) are passed by the consumer without a batch, as
     * are all of a partition that is read from its end. Three samples at which neither moved say that nothing is on its
     * way; fewer do not, since a fetched batch may still wait to be applied. Nothing is ever on its way at offset 0.
     */
    private void skipUnreadableTail(long position) {
        if (position < end || next >= position) {
            stuckFor = 0;
            return;
        }
        if (position == 0) {
            next = 0;
            return;
        }
        stuckFor = stuckAt == next ? stuckFor + 1 : 1;
        stuckAt = next;
        if (stuckFor >= 3) {
            next = position;
        }
    }

    boolean isRebuilt() {
        return target != UNKNOWN && next >= target;
    }

    /** Offsets between what has been read and the partition's end; 0 or more. */
    long lag() {
        return end == UNKNOWN ? 0 : Math.max(0, end - Math.max(next, start));
    }

    /** Offsets of the rebuild that are read, of {@link #toRebuild()}. */
    long rebuilt() {
        return target == UNKNOWN ? 0 : Math.max(0, Math.min(next, target) - start);
    }

    long toRebuild() {
        return target == UNKNOWN ? 0 : target - start;
    }

    long next() {
        return next;
    }
}

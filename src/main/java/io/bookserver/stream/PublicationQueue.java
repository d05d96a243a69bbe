package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The publications that wait for one event loop, bounded in number. If the oldest one is too old, the loop takes
 * everything off the queue, merges it by market, and works through the markets until nothing is left.
 *
 * <p><i>Thread-safe: any writer calls {@link #offer}; everything else is confined to the event loop.</i>
 */
final class PublicationQueue {
    private static final int MERGED_A_TURN = 8_192;

    private final BookRegistry registry;
    private final StreamMetrics metrics;
    private final int maxSize;
    private final long maxDelayMs;
    private final Queue<Publication> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean overrun;
    /** What was taken off the queue while the loop is behind: one merged publication per market, the oldest first. */
    private final Map<String, Publication> backlog = new LinkedHashMap<>();

    PublicationQueue(BookRegistry registry, StreamMetrics metrics, StreamConfig config) {
        this.registry = registry;
        this.metrics = metrics;
        this.maxSize = config.maxQueuedPublications();
        this.maxDelayMs = config.maxQueueDelay().toMillis();
    }

    /** Appends a publication, or drops it if too many wait. */
    void offer(Publication publication) {
        if (size.incrementAndGet() > maxSize) {
            size.decrementAndGet();
            overrun = true;
        } else {
            queue.add(publication);
        }
    }

    /** The number that waits, without those that were merged. */
    int size() {
        return size.get();
    }

    boolean isEmpty() {
        return queue.isEmpty() && backlog.isEmpty();
    }

    /** Whether merged publications wait. */
    boolean hasBacklog() {
        return !backlog.isEmpty();
    }

    /**
     * Drops everything if a publication was dropped: whoever catches up does not need the rest.
     *
     * @return whether the followers have to catch up
     */
    boolean clearIfOverrun() {
        if (!overrun) {
            return false;
        }
        overrun = false;
        backlog.clear();
        for (int left = size.get(); left > 0 && queue.poll() != null; left--) {
            size.decrementAndGet();
        }
        return true;
    }

    /**
     * If the loop is behind, takes off the queue what a turn allows, which usually is everything. A follower that
     * joined meanwhile is between the versions of a merged publication, and gets a snapshot.
     */
    void mergeIfBehind() {
        if (!isBehind()) {
            return;
        }
        for (int left = Math.min(MERGED_A_TURN, size.get()); left > 0; left--) {
            Publication next = queue.poll();
            if (next == null) {
                return;
            }
            size.decrementAndGet();
            backlog.merge(next.after().ticker(), next, (known, later) -> {
                metrics.merged();
                return known.mergedWith(later);
            });
        }
    }

    private boolean isBehind() {
        if (!backlog.isEmpty()) {
            return true;
        }
        Publication oldest = queue.peek();
        return oldest != null && registry.nowMs() - oldest.after().lastUpdatedMs() > maxDelayMs;
    }

    /** Takes the next publication; null if none waits. */
    Publication next() {
        if (backlog.isEmpty()) {
            Publication next = queue.poll();
            if (next != null) {
                size.decrementAndGet();
            }
            return next;
        }
        Iterator<Publication> first = backlog.values().iterator();
        Publication next = first.next();
        first.remove();
        return next;
    }
}

package io.bookserver.query;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one request holds of the memory that large requests share. A small one holds nothing: what it needs is bounded by
 * the number of connections.
 *
 * <p><i>Not thread-safe; confined to one request. The sum is shared by all.</i>
 */
final class RequestMemory {
    private static final long FREE_BYTES = 64 * 1024;

    private final AtomicLong heldByAll;
    private final long maxBytes;
    private long needed;
    private long held;

    RequestMemory(AtomicLong heldByAll, long maxBytes) {
        this.heldByAll = heldByAll;
        this.maxBytes = maxBytes;
    }

    /**
     * Holds so many bytes more, until the request is over.
     *
     * @throws QueryException if all together would hold too much
     */
    void hold(long bytes) {
        needed += bytes;
        long more = needed - FREE_BYTES - held;
        if (more <= 0) {
            return;
        }
        held += more;
        if (heldByAll.addAndGet(more) > maxBytes) {
            release();
            throw QueryException.busy("memory: is taken by other large requests, ask again or for less");
        }
    }

    /** The request is over; may be called again. */
    void release() {
        heldByAll.addAndGet(-held);
        held = 0;
        needed = 0;
    }
}

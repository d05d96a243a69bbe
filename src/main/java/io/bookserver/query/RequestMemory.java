package io.bookserver.query;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One request's share of the memory for large requests. A small request takes none: its memory is bounded by the number
 * of connections.
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
     * Takes that many bytes more, until the request is over.
     *
     * @throws QueryException if all requests together would hold too much
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
            throw QueryException.busy("memory: is in use by other large requests, retry later or request less");
        }
    }

    /** To be called when the request is over; may be called again. */
    void release() {
        heldByAll.addAndGet(-held);
        held = 0;
        needed = 0;
    }
}

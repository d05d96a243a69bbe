package io.bookserver.feed.exchange;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes were received and not yet taken by Kafka, with a limit: once it is exceeded, it counts so until half of
 * it is gone.
 *
 * <p><i>Thread-safe.</i>
 */
final class PendingBytes {
    private final long maxBytes;
    private final AtomicLong bytes;
    private volatile boolean exceeded;

    /** @param bytes where the sum is kept */
    PendingBytes(long maxBytes, AtomicLong bytes) {
        this.maxBytes = maxBytes;
        this.bytes = bytes;
    }

    void add(int more) {
        if (bytes.addAndGet(more) > maxBytes) {
            exceeded = true;
        }
    }

    void remove(int fewer) {
        bytes.addAndGet(-fewer);
    }

    /** Whether nothing more should be received; to be asked often. */
    boolean isExceeded() {
        if (exceeded && bytes.get() <= maxBytes / 2) {
            exceeded = false;
        }
        return exceeded;
    }
}

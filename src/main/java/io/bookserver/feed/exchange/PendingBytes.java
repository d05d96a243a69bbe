package io.bookserver.feed.exchange;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of bytes received and not yet accepted by Kafka, with a limit. Once exceeded, it counts as exceeded until
 * half of it is gone.
 *
 * <p><i>Thread-safe.</i>
 */
final class PendingBytes {
    private final long maxBytes;
    private final AtomicLong bytes;
    private volatile boolean exceeded;

    /** @param bytes holds the sum */
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

    /** Whether nothing more should be received; must be polled frequently. */
    boolean isExceeded() {
        if (exceeded && bytes.get() <= maxBytes / 2) {
            exceeded = false;
        }
        return exceeded;
    }
}

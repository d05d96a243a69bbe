package io.bookserver.stream;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The messages that are passed on and wait until one client reads, in their order, up to so many bytes. Their bytes are
 * shared with whoever else they wait for, and counted in full all the same.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class RelayBacklog {
    /** What an entry costs beside the message. */
    private static final int ENTRY_BYTES = 64;

    private record Entry(Subscription subscription, Relay relay) {
        int bytes() {
            return relay.msg().length + ENTRY_BYTES;
        }
    }

    private final long maxBytes;
    private final Queue<Entry> entries = new ArrayDeque<>(1);
    private long bytes;

    RelayBacklog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    /** Lets a message wait; false where there is no room. */
    boolean add(Subscription subscription, Relay relay) {
        Entry entry = new Entry(subscription, relay);
        if (bytes + entry.bytes() > maxBytes) {
            return false;
        }
        entries.add(entry);
        bytes += entry.bytes();
        return true;
    }

    /** Writes the message that has waited longest. */
    void writeNext() {
        Entry next = entries.remove();
        bytes -= next.bytes();
        next.subscription().write(next.relay());
    }

    void drop(Subscription subscription) {
        entries.removeIf(entry -> {
            boolean gone = entry.subscription() == subscription;
            bytes -= gone ? entry.bytes() : 0;
            return gone;
        });
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }
}

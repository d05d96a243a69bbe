package io.bookserver.stream;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Relayed messages that wait until one client reads, in order, up to a limit in bytes. Other clients may share the same
 * bytes, but they count in full here.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class RelayBacklog {
    /** The cost of an entry in addition to its message. */
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

    /** Adds a message; false if there is no room. */
    boolean add(Subscription subscription, Relay relay) {
        Entry entry = new Entry(subscription, relay);
        if (bytes + entry.bytes() > maxBytes) {
            return false;
        }
        entries.add(entry);
        bytes += entry.bytes();
        return true;
    }

    /** Writes the oldest message. */
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

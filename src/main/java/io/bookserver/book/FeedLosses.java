package io.bookserver.book;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the feed has lost and not every book knows yet, and which of its connections are down. Thousands of books are
 * concerned at once, so whoever reports a loss does not wait for them: {@link BookRegistry#applyLosses()} goes through
 * them on a thread of its own, and until it has, a record's market is looked at before the record is applied.
 *
 * <p><i>Thread-safe.</i>
 */
final class FeedLosses {
    private static final FeedLoss[] NONE = {};

    private record Connection(int partition, long number) {}

    private final AtomicReference<FeedLoss[]> pending = new AtomicReference<>(NONE);
    private final Set<Connection> down = ConcurrentHashMap.newKeySet();

    void add(FeedLoss loss) {
        pending.updateAndGet(known -> {
            FeedLoss[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = loss;
            return more;
        });
    }

    /** The losses that not every book knows yet; the array must not be written into. */
    FeedLoss[] pending() {
        return pending.get();
    }

    /** Every book knows these now. */
    void applied(FeedLoss[] losses) {
        pending.updateAndGet(known -> known == losses ? NONE
                : Arrays.copyOfRange(known, losses.length, known.length));
    }

    void connectionDown(int partition, long connection) {
        down.add(new Connection(partition, connection));
    }

    void connectionUp(int partition, long connection) {
        if (!down.isEmpty()) {
            down.remove(new Connection(partition, connection));
        }
    }

    /** Whether that record came by a connection of which nothing is heard any more. */
    boolean isFromADownConnection(RecordStamp stamp) {
        return !down.isEmpty() && stamp.hasConnection()
                && down.contains(new Connection(stamp.partition(), stamp.connectionNumber()));
    }
}

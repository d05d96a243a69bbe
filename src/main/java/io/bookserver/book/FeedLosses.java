package io.bookserver.book;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

    /** Read for every record: no more than a field. */
    private volatile FeedLoss[] pending = NONE;
    private final Set<Connection> down = ConcurrentHashMap.newKeySet();

    synchronized void add(FeedLoss loss) {
        FeedLoss[] more = Arrays.copyOf(pending, pending.length + 1);
        more[pending.length] = loss;
        pending = more;
    }

    /** The losses that not every book knows yet; the array must not be written into. */
    FeedLoss[] pending() {
        return pending;
    }

    /** Every book knows these now. */
    synchronized void applied(FeedLoss[] losses) {
        pending = pending == losses ? NONE : Arrays.copyOfRange(pending, losses.length, pending.length);
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

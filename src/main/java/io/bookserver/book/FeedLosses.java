package io.bookserver.book;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The losses of the feed that have not been applied to all books yet, and the connections that are down. A loss can
 * affect thousands of books, so its reporter does not wait for them: {@link BookRegistry#applyLosses()} marks them on a
 * separate thread. Until it has, each record first applies the loss to its market.
 *
 * <p><i>Thread-safe.</i>
 */
final class FeedLosses {
    private static final FeedLoss[] NONE = {};

    private record Connection(int partition, long number) {}

    /** Read for every record, so it is a plain array in a field. */
    private volatile FeedLoss[] pending = NONE;
    private final Set<Connection> down = ConcurrentHashMap.newKeySet();

    synchronized void add(FeedLoss loss) {
        FeedLoss[] more = Arrays.copyOf(pending, pending.length + 1);
        more[pending.length] = loss;
        pending = more;
    }

    /** The losses that have not been applied to all books yet; callers must not modify the array. */
    FeedLoss[] pending() {
        return pending;
    }

    /** Removes losses that have been applied to all books. */
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

    /** Forgets which connections of a partition are down. */
    void restartPartition(int partition) {
        down.removeIf(connection -> connection.partition() == partition);
    }

    /** Whether that record is of a connection that is down. */
    boolean isFromADownConnection(RecordStamp stamp) {
        return !down.isEmpty() && stamp.hasConnection()
                && down.contains(new Connection(stamp.partition(), stamp.connectionNumber()));
    }
}

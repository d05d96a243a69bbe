package io.bookserver.book;

import java.util.OptionalLong;

/**
 * A loss of the feed. Books based on a snapshot of the named connection (and sid) before an offset lack what was lost,
 * and are stale until their next snapshots (rules 9 and 10, {@code feed_gap}).
 *
 * <p><i>Immutable.</i>
 *
 * @param partition Kafka's partition, 0 or more
 * @param connection the publisher's connection; empty for any
 * @param sid the exchange's subscription; empty for all of the connection
 * @param beforeOffset snapshots at this offset or later are not affected
 */
public record FeedLoss(int partition, OptionalLong connection, OptionalLong sid, long beforeOffset) {

    /** The loss of records of a partition, whoever published them. */
    public static FeedLoss ofPartition(int partition, long beforeOffset) {
        return new FeedLoss(partition, OptionalLong.empty(), OptionalLong.empty(), beforeOffset);
    }

    /** The loss of the connection that this record came by. */
    static FeedLoss ofConnection(RecordStamp stamp) {
        return new FeedLoss(stamp.partition(), stamp.connection(), OptionalLong.empty(), Long.MAX_VALUE);
    }

    /** Whether a book based on that snapshot is affected. */
    boolean concerns(RecordStamp snapshot) {
        return snapshot.partition() == partition
                && snapshot.offset() < beforeOffset
                && (connection.isEmpty()
                        || snapshot.hasConnection() && snapshot.connectionNumber() == connection.getAsLong())
                // a snapshot that does not tell its subscription may be of this one
                && (sid.isEmpty() || !snapshot.hasSequence() || snapshot.sid() == sid.getAsLong());
    }
}

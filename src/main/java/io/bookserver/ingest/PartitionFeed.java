package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.FeedLoss;
import io.bookserver.checkpoint.ConnectionState;
import io.bookserver.kalshi.FeedReport;
import io.bookserver.kalshi.FeedReport.FeedGap;
import io.bookserver.kalshi.FeedReport.FeedStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The connections to the exchange that publish to one partition, and whether they are alive: silence is not health
 * (rule 9). During the rebuild, time is that of the records: of others if a connection never reports again, of its
 * own reports if it does, so that no other publisher's clock counts. Afterwards it is the clock's. A consumer that lags
 * reads reports long after they were written, so a report counts from the latest moment at which it can have been
 * published, not from when it is read. For records older than the permitted silence the records' times count as well.
 *
 * <p><i>Thread-safe: changes take this object's lock. A record without a report costs one read of a field, and so does
 * {@link #exchangeHeardMs()}, which every answer needs.</i>
 */
final class PartitionFeed {
    private static final Logger LOG = Logger.getLogger(PartitionFeed.class);
    /** The maximum number of connections remembered; of those that have ended, the newest are kept. */
    private static final int MAX_CONNECTIONS = 512;

    private static final class Connection {
        boolean up = true;
        /** Whether the rebuild is complete only when this connection has reported once more. */
        boolean awaited;
        /** Whether, during the rebuild, records of other publishers are later than its next report should be. */
        boolean suspected;
        long recordMs;
        long heardNanos;
        OptionalLong exchangeHeardMs = OptionalLong.empty();
    }

    private final int partition;
    private final BookRegistry registry;
    private final long maxSilenceMs;
    private final TreeMap<Long, Connection> connections = new TreeMap<>();
    private volatile boolean rebuilt;
    /** A record later than this shows that a connection was silent for too long when the record was written. */
    private volatile long silentAfterMs = Long.MAX_VALUE;
    private volatile OptionalLong exchangeHeardMs = OptionalLong.empty();
    /** The offset of the record that is applied now, or was applied last. */
    private volatile long appliedOffset = -1;

    PartitionFeed(int partition, BookRegistry registry, long maxSilenceMs) {
        this.partition = partition;
        this.registry = registry;
        this.maxSilenceMs = maxSilenceMs;
    }

    /** Continues from a checkpoint's state: silence counts from the last report of each connection. */
    synchronized void restore(List<ConnectionState> states, long nowNanos) {
        for (ConnectionState state : states) {
            Connection connection = new Connection();
            connection.up = state.up();
            connection.recordMs = state.recordMs();
            connection.heardNanos = nowNanos;
            connection.exchangeHeardMs = state.exchangeHeardMs();
            connections.put(state.number(), connection);
        }
        lookAhead();
    }

    /** The connections, ordered by number. */
    synchronized List<ConnectionState> connections() {
        List<ConnectionState> states = new ArrayList<>(connections.size());
        connections.forEach((number, connection) -> states.add(new ConnectionState(
                number, connection.up, connection.recordMs, connection.exchangeHeardMs)));
        return states;
    }

    /** @param heardNanos when it was published, or later, but not later than now; of {@link System#nanoTime()} */
    synchronized void reported(FeedReport report, long offset, long recordMs, long heardNanos) {
        if (report instanceof FeedStatus) {
            status((FeedStatus) report, offset, recordMs, heardNanos);
        } else {
            gap((FeedGap) report, offset);
        }
    }

    private void status(FeedStatus status, long offset, long recordMs, long heardNanos) {
        Connection connection = connections.computeIfAbsent(status.connection(), number -> new Connection());
        if (connection.suspected && recordMs - connection.recordMs > maxSilenceMs) {
            down(status.connection(), connection, () -> offset, "was silent");
        }
        connection.suspected = false;
        connection.recordMs = recordMs;
        connection.heardNanos = heardNanos;
        connection.awaited = false;
        if (status.exchangeHeardMs().isPresent()) {
            connection.exchangeHeardMs = status.exchangeHeardMs();
        }
        if (!status.connected()) {
            down(status.connection(), connection, () -> offset, "reported disconnected");
        } else if (!connection.up) {
            connection.up = true;
            registry.connectionUp(partition, status.connection());
            LOG.infof("feed connection is up again partition=%d connection=%d", partition, status.connection());
        }
        if (connections.size() > MAX_CONNECTIONS) {
            forgetTheOldestThatEnded();
        }
        lookAhead();
    }

    private void gap(FeedGap gap, long offset) {
        LOG.warnf("feed gap reported, affected books are stale until their next snapshots partition=%d connection=%s"
                + " sid=%s reason=\"%s\"", partition, orAll(gap.connection()), orAll(gap.sid()), gap.reason());
        registry.lose(new FeedLoss(partition, gap.connection(), gap.sid(), offset));
    }

    private static String orAll(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "all";
    }

    /**
     * To be called before a record with that timestamp is applied.
     *
     * @param receivedMs when this server read the record; both are epoch milliseconds
     */
    void recordAt(long recordMs, long offset, long receivedMs) {
        appliedOffset = offset;
        if (recordMs > silentAfterMs && (!rebuilt || receivedMs - recordMs > maxSilenceMs)) {
            endSilent(recordMs, offset);
        }
    }

    private synchronized void endSilent(long recordMs, long offset) {
        connections.forEach((number, connection) -> {
            if (connection.up && recordMs - connection.recordMs > maxSilenceMs) {
                if (rebuilt) {
                    down(number, connection, () -> offset, "silent");
                } else {
                    // the record may be of a publisher whose clock is ahead: its own next report decides, or the end
                    connection.suspected = true;
                }
            }
        });
        lookAhead();
    }

    /** The partition is another one than before: what is known of its connections was said in the former. */
    synchronized void restarted() {
        connections.clear();
        appliedOffset = -1;
        lookAhead();
    }

    /**
     * Checks the connections for silence. What has not been read yet may contain their reports, so silence is measured
     * to the moment up to which everything has been read. A server that is too far behind shows no live books anyway.
     * A connection that has not reported since the rebuild holds the rebuild up, so it is given no more than the
     * permitted silence in addition: an open transaction can keep the rest unreadable for longer.
     *
     * @param behindNanos how far this server is behind the end of the partition
     * @param isRebuilt whether the partition has been read to the end that it had at the start
     * @param nextOffset the offset of the next batch; a part of that batch may have been applied already
     */
    synchronized void lookAt(boolean isRebuilt, long nextOffset, long nowNanos, long behindNanos) {
        if (!isRebuilt) {
            return;
        }
        if (!rebuilt) {
            rebuilt = true;
            connections.forEach((number, connection) -> {
                connection.heardNanos = nowNanos;
                if (connection.suspected) {
                    down(number, connection, () -> Math.max(nextOffset, appliedOffset + 1), "silent");
                }
                connection.awaited = connection.up;
            });
        }
        long maxSilenceNanos = TimeUnit.MILLISECONDS.toNanos(maxSilenceMs);
        connections.forEach((number, connection) -> {
            long unreadNanos = connection.awaited ? Math.min(behindNanos, maxSilenceNanos) : behindNanos;
            if (connection.up && nowNanos - unreadNanos - connection.heardNanos > maxSilenceNanos) {
                down(number, connection, () -> Math.max(nextOffset, appliedOffset + 1), "silent");
            }
        });
        lookAhead();
    }

    /** Whether any connection has reported its state: a topic without such reports is not watched. */
    synchronized boolean isWatched() {
        return !connections.isEmpty();
    }

    /** Whether every connection that was alive when the rebuild ended has reported since, or was found silent. */
    synchronized boolean isSettled() {
        return connections.values().stream().noneMatch(one -> one.up && (!rebuilt || one.awaited));
    }

    /** When the exchange was last heard, by the connection that heard it longest ago; empty if no feed reports it. */
    OptionalLong exchangeHeardMs() {
        return exchangeHeardMs;
    }

    private OptionalLong heard() {
        boolean anyUp = connections.values().stream().anyMatch(one -> one.up);
        var heard = connections.values().stream().filter(one -> one.up == anyUp)
                .map(one -> one.exchangeHeardMs).filter(OptionalLong::isPresent).mapToLong(OptionalLong::getAsLong);
        return anyUp ? heard.min() : heard.max();
    }

    private void down(long number, Connection connection, LongSupplier beforeOffset, String why) {
        connection.awaited = false;
        if (connection.up) {
            connection.up = false;
            LOG.warnf("feed connection is down, its books are stale until their next snapshots partition=%d connection=%d"
                    + " reason=\"%s\"", partition, number, why);
            registry.connectionDown(partition, number, beforeOffset);
        }
    }

    private void forgetTheOldestThatEnded() {
        connections.entrySet().stream().filter(entry -> !entry.getValue().up).findFirst().ifPresent(oldest -> {
            connections.remove(oldest.getKey());
            registry.connectionUp(partition, oldest.getKey());
        });
    }

    private void lookAhead() {
        exchangeHeardMs = heard();
        silentAfterMs = connections.values().stream().filter(one -> one.up && !one.suspected)
                .mapToLong(one -> one.recordMs + maxSilenceMs).min().orElse(Long.MAX_VALUE);
    }
}

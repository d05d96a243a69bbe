package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.FeedLoss;
import io.bookserver.ingest.PartitionProgress.Detour;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jboss.logging.Logger;

/**
 * Checks whether a batch continues where the previous one ended (rule 10). A gap in the offsets alone proves nothing,
 * since compaction and transaction markers leave some: that range is read once more. If the log start is after the last
 * offset read, records are lost. If the offsets restart, it is another log.
 *
 * <p><i>Thread-safe. It queries the broker only if offsets are not contiguous, on the thread that applies the
 * batch.</i>
 */
@ApplicationScoped
class LogContinuity {
    private static final Logger LOG = Logger.getLogger(LogContinuity.class);

    private final BookRegistry registry;
    private final TopicLog log;
    private final LogProbe probe;
    private final IngestMetrics metrics;
    private final RebuildProgress progress;

    LogContinuity(BookRegistry registry, TopicLog log, LogProbe probe, IngestMetrics metrics, RebuildProgress progress) {
        this.registry = registry;
        this.progress = progress;
        this.log = log;
        this.probe = probe;
        this.metrics = metrics;
    }

    /** Whether to apply the batch that begins at that offset; records lost before it are marked as lost. */
    boolean accepts(TopicPartition partition, PartitionProgress read, long firstOffset) {
        switch (read.arrival(firstOffset)) {
            case AHEAD:
                return followsOn(partition, read, firstOffset);
            case BEHIND:
                behind(partition, read, firstOffset);
                return true;
            case OUTDATED:
                return false;
            default:
                return true;
        }
    }

    /**
     * Whether nothing readable is between the position and that offset. Otherwise the consumer is sent back to read it.
     * An unreadable range is skipped only after the partition has been stalled for long enough.
     */
    boolean followsOn(TopicPartition partition, PartitionProgress read, long firstOffset) {
        OptionalLong logStart = log.start(partition);
        if (logStart.isPresent() && logStart.getAsLong() > read.next()) {
            lost(partition, read, Math.min(firstOffset, logStart.getAsLong()), "deleted");
        }
        if (read.next() == firstOffset || probe.between(partition, read.next(), firstOffset) == LogProbe.Found.NOTHING) {
            return true;
        }
        read.takeDetour(Detour.REREAD);
        return false;
    }

    /** Marks everything from the position to that offset as lost. */
    void lost(TopicPartition partition, PartitionProgress read, long beforeOffset, String why) {
        LOG.errorf("records are lost, the partition's books are stale until their next snapshots topic=%s partition=%d"
                + " from_offset=%d before_offset=%d reason=\"%s\"",
                partition.topic(), partition.partition(), read.next(), beforeOffset, why);
        metrics.lost(beforeOffset - read.next());
        registry.lose(FeedLoss.ofPartition(partition.partition(), beforeOffset));
        read.skipTo(beforeOffset);
    }

    /** Handles offsets that were read already: either another consumer took over, or the topic was created again. */
    private void behind(TopicPartition partition, PartitionProgress read, long firstOffset) {
        Optional<Uuid> id = log.topicId(partition.topic());
        boolean sameTopic = id.isPresent() && id.get().equals(read.topicId());
        OptionalLong end = log.end(partition);
        if (sameTopic && end.isPresent() && end.getAsLong() >= read.next()) {
            return;
        }
        restart(partition, read, firstOffset, id.orElse(Uuid.ZERO_UUID));
    }

    private void restartBooks(TopicPartition partition) {
        metrics.restarted();
        // before the books, so that no connection of the former partition goes down behind them
        progress.feed(partition.partition()).restarted();
        registry.restartPartition(partition.partition());
    }

    /** Handles a topic that was created again while books were restored: the checkpoint's books are not of this log. */
    void restoredOfAnother(TopicPartition partition) {
        LOG.errorf("topic was created again during the restore, the partition's books are stale until their next"
                + " snapshots topic=%s partition=%d", partition.topic(), partition.partition());
        restartBooks(partition);
    }

    /** Handles a partition that the topic no longer has: nothing will change its books any more. */
    void gone(TopicPartition partition) {
        LOG.errorf("topic was created again with fewer partitions, the books of a removed one are stale"
                + " topic=%s partition=%d", partition.topic(), partition.partition());
        metrics.restarted();
        registry.restartPartition(partition.partition());
    }

    /** Restarts a partition that is not the one read so far; it is read from that offset on, which is its beginning. */
    void restart(TopicPartition partition, PartitionProgress read, long firstOffset, Uuid topicId) {
        LOG.errorf("partition was created again or truncated, its books are stale until their next snapshots topic=%s"
                + " partition=%d read_so_far=%d continues_at=%d",
                partition.topic(), partition.partition(), read.next(), firstOffset);
        restartBooks(partition);
        read.restarted(firstOffset, topicId);
    }
}

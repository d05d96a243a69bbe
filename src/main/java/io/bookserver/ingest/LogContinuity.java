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
 * Whether a batch follows on what was read before it (rule 10). A hole in the offsets proves nothing: compaction and
 * transaction markers leave some, so the place is read once more. That the log begins behind what was read last proves
 * that records are lost, and offsets that begin again, that the log is another one.
 *
 * <p><i>Thread-safe; asks the broker only where offsets do not follow on each other, on the thread that applies the
 * batch.</i>
 */
@ApplicationScoped
class LogContinuity {
    private static final Logger LOG = Logger.getLogger(LogContinuity.class);

    private final BookRegistry registry;
    private final TopicLog log;
    private final LogProbe probe;
    private final IngestMetrics metrics;

    LogContinuity(BookRegistry registry, TopicLog log, LogProbe probe, IngestMetrics metrics) {
        this.registry = registry;
        this.log = log;
        this.probe = probe;
        this.metrics = metrics;
    }

    /** Whether the batch that begins at that offset is to be applied; what was lost before it is marked then. */
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
     * Whether nothing that can still be read stands between what was read last and that offset. If something does, the
     * consumer is sent back to it; what it can never read is passed over when it has stood still for long enough.
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

    /** Marks what stood between the last record read and that offset as lost. */
    void lost(TopicPartition partition, PartitionProgress read, long beforeOffset, String why) {
        LOG.errorf("records are lost, the partition's books are stale until their next snapshots topic=%s partition=%d"
                + " from_offset=%d before_offset=%d reason=\"%s\"",
                partition.topic(), partition.partition(), read.next(), beforeOffset, why);
        metrics.lost(beforeOffset - read.next());
        registry.lose(FeedLoss.ofPartition(partition.partition(), beforeOffset));
        read.skipTo(beforeOffset);
    }

    /** Offsets that were read are there again: another consumer goes on, or the topic was made anew. */
    private void behind(TopicPartition partition, PartitionProgress read, long firstOffset) {
        Optional<Uuid> id = log.topicId(partition.topic());
        boolean sameTopic = id.isPresent() && id.get().equals(read.topicId());
        OptionalLong end = log.end(partition);
        if (sameTopic && end.isPresent() && end.getAsLong() >= read.next()) {
            return;
        }
        restart(partition, read, firstOffset, id.orElse(Uuid.ZERO_UUID));
    }

    /** The topic was made anew while the books of a checkpoint were restored: they are not of this log. */
    void restoredOfAnother(TopicPartition partition) {
        LOG.errorf("topic was made anew while its books were restored, they are stale until their next snapshots"
                + " topic=%s partition=%d", partition.topic(), partition.partition());
        metrics.restarted();
        registry.restartPartition(partition.partition());
    }

    /** The partition is another one than was read so far, and is read from that offset on, which is its beginning. */
    void restart(TopicPartition partition, PartitionProgress read, long firstOffset, Uuid topicId) {
        LOG.errorf("partition began anew, its books are stale until their next snapshots topic=%s partition=%d"
                + " read_so_far=%d goes_on_at=%d", partition.topic(), partition.partition(), read.next(), firstOffset);
        metrics.restarted();
        registry.restartPartition(partition.partition());
        read.restarted(firstOffset, topicId);
    }
}

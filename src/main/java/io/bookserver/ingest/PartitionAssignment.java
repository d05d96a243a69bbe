package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.checkpoint.Checkpoints;
import io.bookserver.checkpoint.RestoredPartition;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jboss.logging.Logger;

/**
 * Sets the position of a consumer in a newly assigned partition: after the last offset applied, else after the
 * checkpoint, for which it waits, else at the configured time, else at the beginning. The records in the partition at
 * that moment are the rebuild. Offsets are never committed, since books are only in memory.
 *
 * <p><i>Thread-safe: called on the polling threads.</i>
 */
@ApplicationScoped
@Identifier(PartitionAssignment.NAME)
public class PartitionAssignment implements KafkaConsumerRebalanceListener {
    static final String NAME = "market-data-assignment";

    private static final Logger LOG = Logger.getLogger(PartitionAssignment.class);

    private final RebuildProgress progress;
    private final Checkpoints checkpoints;
    private final BookRegistry registry;
    private final LogContinuity continuity;
    private final TopicLog log;
    private final IngestConfig config;

    PartitionAssignment(RebuildProgress progress, Checkpoints checkpoints, BookRegistry registry, LogContinuity continuity,
            TopicLog log, IngestConfig config) {
        this.progress = progress;
        this.checkpoints = checkpoints;
        this.registry = registry;
        this.continuity = continuity;
        this.log = log;
        this.config = config;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        LOG.infof("partitions assigned partitions=%s", partitions);
        List<TopicPartition> fresh = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            PartitionProgress read = progress.partition(partition.partition());
            if (read.hasBegun()) {
                read.resumeAt().ifPresent(next -> consumer.seek(partition, next));
            } else {
                fresh.add(partition);
            }
        }
        begin(consumer, fresh);
    }

    /**
     * Begins the rebuild of these partitions. If the broker does not answer, the next check tries again; what is read
     * until then counts.
     */
    void begin(Consumer<?, ?> consumer, Collection<TopicPartition> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        try {
            // the id first: if the topic is created again after this, it is detected as another topic
            String topic = fresh.iterator().next().topic();
            long askedNanos = System.nanoTime();
            Optional<TopicDescription> described = log.describe(topic);
            Optional<Uuid> id = described.map(TopicDescription::topicId);
            // the consumer may know an older number
            int count = described.map(one -> one.partitions().size())
                    .orElseGet(() -> consumer.partitionsFor(topic).size());
            if (!isRestored(topic, id, count)) {
                consumer.pause(fresh);
                return;
            }
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(fresh);
            Map<TopicPartition, Long> starts = starts(consumer, beginnings);
            Map<TopicPartition, Long> ends = consumer.endOffsets(fresh);
            fresh.forEach(partition -> {
                PartitionProgress read = progress.partition(partition.partition());
                boolean nothingRead = read.resumeAt().isEmpty();
                Optional<RestoredPartition> checkpoint = checkpoints.partition(partition.partition());
                id.or(() -> checkpoint.map(RestoredPartition::topicId)).ifPresent(read::topicIs);
                if (checkpoint.filter(one -> one.topicId().equals(read.topicId())).isPresent()) {
                    goOn(partition, read, checkpoint.get(), beginnings.get(partition), ends.get(partition));
                } else {
                    checkpoint.ifPresent(ofAnother -> continuity.restoredOfAnother(partition));
                    read.begin(starts.get(partition), ends.get(partition));
                }
                if (nothingRead) {
                    consumer.seek(partition, read.next());
                }
            });
            progress.topicHas(count, id, askedNanos);
        } catch (KafkaException e) {
            LOG.warnf(e, "the broker did not return the offsets of partitions=%s", fresh);
        }
    }

    private boolean isRestored(String topic, Optional<Uuid> id, int partitionCount) {
        id.ifPresent(known -> checkpoints.restore(topic, known, partitionCount));
        return checkpoints.isOver();
    }

    /** Continues after the checkpoint. Records after it may have been deleted since (rule 10). */
    private void goOn(TopicPartition partition, PartitionProgress read, RestoredPartition checkpoint, long logStart,
            long end) {
        synchronized (read.turn()) {
            read.restored(checkpoint, registry.nowMs());
            progress.feed(partition.partition()).restore(checkpoint.connections(), System.nanoTime());
            read.begin(checkpoint.readFrom(), end);
            if (logStart > read.next()) {
                continuity.lost(partition, read, logStart, "deleted");
            }
        }
    }

    private Map<TopicPartition, Long> starts(Consumer<?, ?> consumer, Map<TopicPartition, Long> beginnings) {
        Collection<TopicPartition> fresh = beginnings.keySet();
        if (config.rebuildFrom().isEmpty()) {
            return beginnings;
        }
        long sinceMs = System.currentTimeMillis() - config.rebuildFrom().get().toMillis();
        Map<TopicPartition, OffsetAndTimestamp> since = consumer.offsetsForTimes(
                fresh.stream().collect(Collectors.toMap(Function.identity(), partition -> sinceMs)));
        Map<TopicPartition, Long> ends = consumer.endOffsets(fresh);
        return fresh.stream().collect(Collectors.toMap(Function.identity(), partition -> {
            OffsetAndTimestamp found = since.get(partition);
            return found == null ? ends.get(partition) : Math.max(found.offset(), beginnings.get(partition));
        }));
    }
}

package io.bookserver.ingest;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Where a consumer begins in a partition that it is given: behind what has been applied of it, else at the configured
 * time, else at the beginning. Offsets are never committed: books live only in memory.
 *
 * <p><i>Thread-safe: called on the polling threads.</i>
 */
@ApplicationScoped
@Identifier(PartitionAssignment.NAME)
public class PartitionAssignment implements KafkaConsumerRebalanceListener {
    static final String NAME = "market-data-assignment";

    private static final Logger LOG = Logger.getLogger(PartitionAssignment.class);

    private final RebuildProgress progress;
    private final IngestConfig config;

    PartitionAssignment(RebuildProgress progress, IngestConfig config) {
        this.progress = progress;
        this.config = config;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> since = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OptionalLong next = progress.partition(partition.partition()).resumeAt();
            if (next.isPresent()) {
                consumer.seek(partition, next.getAsLong());
            } else {
                config.rebuildFrom().ifPresent(
                        back -> since.put(partition, System.currentTimeMillis() - back.toMillis()));
            }
        }
        LOG.infof("partitions assigned partitions=%s", partitions);
        if (!since.isEmpty()) {
            seekToTime(consumer, since);
        }
    }

    /** Should the broker not answer, the beginning is read instead: more than was asked for, never less. */
    private static void seekToTime(Consumer<?, ?> consumer, Map<TopicPartition, Long> since) {
        try {
            for (Map.Entry<TopicPartition, OffsetAndTimestamp> found : consumer.offsetsForTimes(since).entrySet()) {
                if (found.getValue() == null) {
                    consumer.seekToEnd(java.util.List.of(found.getKey()));
                } else {
                    consumer.seek(found.getKey(), found.getValue().offset());
                }
            }
        } catch (KafkaException e) {
            LOG.warnf(e, "no offsets for the configured time, reading from the beginning partitions=%s", since.keySet());
        }
    }
}

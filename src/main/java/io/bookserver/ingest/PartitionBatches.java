package io.bookserver.ingest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Hands each poll's records to the messaging library as one {@link PartitionBatch} per partition. Otherwise the library
 * would create a message, its metadata and a header for every record. The consumer's positions are not affected. Kafka
 * creates this class, because of the setting {@code interceptor.classes}.
 *
 * <p><i>Stateless; called on the polling thread.</i>
 */
public final class PartitionBatches implements ConsumerInterceptor<byte[], byte[]> {
    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> batches = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            batches.put(partition, List.of(new PartitionBatch(
                    polled.records(partition), polled.nextOffsets().get(partition).offset())));
        }
        return new ConsumerRecords<>(batches, polled.nextOffsets());
    }

    @Override
    public void configure(Map<String, ?> settings) {
        // there is no configuration
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // offsets are never committed
    }

    @Override
    public void close() {
        // there is nothing to close
    }
}

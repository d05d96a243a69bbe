package io.bookserver.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class FeedConnectionTest {
    private static final byte[] VALUE = {1, 2, 3};

    private final List<PartitionInfo> partitions = new ArrayList<>();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                @Override
                public List<PartitionInfo> partitionsFor(String topic) {
                    if (partitions.isEmpty()) {
                        throw new TimeoutException("no metadata");
                    }
                    return partitions;
                }
            };

    private void topicHas(int count) {
        partitions.clear();
        IntStream.range(0, count).forEach(number -> partitions.add(new PartitionInfo("topic", number, null, null, null)));
    }

    @Test
    void recordOfNoMarket_goesToPartitionsThatWereAdded() {
        try (FeedConnection connection = new FeedConnection(producer, "topic")) {
            topicHas(2);
            int bytes = connection.sendToAll(VALUE);
            assertThat(producer.history()).extracting(ProducerRecord::partition).containsExactly(0, 1);
            producer.clear();
            topicHas(3);
            assertThat(connection.sendToAll(VALUE)).isEqualTo(bytes / 2 * 3);
            assertThat(producer.history()).extracting(ProducerRecord::partition).containsExactly(0, 1, 2);
        }
    }

    @Test
    void partitionsThatKafkaDoesNotReport_endTheConnection() {
        try (FeedConnection connection = new FeedConnection(producer, "topic")) {
            assertThat(connection.sendToAll(VALUE)).isZero();
            assertThat(connection.failure()).containsInstanceOf(TimeoutException.class);
        }
    }
}

package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.testkit.Topics;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the messaging library gets from a poll. */
class PartitionBatchesTest {
    private static final TopicPartition ONE = new TopicPartition(Topics.MARKET_DATA, 1);
    private static final TopicPartition TWO = new TopicPartition(Topics.MARKET_DATA, 2);
    private static final TopicPartition MARKERS_ONLY = new TopicPartition(Topics.MARKET_DATA, 3);

    private final List<ConsumerRecord<byte[], byte[]>> ofOne = records(ONE, 5, 8);
    private final List<ConsumerRecord<byte[], byte[]>> ofTwo = records(TWO, 40, 41);

    private static List<ConsumerRecord<byte[], byte[]>> records(TopicPartition partition, long from, long before) {
        return LongStream.range(from, before).mapToObj(offset -> new ConsumerRecord<>(
                partition.topic(), partition.partition(), offset, new byte[1], new byte[1])).toList();
    }

    private ConsumerRecords<byte[], byte[]> handedOver() {
        return new PartitionBatches().onConsume(new ConsumerRecords<>(Map.of(ONE, ofOne, TWO, ofTwo),
                Map.of(ONE, new OffsetAndMetadata(9), TWO, new OffsetAndMetadata(41),
                        MARKERS_ONLY, new OffsetAndMetadata(7))));
    }

    private static PartitionBatch only(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        List<ConsumerRecord<byte[], byte[]>> all = StreamSupport.stream(records.spliterator(), false).toList();
        assertThat(all).hasSize(1);
        return (PartitionBatch) all.get(0);
    }

    @Test
    void poll_becomesOneRecordPerPartition_atTheLastOffset() {
        ConsumerRecords<byte[], byte[]> handedOver = handedOver();
        assertThat(handedOver.partitions()).containsExactlyInAnyOrder(ONE, TWO);
        PartitionBatch batch = only(handedOver.records(ONE));
        assertThat(batch.records()).isEqualTo(ofOne);
        assertThat(batch.first()).isSameAs(ofOne.get(0));
        assertThat(batch.last()).isSameAs(ofOne.get(2));
        assertThat(List.of(batch.topic(), batch.partition(), batch.offset(), batch.nextOffset()))
                .isEqualTo(List.of(ONE.topic(), 1, 7L, 9L));
        assertThat(only(handedOver.records(TWO)).records()).isEqualTo(ofTwo);
    }

    /** The messaging library does this with waiting records when a partition is revoked, and omits the next offsets. */
    @Test
    @SuppressWarnings("deprecation")
    void batchOfAPartitionThatIsKept_isWhole_withoutTheOtherPartition() {
        PartitionBatch kept = only(new ConsumerRecords<>(Map.of(ONE, handedOver().records(ONE))));
        assertThat(kept.records()).isEqualTo(ofOne);
        assertThat(kept.nextOffset()).isEqualTo(9);
    }

    /** The consumer's position passes transaction markers without a record. */
    @Test
    void poll_withoutARecord_isEmpty_andKeepsTheNextOffsets() {
        Map<TopicPartition, OffsetAndMetadata> passed = Map.of(MARKERS_ONLY, new OffsetAndMetadata(7));
        ConsumerRecords<byte[], byte[]> handedOver =
                new PartitionBatches().onConsume(new ConsumerRecords<>(Map.of(), passed));
        assertThat(handedOver.isEmpty()).isTrue();
        assertThat(handedOver.nextOffsets()).isEqualTo(passed);
    }
}

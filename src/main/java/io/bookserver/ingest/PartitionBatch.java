package io.bookserver.ingest;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What one poll returned of one partition, in the form of a single record at the offset of the last one: what the
 * messaging library does for each record it then does once per batch.
 *
 * <p><i>Immutable, but for the headers that the messaging library adds.</i>
 */
final class PartitionBatch extends ConsumerRecord<byte[], byte[]> {
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final long nextOffset;

    /**
     * A batch of records of one partition.
     *
     * @param records in the order of their offsets; at least one
     * @param nextOffset the offset that the consumer fetches next; behind the last record
     */
    PartitionBatch(List<ConsumerRecord<byte[], byte[]>> records, long nextOffset) {
        this(records, records.get(records.size() - 1), nextOffset);
    }

    private PartitionBatch(
            List<ConsumerRecord<byte[], byte[]>> records, ConsumerRecord<byte[], byte[]> last, long nextOffset) {
        super(last.topic(), last.partition(), last.offset(), null, null);
        this.records = records;
        this.nextOffset = nextOffset;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return records;
    }

    ConsumerRecord<byte[], byte[]> first() {
        return records.get(0);
    }

    ConsumerRecord<byte[], byte[]> last() {
        return records.get(records.size() - 1);
    }

    long nextOffset() {
        return nextOffset;
    }
}

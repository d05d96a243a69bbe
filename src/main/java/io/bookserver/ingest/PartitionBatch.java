package io.bookserver.ingest;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The records of one partition that one poll returned, in the form of a single record with the offset of the last one.
 * The messaging library therefore does its work once per batch and not per record.
 *
 * <p><i>Immutable, except for the headers that the messaging library adds.</i>
 */
final class PartitionBatch extends ConsumerRecord<byte[], byte[]> {
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final long nextOffset;

    /**
     * A batch of records of one partition.
     *
     * @param records in offset order; at least one
     * @param nextOffset the offset that the consumer fetches next, after the last record
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

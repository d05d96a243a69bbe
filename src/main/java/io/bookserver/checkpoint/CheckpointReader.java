package io.bookserver.checkpoint;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a partition of the checkpoint topic from its beginning to its end. Another server may write to it meanwhile,
 * and the broker compact it: what was rewritten behind the end may be missing before it, so it is read on until the end
 * no longer moves. Records of uncommitted transactions are ignored.
 *
 * <p><i>Thread-safe: each read has its own consumer.</i>
 */
final class CheckpointReader {
    private static final Duration POLL = Duration.ofMillis(200);
    /** How often the end may move: a writer needs seconds between two cycles. */
    private static final int MAX_ENDS = 20;

    private final KafkaClients clients;
    private final Duration patience;

    /** @param patience the longest wait for a record before the read fails */
    CheckpointReader(KafkaClients clients, Duration patience) {
        this.clients = clients;
        this.patience = patience;
    }

    /** @throws KafkaException if the broker does not return it */
    PartitionContent read(TopicPartition partition) {
        PartitionContent content = new PartitionContent();
        try (Consumer<byte[], byte[]> consumer = clients.reader()) {
            long end = consumer.endOffsets(List.of(partition), patience).get(partition);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long movedNanos = System.nanoTime();
            int ends = 0;
            long position = consumer.position(partition, patience);
            while (position < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                    content.add(record.key(), record.value());
                }
                long next = consumer.position(partition, patience);
                if (next > position) {
                    movedNanos = System.nanoTime();
                    position = next;
                } else if (System.nanoTime() - movedNanos > patience.toNanos()) {
                    throw new KafkaException("no record within the timeout at offset " + next + " of " + end);
                }
                if (position >= end && ends++ < MAX_ENDS) {
                    end = consumer.endOffsets(List.of(partition), patience).get(partition);
                }
            }
        }
        return content;
    }

    /** The end of what can be read of a partition of any topic. */
    long end(TopicPartition partition) {
        try (Consumer<byte[], byte[]> consumer = clients.reader()) {
            return consumer.endOffsets(List.of(partition), patience).get(partition);
        }
    }
}

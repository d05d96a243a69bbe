package io.bookserver.checkpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The writer's transactions, one after the other. Each begins with its first record and also commits the group's
 * offsets. A writer that has lost a partition meanwhile cannot commit, and its records are never visible (KIP-447).
 *
 * <p><i>Not thread-safe; confined to the writer's thread.</i>
 */
final class CheckpointTransaction implements AutoCloseable {
    private static final int MARKETS = 2_000;
    private static final long NANOS = 1_000_000_000;

    private final KafkaClients clients;
    private final CheckpointMetrics metrics;
    private final String topic;
    private final String name = UUID.randomUUID().toString();
    /** What to run once the transaction is committed. */
    private final List<Runnable> onCommit = new ArrayList<>();

    private Producer<byte[], byte[]> producer;
    private boolean isOpen;
    private long committed;
    private long beganNanos;
    private int markets;
    private long removals;
    private long bytes;

    CheckpointTransaction(KafkaClients clients, CheckpointMetrics metrics, String topic) {
        this.clients = clients;
        this.metrics = metrics;
        this.topic = topic;
    }

    /** Sends a market; {@code onCommit} runs after the commit. */
    void market(int partition, byte[] key, byte[] value, Runnable onCommit) {
        send(partition, key, value, onCommit);
        markets++;
    }

    /** Removes a market; {@code onCommit} runs after the commit. */
    void remove(int partition, byte[] key, Runnable onCommit) {
        send(partition, key, null, onCommit);
        removals++;
    }

    /** Sends a marker, or removes it if the value is null; {@code onCommit} runs after the commit. */
    void marker(int partition, byte[] value, Runnable onCommit) {
        send(partition, CheckpointFormat.markerKey(), value, onCommit);
    }

    private void send(int partition, byte[] key, byte[] value, Runnable whenCommitted) {
        if (producer == null) {
            producer = clients.producer();
            producer.initTransactions();
        }
        if (!isOpen) {
            producer.beginTransaction();
            isOpen = true;
            beganNanos = System.nanoTime();
        }
        bytes += value == null ? 0 : value.length;
        producer.send(new ProducerRecord<>(topic, partition, key, value));
        onCommit.add(whenCommitted);
    }

    /** Whether it is large or old enough to commit. */
    boolean isFull() {
        return markets >= MARKETS || System.nanoTime() - beganNanos > NANOS;
    }

    /**
     * Commits what was sent, if these partitions still belong to the group member.
     *
     * @param works of the partitions. If there are none, ownership cannot be verified, and the transaction is aborted
     */
    void commit(Collection<PartitionCycle> works, ConsumerGroupMetadata member) {
        if (!isOpen) {
            return;
        }
        if (works.isEmpty()) {
            abort();
            return;
        }
        String token = name + "-" + committed++;
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        works.forEach(work -> offsets.put(work.source, new OffsetAndMetadata(work.readFrom, token)));
        producer.sendOffsetsToTransaction(offsets, member);
        producer.commitTransaction();
        isOpen = false;
        onCommit.forEach(Runnable::run);
        works.forEach(work -> work.written.token(token));
        metrics.wrote(markets, bytes);
        metrics.removed(removals);
        clear();
    }

    void abort() {
        clear();
        if (producer == null) {
            return;
        }
        try {
            if (isOpen) {
                producer.abortTransaction();
            }
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            producer = null;
        }
        isOpen = false;
    }

    private void clear() {
        onCommit.clear();
        markets = 0;
        bytes = 0;
        removals = 0;
    }

    /** Aborts what is not committed. */
    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(2));
        }
    }
}

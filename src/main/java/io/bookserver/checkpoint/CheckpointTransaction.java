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
 * The writer's transactions, one after the other. Each begins with its first record and commits the group's offsets as
 * well: a writer that lost a partition meanwhile cannot commit, and what it wrote never counts (KIP-447).
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
    /** What is true once the transaction is committed. */
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

    /** Sends a market; {@code onCommit} runs once it counts. */
    void market(int partition, byte[] key, byte[] value, Runnable onCommit) {
        send(partition, key, value, onCommit);
        markets++;
    }

    /** Removes a market; {@code onCommit} runs once that counts. */
    void remove(int partition, byte[] key, Runnable onCommit) {
        send(partition, key, null, onCommit);
        removals++;
    }

    /** Sends a marker, or removes it where the value is null; {@code onCommit} runs once that counts. */
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

    /** Whether it is large or old enough to be committed. */
    boolean isFull() {
        return markets >= MARKETS || System.nanoTime() - beganNanos > NANOS;
    }

    /**
     * Commits what was sent, if these partitions are still the group member's.
     *
     * @param works of the partitions; where there are none, nothing would tell whose they are, and it is aborted
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

    /** What is not committed does not count. */
    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(2));
        }
    }
}

package io.bookserver.chaos.soak;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Answers servers' requests for snapshots, as the connector does: a busy machine can make books stale at any time.
 *
 * <p><i>Thread-safe: a thread of its own reads the topic.</i>
 */
final class SnapshotRequests implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Workload workload;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::run, "snapshot-requests");
    private volatile boolean closed;

    SnapshotRequests(String bootstrapServers, String topic, int partitions, Workload workload) {
        this.workload = workload;
        this.consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(number -> new TopicPartition(topic, number)).toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            consumer.poll(POLL).forEach(request -> workload.resend(new String(request.key(), StandardCharsets.US_ASCII)));
        }
        consumer.close();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(10_000);
    }
}

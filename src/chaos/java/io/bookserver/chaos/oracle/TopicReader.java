package io.bookserver.chaos.oracle;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the topic for the oracle, by a way to the broker that no fault disturbs.
 *
 * <p><i>Thread-safe: a thread of its own reads.</i>
 */
public final class TopicReader implements AutoCloseable {
    private final String bootstrapServers;
    private final String topic;
    private final Oracle oracle;
    private final Thread thread = new Thread(this::run, "oracle-reader");
    /** Held by whoever looks how far the topic goes and reads to there. */
    private final ReentrantLock round = new ReentrantLock(true);
    private volatile List<TopicPartition> partitions;
    private int generation;
    private volatile int wantedGeneration;
    private volatile boolean letGo;
    private volatile boolean isGone;
    private volatile boolean closed;

    public TopicReader(String bootstrapServers, String topic, int partitions, Oracle oracle) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.oracle = oracle;
        partitionsAre(partitions);
        thread.setDaemon(true);
        thread.start();
    }

    /** Does not touch the topic any more when it returns: it is about to be deleted. */
    public void letGo() throws InterruptedException {
        letGo = true;
        while (!isGone && thread.isAlive()) {
            Thread.sleep(5);
        }
    }

    /** The topic was made anew; it is read from its beginning. */
    public void topicIsNew() {
        wantedGeneration++;
        letGo = false;
    }

    /** Something that adds partitions to the topic. */
    @FunctionalInterface
    public interface Addition {
        void run() throws InterruptedException;
    }

    /** Adds partitions, and claims to have read nothing of the topic meanwhile. */
    public void add(Addition addition, int partitionsThen) throws InterruptedException {
        round.lockInterruptibly();
        try {
            addition.run();
            partitionsAre(partitionsThen);
        } finally {
            round.unlock();
        }
    }

    private void partitionsAre(int count) {
        oracle.partitionsAre(count);
        partitions = IntStream.range(0, count).mapToObj(number -> new TopicPartition(topic, number)).toList();
    }

    /** Waits until everything is read that was in the topic at the call. */
    public void catchUp(Duration atMost) throws InterruptedException {
        long nowMs = System.currentTimeMillis();
        long endMs = nowMs + atMost.toMillis();
        while (oracle.completeToMs() <= nowMs) {
            if (System.currentTimeMillis() > endMs) {
                throw new IllegalStateException("the oracle has not read the topic within " + atMost);
            }
            Thread.sleep(20);
        }
    }

    private void run() {
        while (!closed) {
            isGone = letGo;
            if (letGo) {
                pause();
                continue;
            }
            generation = wantedGeneration;
            Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed",
                    "auto.offset.reset", "none", "reconnect.backoff.max.ms", "500", "metadata.max.age.ms", "2000",
                    "default.api.timeout.ms", "5000");
            try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                while (isWanted()) {
                    round.lock();
                    try {
                        assign(consumer);
                        read(consumer);
                    } finally {
                        round.unlock();
                    }
                }
            } catch (KafkaException e) {
                if (isWanted()) {
                    oracle.violated("the oracle itself cannot read the topic: " + e);
                    return;
                }
            }
        }
    }

    private void assign(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> added = partitions.stream().filter(partition -> !consumer.assignment().contains(partition)).toList();
        if (!added.isEmpty()) {
            consumer.assign(partitions);
            consumer.seekToBeginning(added);
        }
    }

    private boolean isWanted() {
        return !closed && !letGo && generation == wantedGeneration;
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) {
        long nowMs = System.currentTimeMillis();
        Map<TopicPartition, Long> ends;
        try {
            ends = consumer.endOffsets(partitions, Duration.ofSeconds(2));
        } catch (KafkaException e) {
            // the broker is away
            return;
        }
        while (isWanted()) {
            try {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                    oracle.record(1_000 * generation + record.partition(), record.offset(), record.timestamp(), record.key(),
                            record.value(), System.currentTimeMillis());
                }
            } catch (OffsetOutOfRangeException e) {
                // retention was quicker than this reader: it knows nothing until each market's next snapshot
                System.out.println("the oracle has missed records: " + e.getMessage());
                oracle.topicIsMadeAnew();
                consumer.seekToBeginning(e.partitions());
            }
            boolean isThere = true;
            for (TopicPartition partition : partitions) {
                try {
                    isThere &= consumer.position(partition, Duration.ofSeconds(1)) >= ends.get(partition);
                } catch (KafkaException e) {
                    isThere = false;
                }
            }
            if (isThere) {
                oracle.completeTo(nowMs);
                return;
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(10_000);
    }
}

package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookUpdate;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The lower bound: consumers with the channel's settings, each on its own thread, that poll, decode and, if they have a
 * registry, apply; nothing else. They begin at the topic's end. If they hand over, a second thread of each consumer
 * decodes and applies what the first one has polled, as in the application.
 *
 * <p><i>Not thread-safe; one round at a time.</i>
 */
final class BareConsumers implements AutoCloseable {
    private static final String CHANNEL_PREFIX = "mp.messaging.incoming.market-data.";
    private static final Set<String> NOT_TAKEN_OVER = Set.of(
            "group.id", "bootstrap.servers", "key.deserializer", "value.deserializer", "interceptor.classes");
    private static final Duration POLL = Duration.ofMillis(100);

    private final List<KafkaConsumer<byte[], byte[]>> consumers = new ArrayList<>();
    private final ExecutorService threads;
    private final Optional<BookRegistry> books;
    private final boolean handOver;
    private final ConcurrentLinkedQueue<Long> decodedAtNanos = new ConcurrentLinkedQueue<>();
    private volatile boolean closing;

    BareConsumers(EmbeddedBroker broker, String topic, int partitions, int count, Optional<BookRegistry> books,
            boolean handOver) {
        this.books = books;
        this.handOver = handOver;
        threads = Executors.newFixedThreadPool(handOver ? 2 * count : count);
        for (int i = 0; i < count; i++) {
            KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(broker));
            List<TopicPartition> own = new ArrayList<>();
            for (int partition = i; partition < partitions; partition += count) {
                own.add(new TopicPartition(topic, partition));
            }
            consumer.assign(own);
            consumer.seekToEnd(own);
            own.forEach(consumer::position);
            consumers.add(consumer);
        }
    }

    private static Map<String, Object> settings(EmbeddedBroker broker) {
        Map<String, Object> settings = new HashMap<>();
        Config config = ConfigProvider.getConfig();
        for (String name : ConsumerConfig.configNames()) {
            if (!NOT_TAKEN_OVER.contains(name)) {
                config.getOptionalValue(CHANNEL_PREFIX + name, String.class)
                        .ifPresent(value -> settings.put(name, value));
            }
        }
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        settings.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return settings;
    }

    /** Reads up to those offsets; returns the elapsed nanoseconds. */
    long read(long[] ends) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(consumers.size());
        long[] started = new long[1];
        List<Future<?>> running = new ArrayList<>();
        for (KafkaConsumer<byte[], byte[]> consumer : consumers) {
            running.add(threads.submit(() -> {
                ready.countDown();
                KafkaIngestBench.awaitAll(ready);
                started[0] = System.nanoTime();
                readOn(consumer, ends);
                return null;
            }));
        }
        try {
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a bare consumer failed", e.getCause());
        }
        return System.nanoTime() - started[0];
    }

    private void readOn(KafkaConsumer<byte[], byte[]> consumer, long[] ends) throws Exception {
        EnvelopeDecoder decoder = new EnvelopeDecoder();
        Future<?> applied = CompletableFuture.completedFuture(null);
        while (consumer.assignment().stream().anyMatch(at -> consumer.position(at) < ends[at.partition()])) {
            ConsumerRecords<byte[], byte[]> batch = consumer.poll(POLL);
            if (handOver) {
                applied.get();
                applied = threads.submit(() -> decode(decoder, batch));
            } else {
                decode(decoder, batch);
            }
        }
        applied.get();
    }

    private int decode(EnvelopeDecoder decoder, ConsumerRecords<byte[], byte[]> batch)
            throws MalformedRecordException {
        long receivedMs = System.currentTimeMillis();
        int decoded = 0;
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            Optional<BookUpdate> update = decoder.decode(record.key(), record.value(), record.partition(),
                    record.offset(), record.timestamp(), receivedMs);
            if (books.isPresent()) {
                update.ifPresent(books.get()::apply);
            }
            decoded++;
        }
        return decoded;
    }

    /** Starts to poll and decode each record as it arrives. */
    void release() {
        for (KafkaConsumer<byte[], byte[]> consumer : consumers) {
            threads.submit(() -> {
                EnvelopeDecoder decoder = new EnvelopeDecoder();
                while (!closing) {
                    int decoded = decode(decoder, consumer.poll(POLL));
                    long now = System.nanoTime();
                    for (int i = 0; i < decoded; i++) {
                        decodedAtNanos.add(now);
                    }
                }
                return null;
            });
        }
    }

    /** When the next record was decoded, by {@link System#nanoTime()}. */
    long awaitNext() {
        return KafkaIngestBench.awaitNext(decodedAtNanos);
    }

    @Override
    public void close() {
        closing = true;
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumers.forEach(KafkaConsumer::close);
    }
}

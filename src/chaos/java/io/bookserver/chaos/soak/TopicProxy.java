package io.bookserver.chaos.soak;

import io.bookserver.feed.EnvelopeWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Hands the exchange's messages to Kafka in envelopes, as having come by one connection that never ends.
 *
 * <p><i>Not thread-safe but for its counts; confined to the workload's lock.</i>
 */
public final class TopicProxy {
    public final AtomicLong published = new AtomicLong();
    /** By the broker, for good. */
    public final AtomicLong refused = new AtomicLong();
    private final String topic;
    private final int partitions;
    private final long connection = System.currentTimeMillis();
    private final EnvelopeWriter envelopes = new EnvelopeWriter();
    private final KafkaProducer<byte[], byte[]> producer;

    TopicProxy(String bootstrapServers, String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 1, "acks", "all",
                "batch.size", 65_536), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** @param seq of the message, where its type has one */
    void send(String ticker, String channel, byte[] payload, OptionalLong seq) {
        send(new ProducerRecord<>(topic, ticker.getBytes(StandardCharsets.US_ASCII),
                envelope(payload, channel, ticker, seq)));
    }

    /** To every partition, about no market. */
    void tellAll(byte[] status) {
        byte[] value = envelope(status, "feed_status", "", OptionalLong.empty());
        for (int partition = 0; partition < partitions; partition++) {
            send(new ProducerRecord<>(topic, partition, null, value));
        }
    }

    private byte[] envelope(byte[] payload, String channel, String ticker, OptionalLong seq) {
        long nowMs = System.currentTimeMillis();
        return envelopes.write(payload, OptionalLong.of(connection), nowMs, nowMs, channel, ticker, seq);
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        published.incrementAndGet();
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                refused.incrementAndGet();
            }
        });
    }

    void flush() {
        producer.flush();
    }

    void close() {
        producer.close(Duration.ofSeconds(5));
    }
}

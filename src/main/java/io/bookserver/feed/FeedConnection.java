package io.bookserver.feed;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A producer that ends with the first record that it could not deliver. Records waiting behind it are discarded, so
 * that the topic contains a gapless sequence of records.
 *
 * <p><i>Thread-safe: one thread sends, the producer's thread reports failures.</i>
 */
public final class FeedConnection implements AutoCloseable {
    private static final Duration FLUSH_AT_MOST = Duration.ofSeconds(2);
    private static final int RECORD_OVERHEAD_BYTES = 64;

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final IntConsumer settled;
    private volatile boolean delivered;

    public FeedConnection(Producer<byte[], byte[]> producer, String topic) {
        this(producer, topic, bytes -> { });
    }

    /** @param settled is called with the size of each record that was delivered or lost, on any thread */
    public FeedConnection(Producer<byte[], byte[]> producer, String topic, IntConsumer settled) {
        this.producer = producer;
        this.topic = topic;
        this.settled = settled;
    }

    /**
     * Sends a record; the key is null for a record of no market. It may fail later.
     *
     * @return its size in bytes; 0 if it was discarded
     */
    public int send(byte[] key, byte[] value) {
        return send(new ProducerRecord<>(topic, key, value));
    }

    /**
     * As {@link #send(byte[], byte[])} without a key, to every partition to which a key may be assigned now. Partitions
     * may have been added to the topic since the last call.
     *
     * @return the size of all of them in bytes
     */
    public int sendToAll(byte[] value) {
        int bytes = 0;
        for (int partition = 0, count = knownPartitions(); partition < count; partition++) {
            bytes += send(new ProducerRecord<>(topic, partition, null, value));
        }
        return bytes;
    }

    private int knownPartitions() {
        try {
            return partitions();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            failure.compareAndSet(null, e);
            return 0;
        }
    }

    private int send(ProducerRecord<byte[], byte[]> record) {
        if (failure.get() != null) {
            return 0;
        }
        int bytes = RECORD_OVERHEAD_BYTES + (record.key() == null ? 0 : record.key().length) + record.value().length;
        try {
            producer.send(record, (metadata, exception) -> {
                settled.accept(bytes);
                if (exception == null) {
                    confirm();
                } else {
                    fail(exception);
                }
            });
            return bytes;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            // either the producer was closed because of an earlier failure, which is then the reason, or this is the
            // failure
            failure.compareAndSet(null, e);
            return 0;
        }
    }

    private void confirm() {
        if (!delivered) {
            delivered = true;
        }
    }

    private void fail(Exception exception) {
        if (failure.compareAndSet(null, exception)) {
            producer.close(Duration.ZERO);
        }
    }

    /** The number of the topic's partitions; waits for Kafka as long as a record would. */
    public int partitions() {
        return producer.partitionsFor(topic).size();
    }

    /** Whether any record has been delivered. */
    public boolean hasDelivered() {
        return delivered;
    }

    /** Why this connection has ended; empty if it has not. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Ends the connection. Records on their way get a moment to arrive, unless something has failed. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            producer.close(failure.get() == null ? FLUSH_AT_MOST : Duration.ZERO);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

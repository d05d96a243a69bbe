package io.bookserver.ingest;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jboss.logging.Logger;

/**
 * Reads ranges of the log a second time, with a separate consumer that has the settings of the others. It finds out
 * whether a skipped range of offsets contains a record, and where the first readable record is. Kafka's consumer
 * silently skips a batch if an {@code Error} is thrown while it is decompressed.
 *
 * <p><i>Thread-safe: one read at a time; each waits for the broker, at most
 * {@code orderbook.ingest.broker-timeout}.</i>
 */
@ApplicationScoped
class LogProbe {
    private static final Logger LOG = Logger.getLogger(LogProbe.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration SEARCH_AT_MOST = Duration.ofMinutes(1);

    /** What a range of the log contains. */
    enum Found {
        /** A record that can be read. */
        RECORD,
        /** Nothing: transaction markers, or offsets removed by compaction. */
        NOTHING,
        /** Something that cannot be read. */
        UNREADABLE,
        /** The broker did not answer in time. */
        UNKNOWN
    }

    private final KafkaClientService clients;
    private final Duration timeout;
    private Consumer<byte[], byte[]> consumer;
    private boolean closed;

    LogProbe(KafkaClientService clients, IngestConfig config) {
        this.clients = clients;
        this.timeout = config.brokerTimeout();
    }

    void stop(@Observes ShutdownEvent event) {
        synchronized (this) {
            closed = true;
            if (consumer != null) {
                consumer.close(CloseOptions.timeout(Duration.ZERO));
            }
        }
    }

    /** What is between these offsets; the second is exclusive. */
    synchronized Found between(TopicPartition partition, long from, long before) {
        if (closed) {
            return Found.UNKNOWN;
        }
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        try {
            Consumer<byte[], byte[]> probe = probe();
            probe.assign(List.of(partition));
            probe.seek(partition, from);
            while (System.nanoTime() < deadlineNanos) {
                ConsumerRecords<byte[], byte[]> records = probe.poll(POLL);
                if (!records.isEmpty()) {
                    return records.records(partition).get(0).offset() < before ? Found.RECORD : Found.NOTHING;
                }
                if (probe.position(partition, POLL) >= before) {
                    return Found.NOTHING;
                }
            }
        } catch (RetriableException e) {
            LOG.debugf(e, "the broker does not answer partition=%s", partition);
        } catch (KafkaException | LinkageError e) {
            LOG.debugf(e, "cannot be read partition=%s offset=%d", partition, from);
            return Found.UNREADABLE;
        }
        return Found.UNKNOWN;
    }

    /**
     * The first offset, from that one on, from which the log can be read; {@code end} if there is none. It tries one
     * offset after the other.
     *
     * @return empty if the broker did not answer in time
     */
    OptionalLong firstReadable(TopicPartition partition, long from, long end) {
        long deadlineNanos = System.nanoTime() + SEARCH_AT_MOST.toNanos();
        for (long offset = from; offset < end && System.nanoTime() < deadlineNanos; offset++) {
            switch (between(partition, offset, offset + 1)) {
                case UNREADABLE:
                    break;
                case UNKNOWN:
                    return OptionalLong.empty();
                default:
                    return OptionalLong.of(offset);
            }
        }
        return OptionalLong.empty();
    }

    private Consumer<byte[], byte[]> probe() {
        if (consumer == null) {
            String channel = clients.getConsumerChannels().stream()
                    .filter(name -> name.startsWith(MarketDataConsumer.CHANNEL)).findFirst().orElseThrow();
            Map<String, Object> settings = new HashMap<>(clients.getConsumers(channel).get(0).configuration());
            settings.keySet().retainAll(ConsumerConfig.configNames());
            settings.remove(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG);
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, "orderbook-server-probe-" + UUID.randomUUID());
            settings.put(ConsumerConfig.CLIENT_ID_CONFIG, settings.get(ConsumerConfig.CLIENT_ID_CONFIG) + "-probe");
            settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
            // only one offset is of interest, not a range of the log
            settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1);
            consumer = new KafkaConsumer<>(settings);
        }
        return consumer;
    }
}

package io.bookserver.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Finds the way past records that no consumer can read: a damaged batch, or one compressed by a codec that is not there.
 * It tries one offset after the other by a consumer of its own, so that as little as possible is passed over.
 *
 * <p><i>Thread-safe: confined to each call; it takes as long as the broker takes, at most a minute.</i>
 */
@ApplicationScoped
class UnreadableRecords {
    private static final Logger LOG = Logger.getLogger(UnreadableRecords.class);
    private static final Duration POLL = Duration.ofSeconds(2);
    private static final Duration MAX_TIME = Duration.ofMinutes(1);

    /**
     * The first offset from that one on whose record can be read.
     *
     * @param settings those of the consumer that cannot read it
     * @return that very offset if it can be read after all; empty if the broker did not let one find out in time
     */
    OptionalLong firstReadable(Map<String, ?> settings, TopicPartition partition, long from, long end) {
        try (Consumer<byte[], byte[]> probe = probe(settings)) {
            probe.assign(List.of(partition));
            long deadlineNanos = System.nanoTime() + MAX_TIME.toNanos();
            for (long offset = from; offset < end && System.nanoTime() < deadlineNanos; offset++) {
                OptionalLong read = read(probe, partition, offset);
                if (read.isPresent()) {
                    return read;
                }
            }
        } catch (RetriableException e) {
            LOG.debugf(e, "the broker does not answer partition=%s", partition);
        }
        return OptionalLong.empty();
    }

    /** The offset of the record that is read from there on; empty if what stands there cannot be read. */
    private static OptionalLong read(Consumer<byte[], byte[]> probe, TopicPartition partition, long offset) {
        probe.seek(partition, offset);
        try {
            ConsumerRecords<byte[], byte[]> records = probe.poll(POLL);
            if (records.isEmpty()) {
                throw new TimeoutException("nothing was read within " + POLL);
            }
            return OptionalLong.of(records.records(partition).get(0).offset());
        } catch (RetriableException e) {
            throw e;
        } catch (KafkaException | LinkageError e) {
            LOG.debugf(e, "cannot be read partition=%s offset=%d", partition, offset);
            return OptionalLong.empty();
        }
    }

    private static Consumer<byte[], byte[]> probe(Map<String, ?> settings) {
        Map<String, Object> own = new HashMap<>(settings);
        own.keySet().retainAll(ConsumerConfig.configNames());
        own.put(ConsumerConfig.GROUP_ID_CONFIG, "probe-" + UUID.randomUUID());
        own.put(ConsumerConfig.CLIENT_ID_CONFIG, "probe");
        own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        return new KafkaConsumer<>(own);
    }
}

package io.bookserver.feed;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.Config;

/**
 * Creates the producers of the feeds. All {@code kafka.*} settings of the application that a producer knows apply. They
 * are read when a producer is created, since the address of a broker within this process is known only then.
 *
 * <p><i>Thread-safe.</i>
 */
public final class KafkaProducers {
    private static final String PREFIX = "kafka.";
    private static final int BATCH_BYTES = 128 * 1024;

    private final Config config;
    private final int lingerMs;
    private final Duration patience;
    private final OptionalLong bufferBytes;

    /**
     * @param lingerMs how long a record waits for others in its batch
     * @param patience how long delivery of a record is tried, at least a second
     */
    public KafkaProducers(Config config, int lingerMs, Duration patience) {
        this(config, lingerMs, patience, OptionalLong.empty());
    }

    /** @param bufferBytes the producer's memory for unsent records; absent for the application's setting */
    public KafkaProducers(Config config, int lingerMs, Duration patience, OptionalLong bufferBytes) {
        this.config = config;
        this.lingerMs = lingerMs;
        this.patience = patience;
        this.bufferBytes = bufferBytes;
    }

    public Producer<byte[], byte[]> make() {
        return new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The application's {@code kafka.*} settings that a client knows. */
    public static Map<String, Object> ofApplication(Config config, Set<String> known) {
        Map<String, Object> settings = new HashMap<>();
        for (String name : known) {
            config.getOptionalValue(PREFIX + name, String.class).ifPresent(value -> settings.put(name, value));
        }
        return settings;
    }

    Map<String, Object> settings() {
        Map<String, Object> settings = ofApplication(config, ProducerConfig.configNames());
        int patienceMs = (int) Math.min(Integer.MAX_VALUE, patience.toMillis());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, lingerMs);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        bufferBytes.ifPresent(bytes -> {
            settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bytes);
            // otherwise a producer whose brokers are away forgets the topic, and its sender blocks until they are back
            settings.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
        });
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience.toMillis());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patienceMs);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(10_000, patienceMs - lingerMs));
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return settings;
    }
}

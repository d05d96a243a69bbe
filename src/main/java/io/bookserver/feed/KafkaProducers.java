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
 * Makes the producers of the feeds. Whatever {@code kafka.*} setting a producer knows is taken over from the
 * application's configuration, read when a producer is made: a broker that starts within this process says its
 * address only then.
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
     * @param lingerMs how long a record waits for others to join its batch
     * @param patience how long a record is tried before it fails, at least a second
     */
    public KafkaProducers(Config config, int lingerMs, Duration patience) {
        this(config, lingerMs, patience, OptionalLong.empty());
    }

    /** @param bufferBytes what may wait for Kafka without its senders, absent for the application's setting */
    public KafkaProducers(Config config, int lingerMs, Duration patience, OptionalLong bufferBytes) {
        this.config = config;
        this.lingerMs = lingerMs;
        this.patience = patience;
        this.bufferBytes = bufferBytes;
    }

    public Producer<byte[], byte[]> make() {
        return new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Those of the application's {@code kafka.*} settings that a client knows. */
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
            // else a producer whose brokers are away forgets the topic, and a sender waits until they are back
            settings.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
        });
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience.toMillis());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patienceMs);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(10_000, patienceMs - lingerMs));
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return settings;
    }
}

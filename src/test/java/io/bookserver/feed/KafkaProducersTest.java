package io.bookserver.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaProducersTest {
    @Test
    void settings_ofAProducer_areTheApplicationsAndTheFeeds() {
        var config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(
                        Map.of(
                                "kafka.bootstrap.servers", "broker:9092",
                                "kafka.security.protocol", "SSL",
                                "kafka.acks", "0",
                                "kafka.group.id", "no setting of a producer"),
                        "test",
                        100))
                .build();

        assertEquals(
                Map.of(
                        "bootstrap.servers", "broker:9092",
                        "security.protocol", "SSL",
                        "acks", "all",
                        "enable.idempotence", true,
                        "linger.ms", 1,
                        "batch.size", 131072,
                        "max.block.ms", 15_000L,
                        "delivery.timeout.ms", 15_000,
                        "request.timeout.ms", 10_000,
                        "reconnect.backoff.max.ms", 1_000),
                new KafkaProducers(config, 1, Duration.ofSeconds(15)).settings());
    }
}

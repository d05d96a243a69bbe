package io.bookserver.devbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.reactive.messaging.kafka.companion.KafkaCompanion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    @Test
    void broker_closedAndStartedAgain_hasItsRecords(@TempDir Path logDir) {
        int port = EmbeddedBroker.freePort();
        try (EmbeddedBroker broker = EmbeddedBroker.start(logDir, port)) {
            broker.createTopic("t", 2, Map.of());
            broker.createTopic("t", 2, Map.of());
            try (KafkaCompanion companion = new KafkaCompanion(broker.bootstrapServers())) {
                companion.produceStrings().fromRecords(List.of(
                        new ProducerRecord<>("t", "k", "one"), new ProducerRecord<>("t", "k", "two")))
                        .awaitCompletion(Duration.ofSeconds(20));
            }
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(logDir, port);
                KafkaCompanion companion = new KafkaCompanion(broker.bootstrapServers())) {
            List<String> values = companion.consumeStrings().fromTopics("t", 2)
                    .awaitCompletion(Duration.ofSeconds(20)).stream().map(ConsumerRecord::value).toList();
            assertThat(values).isEqualTo(List.of("one", "two"));
        }
    }
}

package io.bookserver.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Market;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.kafka.companion.KafkaCompanion;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A poll that fails at a record, permanently or for a while. All records go to one partition. */
@QuarkusTest
@TestProfile(UnreadableRecordsIT.PlantedFailure.class)
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class UnreadableRecordsIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A deserializer that fails like a missing codec. */
    public static class PlantedFailure implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.incoming.market-data.value.deserializer", Failing.class.getName(),
                    "orderbook.ingest.max-stall", "PT2S");
        }
    }

    /** Returns the bytes, unless they are marked as unreadable. */
    public static class Failing implements Deserializer<byte[]> {
        static volatile boolean failsForAWhile;

        @Override
        public byte[] deserialize(String topic, byte[] bytes) {
            String text = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
            if (text.startsWith("unreadable") || failsForAWhile && text.contains("FOR-A-WHILE")) {
                throw new UnsatisfiedLinkError("planted");
            }
            return bytes;
        }
    }

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    MeterRegistry meters;

    private KafkaCompanion companion;

    @BeforeEach
    void connect() {
        companion = new KafkaCompanion(broker.bootstrapServers());
        await().atMost(SOON).until(() -> readiness() == 200);
    }

    @AfterEach
    void disconnect() {
        Failing.failsForAWhile = false;
        companion.close();
    }

    private void publish(String ticker, String... values) {
        companion.produceStrings().fromRecords(Arrays.stream(values)
                .map(value -> new ProducerRecord<>("market-data-all", 0, ticker, value)).toList()).awaitCompletion(SOON);
    }

    private static String snapshot(String ticker, long seq) {
        return RecordText.of(RecordText.SNAPSHOT, ticker).sequence(1, seq).fields("\"yes\":[[43,1]]").receivedMs(seq)
                .toString();
    }

    private String state(String ticker) {
        return registry.market(ticker).map(Market::current).map(market -> market.book().state().name()).orElse("");
    }

    private static int readiness() {
        return given().get("/q/health/ready").statusCode();
    }

    @Test
    void recordsThatCanNeverBeRead_arePassedOver_andCountedAsLost_andTheBooksSaySo() {
        double offsets = meters.counter("orderbook.lost.offsets").count();
        publish("UNREAD-A", snapshot("UNREAD-A", 1));
        await().atMost(SOON).until(() -> state("UNREAD-A").equals("LIVE"));
        publish("UNREAD-A", "unreadable", "unreadable too", "unreadable, still");
        publish("UNREAD-B", snapshot("UNREAD-B", 5));
        await().atMost(SOON).until(() -> state("UNREAD-B").equals("LIVE"));
        assertThat(state("UNREAD-A")).isEqualTo("STALE");
        assertThat(meters.counter("orderbook.lost.offsets").count() - offsets).isEqualTo(3);
        await().atMost(SOON).until(() -> readiness() == 200);
        assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
        publish("UNREAD-A", snapshot("UNREAD-A", 9));
        await().atMost(SOON).until(() -> state("UNREAD-A").equals("LIVE"));
    }

    @Test
    void recordThatCanBeReadLater_isTriedAgain_andNothingIsLost() {
        double ranges = meters.counter("orderbook.lost.ranges").count();
        publish("LATER-A", snapshot("LATER-A", 1));
        await().atMost(SOON).until(() -> state("LATER-A").equals("LIVE"));
        Failing.failsForAWhile = true;
        publish("LATER-FOR-A-WHILE", snapshot("LATER-FOR-A-WHILE", 2));
        await().atMost(SOON).until(() -> state("LATER-A").equals("STALE"));
        assertThat(readiness()).isEqualTo(503);
        Failing.failsForAWhile = false;
        await().atMost(SOON).until(() -> state("LATER-FOR-A-WHILE").equals("LIVE"));
        await().atMost(SOON).until(() -> readiness() == 200);
        assertThat(List.of(meters.counter("orderbook.lost.ranges").count(), state("LATER-A")))
                .isEqualTo(List.of(ranges, BookState.STALE.name()));
    }
}

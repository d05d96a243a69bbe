package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A broker that is down at the start, comes up, goes down, comes back, and loses its topic, in this order. */
@QuarkusTest
@TestProfile(BrokerOutageIT.Impatient.class)
@WithTestResource(value = BrokerOutageIT.NoBrokerYet.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrokerOutageIT {
    private static final Duration LONG = Duration.ofSeconds(90);
    /** For a connection that has reported (rule 9); the default. */
    private static final Duration MAX_SILENCE = Duration.ofSeconds(5);
    private static final String TOPIC = "market-data-all";
    private static final int PARTITIONS = 2;

    /** Silence is detected after seconds, not half a minute. */
    public static class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orderbook.ingest.max-broker-silence", "PT6S");
        }
    }

    /** The address and folder of a broker that is started later. */
    public static class NoBrokerYet implements QuarkusTestResourceLifecycleManager {
        static int port;
        static Path logDir;
        static EmbeddedBroker broker;

        @Override
        public Map<String, String> start() {
            try {
                logDir = Files.createTempDirectory("outage-broker-");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            port = EmbeddedBroker.freePort();
            return Map.of("kafka.bootstrap.servers", "127.0.0.1:" + port);
        }

        static void startBroker() {
            broker = EmbeddedBroker.start(logDir, port);
        }

        @Override
        public void stop() {
            if (broker != null) {
                broker.close();
            }
            try {
                // the embedded broker would keep a given folder for its successor; here there is none
                Utils.delete(logDir.toFile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    private static KafkaProducer<String, String> producer() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", "127.0.0.1:" + NoBrokerYet.port);
        properties.put("enable.idempotence", "true");
        properties.put("delivery.timeout.ms", "120000");
        properties.put("max.block.ms", "120000");
        // a producer that forgets its topic while the broker is down would block at every send
        properties.put("metadata.recovery.strategy", "none");
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    private static ProducerRecord<String, String> record(String ticker, String type, long seq, long receivedMs, String fields) {
        return new ProducerRecord<>(TOPIC, ticker,
                RecordText.of(type, ticker).sequence(1, seq).fields(fields).receivedMs(receivedMs).toString());
    }

    private static ProducerRecord<String, String> snapshot(String ticker, long seq, long receivedMs) {
        return record(ticker, "orderbook_snapshot", seq, receivedMs, "\"yes\":[[43,1]]");
    }

    private static ProducerRecord<String, String> delta(String ticker, long seq) {
        return record(ticker, "orderbook_delta", seq, seq, "\"price\":43,\"delta\":1,\"side\":\"yes\"");
    }

    private List<Object> shown(String ticker) {
        return registry.market(ticker).map(Market::current).map(market -> List.<Object>of(
                market.book().state(), market.book().yes().quantityHundredthsAt(4300), market.version()))
                .orElse(List.of());
    }

    private static int readiness() {
        return given().get("/q/health/ready").statusCode();
    }

    private static Handler capture(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {
                // nothing is buffered
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }

    private static String waitingFor() {
        return given().get("/q/health/ready").jsonPath().getString("checks.find{it.name=='books'}.data.waiting_for");
    }

    @Test
    @Order(1)
    void brokerDownAtTheStart_isWaitedFor_andSoIsItsTopic() throws Exception {
        assertThat(readiness()).isEqualTo(503);
        assertThat(waitingFor()).isEqualTo("the broker and its topic");
        assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
        NoBrokerYet.startBroker();
        assertThat(readiness()).isEqualTo(503);
        Topics.createMarketData(NoBrokerYet.broker.bootstrapServers(), PARTITIONS);
        await().atMost(LONG).until(() -> readiness() == 200);
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(snapshot("OUT-1", 1, 1)).get();
        }
        await().atMost(LONG).until(() -> shown("OUT-1").equals(List.of(BookState.LIVE, 100L, 1L)));
    }

    @Test
    @Order(2)
    void brokerThatGoesAwayAndComesBack_losesNothing_andNothingIsAppliedTwice() throws Exception {
        Logger watch = Logger.getLogger("io.bookserver.ingest.PartitionWatch");
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler capture = capture(logged);
        watch.addHandler(capture);
        try (KafkaProducer<String, String> producer = producer()) {
            for (int seq = 2; seq <= 500; seq++) {
                producer.send(delta("OUT-1", seq)).get();
            }
            await().atMost(LONG).until(() -> shown("OUT-1").equals(List.of(BookState.LIVE, 50_000L, 500L)));
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(TOPIC, partition, null, "{\"payload\":{\"type\":\"feed_status\",\"msg\":{"
                        + "\"connected\":true}},\"connection\":7,\"version\":1}"));
            }
            producer.send(new ProducerRecord<>(TOPIC, "OUT-2", snapshot("OUT-2", 1, 1).value()
                    .replaceAll("}$", ",\"connection\":7}"))).get();
            await().atMost(LONG).until(() -> shown("OUT-2").equals(List.of(BookState.LIVE, 100L, 1L)));
            NoBrokerYet.broker.close();
            // every query to the broker takes seconds now; none of them may delay the detection of silence
            await().atMost(MAX_SILENCE.multipliedBy(2)).until(() -> shown("OUT-2").get(0) == BookState.STALE);
            long closedMs = System.currentTimeMillis();
            Future<RecordMetadata> last = null;
            for (int seq = 501; seq <= 1_000; seq++) {
                last = producer.send(delta("OUT-1", seq));
            }
            await().atMost(LONG).until(() -> readiness() == 503);
            assertThat(waitingFor()).isEqualTo("the broker: books may be late");
            await().atMost(LONG).until(() -> logged.stream().anyMatch(line -> line.startsWith("the broker does not answer")));
            assertThat(shown("OUT-1")).isEqualTo(List.of(BookState.LIVE, 50_000L, 500L));
            assertThat(completeness.completeToMs()).isLessThanOrEqualTo(closedMs);
            NoBrokerYet.startBroker();
            last.get();
        }
        await().atMost(LONG).until(() -> shown("OUT-1").equals(List.of(BookState.LIVE, 100_000L, 1_000L)));
        await().atMost(LONG).until(() -> readiness() == 200);
        await().atMost(LONG).until(() -> logged.stream().anyMatch(line -> line.startsWith("the broker answers again")));
        // once per outage, of which a slow start of the broker may be another one, not at each look
        assertThat(count(logged, "the broker does not answer") - count(logged, "the broker answers again")).isBetween(-1L, 1L);
        watch.removeHandler(capture);
    }

    private static long count(List<String> lines, String beginning) {
        return lines.stream().filter(line -> line.startsWith(beginning)).count();
    }

    @Test
    @Order(3)
    void topicMadeAnew_makesItsBooksStale_untilTheirSnapshots() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + NoBrokerYet.port))) {
            admin.deleteTopics(List.of(TOPIC)).all().get();
            await().atMost(LONG).until(() -> !admin.listTopics().names().get().contains(TOPIC));
        }
        Topics.create(NoBrokerYet.broker.bootstrapServers(), TOPIC, PARTITIONS);
        await().atMost(LONG).until(() -> registry.market("OUT-1").map(Market::current)
                .map(MarketSnapshot::book).orElseThrow().state() == BookState.STALE);
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(snapshot("OUT-1", 1, 2_000)).get();
            producer.send(record("OUT-1", "orderbook_delta", 2, 2_001, "\"price\":43,\"delta\":1,\"side\":\"yes\"")).get();
        }
        await().atMost(LONG).until(() -> shown("OUT-1").subList(0, 2).equals(List.of(BookState.LIVE, 200L)));
    }
}

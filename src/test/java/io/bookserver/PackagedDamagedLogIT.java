package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged server, jar or executable, with a broker whose disk has damaged one batch. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(value = PackagedDamagedLogIT.DamagedLog.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class PackagedDamagedLogIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A partition of three batches; the second no longer matches its checksum. */
    public static class DamagedLog implements QuarkusTestResourceLifecycleManager {
        private static final String DAMAGED = "DAMAGED-MARKET";

        private Path folder;
        private EmbeddedBroker broker;

        @Override
        public Map<String, String> start() {
            try {
                folder = Files.createTempDirectory("damaged-log-");
                broker = EmbeddedBroker.start(folder, EmbeddedBroker.freePort());
                Topics.createMarketData(broker.bootstrapServers(), 1);
                publish("BEFORE", DAMAGED, "BEHIND");
                damage();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Map.of("kafka.bootstrap.servers", broker.bootstrapServers(), "orderbook.ingest.max-stall", "PT2S");
        }

        private void publish(String... tickers) {
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer())) {
                for (String ticker : tickers) {
                    producer.send(new ProducerRecord<>(Topics.MARKET_DATA, ticker, Proxy.snapshot(ticker, 1))).get();
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private void damage() throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                Path segment = files.filter(file -> file.getParent().endsWith(Topics.MARKET_DATA + "-0")
                        && file.toString().endsWith(".log")).findFirst().orElseThrow();
                int at = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1).indexOf(DAMAGED);
                try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
                    file.seek(at);
                    file.write('d');
                }
            }
        }

        @Override
        public void stop() {
            broker.close();
            try {
                Utils.delete(folder.toFile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String state(String ticker) {
        return given().get("/api/v1/books/" + ticker).jsonPath().getString("state");
    }

    @Test
    void damagedBatch_isPassedOver_countedAsLost_andTheBooksBeforeItSaySo() {
        await().atMost(SOON).until(() -> given().get("/q/health/ready").statusCode() == 200);
        assertThat(state("BEFORE")).isEqualTo("stale");
        assertThat(state("BEHIND")).isEqualTo("live");
        assertThat(given().get("/q/metrics").asString()).contains("orderbook_lost_offsets_total 1.0");
        assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
    }
}

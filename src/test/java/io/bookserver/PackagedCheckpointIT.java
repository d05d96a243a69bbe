package io.bookserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged server, jar or executable, killed and started again with checkpoints. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedCheckpointIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int PARTITIONS = 2;
    private static final int MARKETS = 20;
    private static final Pattern OF_THE_MOMENT = Pattern.compile("\"(as_of_ms|complete_to_ms)\":\\d+,?");

    Proxy proxy;

    private String topic;
    private Admin admin;
    private KafkaProducer<String, String> feed;

    @BeforeEach
    void connect() {
        topic = "checkpointed-" + System.nanoTime();
        Topics.create(proxy.bootstrapServers(), topic, PARTITIONS);
        admin = Admin.create(Map.of("bootstrap.servers", proxy.bootstrapServers()));
        feed = new KafkaProducer<>(Map.of("bootstrap.servers", proxy.bootstrapServers()),
                new StringSerializer(), new StringSerializer());
    }

    @AfterEach
    void disconnect() {
        feed.close();
        admin.close();
    }

    private PackagedServer start() {
        Map<String, String> settings = new HashMap<>(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "orderbook.topic", topic, "orderbook.checkpoint.topic", topic + "-books", "orderbook.checkpoint.group", topic,
                "orderbook.checkpoint.mode", "write", "orderbook.checkpoint.interval", "PT0.5S"));
        PackagedServer server = PackagedServer.start(settings, List.of());
        await().atMost(SOON).until(server::isReady);
        return server;
    }

    private static String ticker(int market) {
        return "CP-" + market;
    }

    private void publish(int market, String value) throws Exception {
        feed.send(new ProducerRecord<>(topic, market % PARTITIONS, ticker(market), value)).get();
    }

    private void publishAll() throws Exception {
        for (int market = 0; market < MARKETS; market++) {
            publish(market, Proxy.snapshot(ticker(market), 1));
            publish(market, Proxy.delta(ticker(market), 2, "0.4300", "-20.00"));
            publish(market, Proxy.delta(ticker(market), 3, "0.4400", "1.50"));
        }
    }

    private static Map<String, String> books(PackagedServer server) {
        Map<String, String> books = new TreeMap<>();
        for (int market = 0; market < MARKETS; market++) {
            books.put(ticker(market), OF_THE_MOMENT.matcher(server.get("/api/v1/books/" + ticker(market))).replaceAll(""));
        }
        return books;
    }

    private static double metric(PackagedServer server, String name) {
        Matcher found = Pattern.compile("^" + Pattern.quote(name) + " ([0-9.E]+)$", Pattern.MULTILINE)
                .matcher(server.get("/q/metrics"));
        return found.find() ? Double.parseDouble(found.group(1)) : 0;
    }

    private static double used(PackagedServer server) {
        return metric(server, "orderbook_checkpoint_starts_total{result=\"used\"}");
    }

    /** Waits until everything published so far is in the checkpoint: the second cycle after it was read has begun. */
    private static void awaitWritten(PackagedServer server) {
        await().atMost(SOON).until(() -> server.get("/api/v1/books/" + ticker(MARKETS - 1)).contains("0.4400")
                && server.get("/api/v1/books/" + ticker(MARKETS - 2)).contains("0.4400"));
        double cycles = metric(server, "orderbook_checkpoint_cycles_total");
        await().atMost(SOON).until(() -> metric(server, "orderbook_checkpoint_cycles_total") >= cycles + 2);
    }

    private void deleteRecords(int partition) throws Exception {
        TopicPartition source = new TopicPartition(topic, partition);
        long end = admin.listOffsets(Map.of(source, OffsetSpec.latest())).partitionResult(source).get().offset();
        admin.deleteRecords(Map.of(source, RecordsToDelete.beforeOffset(end))).all().get();
    }

    @Test
    void serverThatWasKilled_hasItsBooksBack_withAllTimes_whateverTheTopicStillHolds() throws Exception {
        Map<String, String> before;
        try (PackagedServer first = start()) {
            publishAll();
            awaitWritten(first);
            before = books(first);
            assertThat(used(first)).isZero();
            first.process().kill();
        }
        deleteRecords(0);
        deleteRecords(1);
        publish(3, Proxy.delta(ticker(3), 4, "0.4400", "1.00"));
        try (PackagedServer second = start()) {
            assertThat(used(second)).isEqualTo(PARTITIONS);
            Map<String, String> after = books(second);
            assertThat(after.remove(ticker(3))).contains("\"price_dollars\":\"0.4400\",\"quantity_fp\":\"2.50\"", "\"live\"");
            before.remove(ticker(3));
            assertThat(after).isEqualTo(before);
            assertThat(metric(second, "orderbook_lost_ranges_total")).isZero();
            awaitWritten(second);
            second.process().kill();
        }
        // in one partition, the records after the checkpoint are deleted before anybody reads them
        publish(4, Proxy.delta(ticker(4), 4, "0.4400", "1.00"));
        deleteRecords(0);
        try (PackagedServer third = start()) {
            assertThat(metric(third, "orderbook_lost_ranges_total")).isEqualTo(1);
            await().atMost(SOON).untilAsserted(() -> books(third).forEach((ticker, book) -> assertThat(book).as(ticker)
                    .contains(Integer.parseInt(ticker.substring(3)) % PARTITIONS == 0 ? "\"stale\"" : "\"live\"")));
        }
    }

    @Test
    void damagedRecord_letsItsPartitionBeReadFromItsBeginning_andIsToldAndMended() throws Exception {
        try (PackagedServer first = start()) {
            publishAll();
            awaitWritten(first);
            first.process().kill();
        }
        feed.send(new ProducerRecord<>(topic + "-books", 1, ticker(1), "no market")).get();
        try (PackagedServer second = start()) {
            assertThat(used(second)).isEqualTo(1);
            assertThat(metric(second, "orderbook_checkpoint_starts_total{result=\"damaged\"}")).isEqualTo(1);
            assertThat(second.log()).contains("reason=damaged");
            assertThat(books(second)).allSatisfy((ticker, book) ->
                    assertThat(book).contains("\"live\"", "\"version\":3", "\"0.4400\",\"quantity_fp\":\"1.50\""));
            awaitWritten(second);
            second.process().kill();
        }
        try (PackagedServer third = start()) {
            assertThat(used(third)).isEqualTo(PARTITIONS);
        }
    }
}

package io.bookserver.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.book.Market;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.kafka.companion.ConsumerTask;
import io.smallrye.reactive.messaging.kafka.companion.KafkaCompanion;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records through a real broker into the registry. Every test uses its own markets. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class IngestTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    @Inject
    MeterRegistry meters;

    @Inject
    HeardRelays relays;

    private KafkaCompanion companion;

    @BeforeEach
    void connect() {
        companion = new KafkaCompanion(broker.bootstrapServers());
    }

    @AfterEach
    void disconnect() {
        companion.close();
    }

    private void publish(String key, String... values) {
        companion.produceStrings().fromRecords(Arrays.stream(values)
                .map(value -> new ProducerRecord<>("market-data-all", key, value)).toList()).awaitCompletion(SOON);
    }

    private static String envelope(String ticker, String type, long seq, String fields) {
        return RecordText.of(type, ticker).sequence(1, seq).fields(fields).receivedMs(1).publishedMs(2).version(1)
                .toString();
    }

    private static String snapshot(String ticker, long seq) {
        return envelope(ticker, "orderbook_snapshot", seq, "\"yes_dollars_fp\":[[\"0.4300\",\"120.00\"]]");
    }

    private static String delta(String ticker, long seq, String delta) {
        return envelope(ticker, "orderbook_delta", seq,
                "\"price_dollars\":\"0.4300\",\"delta_fp\":\"" + delta + "\",\"side\":\"yes\"");
    }

    private MarketSnapshot awaitQuantity(String ticker, long quantityHundredths) {
        await().atMost(SOON).until(() -> registry.market(ticker).map(Market::current)
                .map(market -> market.book().yes().quantityHundredthsAt(4300)).orElse(0L) == quantityHundredths);
        return registry.market(ticker).orElseThrow().current();
    }

    private Map<String, Long> quantities(String prefix) {
        return registry.list("", prefix, market -> true, 1_000).stream().collect(
                Collectors.toMap(MarketSnapshot::ticker, market -> market.book().yes().quantityHundredthsAt(4300)));
    }

    private double rejected(String reason) {
        return meters.counter("orderbook.rejected", "reason", reason).count();
    }

    @Test
    void records_becomeBooks_withTheirTimes() {
        long before = System.currentTimeMillis();
        publish("IN-1", snapshot("IN-1", 1), delta("IN-1", 2, "-20.00"));
        MarketSnapshot market = awaitQuantity("IN-1", 10_000);
        assertThat(market.book().state()).isEqualTo(BookState.LIVE);
        assertThat(market.book().yes().best().stamp().kafkaPublishedMs()).isEqualTo(2);
        assertThat(market.book().yes().best().stamp().receivedMs()).isBetween(before, System.currentTimeMillis());
        assertThat(market.book().yes().best().serverPublishedMs())
                .isBetween(market.book().yes().best().stamp().receivedMs(), System.currentTimeMillis());
    }

    @Test
    void records_ofManyMarkets_keepTheirOrder() {
        Map<String, Long> expected = new TreeMap<>();
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        for (int market = 0; market < 50; market++) {
            records.add(new ProducerRecord<>("market-data-all", "MANY-" + market, snapshot("MANY-" + market, 1)));
            expected.put("MANY-" + market, 12_000L + 100 * 40);
        }
        for (int step = 0; step < 40; step++) {
            for (int market = 0; market < 50; market++) {
                records.add(new ProducerRecord<>(
                        "market-data-all", "MANY-" + market, delta("MANY-" + market, 2 + step, "1.00")));
            }
        }
        companion.produceStrings().fromRecords(records).awaitCompletion(SOON);
        await().atMost(SOON).until(() -> quantities("MANY-").equals(expected));
        assertThat(registry.list("", "MANY-", market -> market.version() != 41, 99)).isEmpty();
    }

    @Test
    void badRecords_areCountedAndDeadLettered_andTheStreamGoesOn() {
        double notJson = rejected("not_json");
        double version = rejected("unsupported_version");
        double empty = rejected("empty");
        publish("BAD-1", snapshot("BAD-1", 1), "rubbish", "", null,
                "{\"payload\":{\"type\":\"orderbook_delta\"},\"version\":2}", delta("BAD-1", 2, "1.00"));
        awaitQuantity("BAD-1", 12_100);
        assertThat(List.of(rejected("not_json") - notJson, rejected("unsupported_version") - version,
                rejected("empty") - empty)).isEqualTo(List.of(1.0, 1.0, 2.0));

        List<ConsumerRecord<String, String>> letters = deadLetters("BAD-1", 4);
        assertThat(letters.stream().map(letter -> header(letter, "dead-letter-reason")).toList())
                .isEqualTo(List.of("not_json", "empty", "empty", "unsupported_version"));
        ConsumerRecord<String, String> first = letters.get(0);
        assertThat(first.value()).isEqualTo("rubbish");
        assertThat(first.headers()).extracting(Header::key).containsExactly("dead-letter-reason", "dead-letter-cause",
                "dead-letter-topic", "dead-letter-partition", "dead-letter-offset");
        assertThat(header(first, "dead-letter-topic")).isEqualTo("market-data-all");
        assertThat(header(first, "dead-letter-partition")).matches("[0-3]");
        assertThat(header(first, "dead-letter-offset")).matches("\\d+");
        assertThat(header(first, "dead-letter-cause")).startsWith("value: is not JSON: Unrecognized token 'rubbish'");
    }

    @Test
    void deltaThatCannotBeRead_makesItsBookStale_untilItsSnapshot() {
        publish("BAD-2", snapshot("BAD-2", 1), delta("BAD-2", 2, "many"), delta("BAD-2", 3, "1.00"));
        assertThat(awaitQuantity("BAD-2", 12_100).book().state()).isEqualTo(BookState.STALE);
        publish("BAD-2", snapshot("BAD-2", 4));
        assertThat(awaitQuantity("BAD-2", 12_000).book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void tradesAndLifecycles_areHandedOn_afterTheBookKnowsThem() {
        // what is published before a partition begins is no news
        await().atMost(SOON).until(completeness::isRebuilt);
        publish("RELAY-1", envelope("RELAY-1", "trade", 1, "\"count_fp\":\"1.00\""), "rubbish",
                envelope("RELAY-1", "market_lifecycle_v2", 1, "\"event_type\":\"activated\""));
        await().atMost(SOON).until(() -> relays.heard().size() == 2);
        assertThat(relays.heard()).isEqualTo(List.of("news trade {\"market_ticker\":\"RELAY-1\",\"count_fp\":\"1.00\"}",
                "news market_lifecycle_v2 {\"market_ticker\":\"RELAY-1\",\"event_type\":\"activated\"}"));
        assertThat(registry.market("RELAY-1").orElseThrow().current().status().phase()).isEqualTo(MarketPhase.OPEN);
    }

    @Test
    void marketOnTwoPartitions_isStaleAndCounted() {
        double spread = meters.counter("orderbook.updates", "outcome", "spread_over_partitions").count();
        companion.produceStrings().fromRecords(List.of(
                new ProducerRecord<>("market-data-all", 0, "SPREAD", snapshot("SPREAD", 1)))).awaitCompletion(SOON);
        awaitQuantity("SPREAD", 12_000);
        companion.produceStrings().fromRecords(List.of(
                new ProducerRecord<>("market-data-all", 1, "SPREAD", delta("SPREAD", 2, "1.00")))).awaitCompletion(SOON);
        assertThat(awaitQuantity("SPREAD", 12_100).book().state()).isEqualTo(BookState.STALE);
        await().atMost(SOON).until(() ->
                meters.counter("orderbook.updates", "outcome", "spread_over_partitions").count() == spread + 1);
    }

    @Test
    void readiness_comesWhenThePartitionsAreRead_andMetricsTellTheLag() {
        publish("READY-1", snapshot("READY-1", 1));
        awaitQuantity("READY-1", 12_000);
        await().atMost(SOON).untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
        assertThat(given().get("/q/health/ready").jsonPath().getString("checks.find{it.name=='books'}.status"))
                .isEqualTo("UP");
        assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
        await().atMost(SOON).untilAsserted(() -> assertThat(given().get("/q/metrics").asString())
                .contains("orderbook_partition_lag{partition=\"0\"} 0.0",
                        "orderbook_records_total{type=\"orderbook_snapshot\"}",
                        "orderbook_books{state=\"live\"}",
                        "orderbook_apply_time_seconds_bucket",
                        "orderbook_kafka_latency_seconds_bucket"));
    }

    @Test
    void status_tellsHowFarEachPartitionIsRead() {
        publish("STATUS-1", snapshot("STATUS-1", 1));
        awaitQuantity("STATUS-1", 12_000);
        await().atMost(SOON).untilAsserted(() -> assertThat(given().get("/api/v1/status").jsonPath()
                .getList("kafka.partitions.findAll{it.lag==0 && it.rebuilt && !it.stalled && it.complete_to_ms>0}.partition"))
                .isEqualTo(List.of(0, 1, 2, 3)));
    }

    private List<ConsumerRecord<String, String>> deadLetters(String key, int count) {
        try (ConsumerTask<String, String> task = companion.consumeStrings().fromTopics("market-data-dead-letter")) {
            await().atMost(SOON).until(() -> task.getRecords().stream().filter(letter -> key.equals(letter.key()))
                    .count() >= count);
            return task.getRecords().stream().filter(letter -> key.equals(letter.key())).toList();
        }
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}

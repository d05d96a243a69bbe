package io.bookserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.Ladder;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MessageType;
import io.bookserver.testkit.BrokerResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.kafka.companion.KafkaCompanion;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The exchange's recorded traffic through a real broker, against books computed by plain maps. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class RecordedFramesIT {
    private static final Path FIXTURES = Path.of("..", "shared", "fixtures");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Both sides by price in dollars. */
    private record Reference(TreeMap<BigDecimal, BigDecimal> yes, TreeMap<BigDecimal, BigDecimal> no) {
        TreeMap<BigDecimal, BigDecimal> side(String name) {
            return name.equals("yes") ? yes : no;
        }
    }

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    MeterRegistry meters;

    private static Path fixture(String name) {
        Path file = FIXTURES.resolve(name);
        assumeTrue(Files.exists(file), "left out: the recorded traffic is not beside this checkout");
        return file;
    }

    private static String envelope(JsonNode line) throws IOException {
        JsonNode frame = line.get("frame");
        JsonNode ticker = frame.at("/msg/market_ticker");
        return "{\"payload\":" + JSON.writeValueAsString(frame) + ",\"receivedTimestamp\":" + line.get("received_ms")
                + ",\"publishedTimestamp\":" + line.get("received_ms") + ",\"channel\":" + frame.get("type")
                + (ticker.isMissingNode() ? "" : ",\"marketTicker\":" + ticker)
                + ",\"source\":\"kalshi-websocket\",\"version\":1}";
    }

    private static void apply(Map<String, Reference> books, JsonNode frame) {
        JsonNode msg = frame.get("msg");
        if (frame.get("type").asText().equals("orderbook_snapshot")) {
            books.put(msg.get("market_ticker").asText(),
                    new Reference(ladder(msg.get("yes_dollars_fp")), ladder(msg.get("no_dollars_fp"))));
        } else if (frame.get("type").asText().equals("orderbook_delta")) {
            TreeMap<BigDecimal, BigDecimal> side =
                    books.get(msg.get("market_ticker").asText()).side(msg.get("side").asText());
            BigDecimal price = new BigDecimal(msg.get("price_dollars").asText());
            BigDecimal left = side.getOrDefault(price, new BigDecimal("0.00"))
                    .add(new BigDecimal(msg.get("delta_fp").asText()));
            if (left.signum() == 0) {
                side.remove(price);
            } else {
                side.put(price, left);
            }
        }
    }

    private static TreeMap<BigDecimal, BigDecimal> ladder(JsonNode pairs) {
        TreeMap<BigDecimal, BigDecimal> ladder = new TreeMap<>();
        if (pairs != null) {
            pairs.forEach(pair -> ladder.put(new BigDecimal(pair.get(0).asText()), new BigDecimal(pair.get(1).asText())));
        }
        return ladder;
    }

    private static TreeMap<BigDecimal, BigDecimal> shown(Ladder ladder) {
        TreeMap<BigDecimal, BigDecimal> shown = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            shown.put(BigDecimal.valueOf(ladder.level(rank).priceTicks(), 4),
                    BigDecimal.valueOf(ladder.level(rank).quantityHundredths(), 2));
        }
        return shown;
    }

    private Map<String, Reference> shown(Iterable<String> tickers) {
        Map<String, Reference> shown = new TreeMap<>();
        for (String ticker : tickers) {
            registry.market(ticker).ifPresent(market -> shown.put(ticker, new Reference(
                    shown(market.current().book().yes()), shown(market.current().book().no()))));
        }
        return shown;
    }

    private void publish(List<ProducerRecord<String, String>> records) {
        try (KafkaCompanion companion = new KafkaCompanion(broker.bootstrapServers())) {
            companion.produceStrings().fromRecords(records).awaitCompletion(SOON);
        }
    }

    private double repeated() {
        return meters.counter("orderbook.updates", "outcome", "repeated_sequence").count();
    }

    @Test
    void recordedSession_givesTheBooksOfTheReference_andItsRepetitionChangesNothing() throws IOException {
        Map<String, Reference> expected = new TreeMap<>();
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        int updates = 0;
        for (String text : Files.readAllLines(fixture("kalshi-frames-2026-08-07.jsonl"))) {
            JsonNode line = JSON.readTree(text);
            JsonNode ticker = line.at("/frame/msg/market_ticker");
            apply(expected, line.get("frame"));
            updates += ticker.isMissingNode() ? 0 : 1;
            records.add(new ProducerRecord<>(
                    "market-data-all", ticker.isMissingNode() ? null : ticker.asText(), envelope(line)));
        }
        publish(records);
        await().atMost(SOON).until(() -> shown(expected.keySet()).equals(expected));
        assertThat(expected).hasSize(12);
        Map<String, MarketSnapshot> first = expected.keySet().stream().collect(
                Collectors.toMap(ticker -> ticker, ticker -> registry.market(ticker).orElseThrow().current()));
        assertThat(first.values()).allMatch(market -> market.book().state() == BookState.LIVE);
        assertThat(first.values().stream().mapToLong(MarketSnapshot::version).sum()).isEqualTo(updates).isEqualTo(257);

        double before = repeated();
        publish(records);
        await().atMost(SOON).until(() -> repeated() == before + 257);
        assertThat(first).allSatisfy((ticker, market) ->
                assertThat(registry.market(ticker).orElseThrow().current()).isSameAs(market));
    }

    @Test
    void recordedBooks_areReadExactly() throws Exception {
        EnvelopeDecoder decoder = new EnvelopeDecoder();
        int books = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(
                Files.newInputStream(fixture("kalshi-books-2026-07-23.jsonl.gz"))), StandardCharsets.UTF_8))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode book = JSON.readTree(text);
                String value = "{\"payload\":{\"type\":\"orderbook_snapshot\",\"msg\":" + text + "}}";
                BookRegistry one = new BookRegistry(() -> 1);
                one.apply(decoder.decode(value.getBytes(StandardCharsets.UTF_8), 0, 0, 0, 0).orElseThrow());
                MarketSnapshot market = one.market(book.get("market_ticker").asText()).orElseThrow().current();
                assertThat(shown(market.book().yes())).isEqualTo(ladder(book.get("yes_dollars_fp")));
                assertThat(shown(market.book().no())).isEqualTo(ladder(book.get("no_dollars_fp")));
                books++;
            }
        }
        assertThat(books).isEqualTo(3_938);
    }

    @Test
    void singleFrames_ofEveryKind_areReadOrPassedOver() throws Exception {
        EnvelopeDecoder decoder = new EnvelopeDecoder();
        Map<MessageType, Integer> updates = new EnumMap<>(MessageType.class);
        Map<MessageType, Integer> passedOver = new EnumMap<>(MessageType.class);
        for (String frame : Files.readAllLines(fixture("kalshi-single-frames.jsonl"))) {
            Optional<BookUpdate> update = decoder.decode(
                    ("{\"payload\":" + frame + ",\"version\":1}").getBytes(StandardCharsets.UTF_8), 0, 0, 0, 0);
            (update.isPresent() ? updates : passedOver).merge(decoder.lastType(), 1, Integer::sum);
        }
        assertThat(updates).isEqualTo(
                Map.of(MessageType.ORDERBOOK_DELTA, 3, MessageType.MARKET_LIFECYCLE_V2, 7));
        assertThat(passedOver).isEqualTo(
                Map.of(MessageType.TICKER, 1, MessageType.TRADE, 1, MessageType.EVENT_LIFECYCLE, 1));
    }
}

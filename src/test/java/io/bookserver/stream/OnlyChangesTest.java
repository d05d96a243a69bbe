package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.Records;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent, and above all what is not: one subscription per channel, one market per test. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class OnlyChangesTest extends StreamServer {
    private static int markets;

    private final String market = "OC-" + markets++;
    private Records records;
    private StreamClient client;

    @BeforeEach
    void subscribe() throws IOException {
        records = new Records(registry);
        records.book(market);
        client = StreamClient.connect(uri);
        client.send("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\",\"ticker\",\"orderbook_delta\"],"
                + "\"market_ticker\":\"" + market + "\"}}");
        client.next(5);
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
        await().atMost(Duration.ofSeconds(20)).until(() -> fanOut.sessions() == 0);
    }

    private List<JsonNode> heard() throws IOException {
        Loops.settle(fanOut);
        return client.settle();
    }

    private List<String> typesHeard() throws IOException {
        List<String> types = new ArrayList<>();
        for (JsonNode frame : heard()) {
            types.add(frame.get("type").asText());
        }
        return types;
    }

    @Test
    void depthBelowTheTop_isHeardOnlyByThoseWhoWantEveryChange() throws IOException {
        records.delta(market, "yes", "0.4200", "5.00");
        records.delta(market, "yes", "0.4100", "5.00");
        records.delta(market, "no", "0.0100", "5.00");
        records.delta(market, "yes", "0.4100", "-5.00");
        assertThat(typesHeard()).isEqualTo(
                List.of("orderbook_delta", "orderbook_delta", "orderbook_delta", "orderbook_delta"));
    }

    @Test
    void bestQuantityAndBestPrice_areHeardByAll() throws IOException {
        records.delta(market, "yes", "0.4300", "5.00");
        assertThat(typesHeard()).containsExactlyInAnyOrder("top_of_book", "ticker", "orderbook_delta");
        records.delta(market, "no", "0.5600", "5.00");
        assertThat(typesHeard()).containsExactlyInAnyOrder("top_of_book", "ticker", "orderbook_delta");
        records.delta(market, "no", "0.5600", "-5.00");
        assertThat(typesHeard()).containsExactlyInAnyOrder("top_of_book", "ticker", "orderbook_delta");
    }

    @Test
    void updatesThatChangeNothing_areNotHeard() throws IOException {
        records.delta(market, "yes", "0.4300", "0.00");
        records.book(market);
        assertThat(typesHeard()).isEmpty();
        // the first reports that it is open, the second nothing new
        records.apply("market_status", market, "\"status\":\"open\"");
        records.apply("market_status", market, "\"status\":\"open\"");
        assertThat(typesHeard()).isEqualTo(List.of("top_of_book"));
    }

    @Test
    void repeats_areNotHeard() throws IOException {
        MarketSnapshot before = registry.market(market).orElseThrow().current();
        String sequenced = "\"yes_dollars_fp\":[[\"0.4400\",\"1.00\"]]";
        long receivedMs = registry.nowMs();
        assertThat(records.sequenced("orderbook_snapshot", market, 7, receivedMs, sequenced)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(typesHeard()).containsExactlyInAnyOrder("top_of_book", "ticker", "orderbook_snapshot");
        String delta = "\"price_dollars\":\"0.4500\",\"delta_fp\":\"1.00\",\"side\":\"yes\"";
        assertThat(records.sequenced("orderbook_delta", market, 7, receivedMs, delta)).isEqualTo(ApplyOutcome.REPEATED_SEQUENCE);
        assertThat(typesHeard()).isEmpty();
        assertThat(registry.market(market).orElseThrow().current().version()).isEqualTo(before.version() + 1);
    }

    @Test
    void publicationsOlderThanWhatWasSent_areNotHeard() throws IOException {
        MarketSnapshot before = registry.market(market).orElseThrow().current();
        records.delta(market, "yes", "0.4300", "5.00");
        MarketSnapshot after = registry.market(market).orElseThrow().current();
        assertThat(typesHeard()).hasSize(3);
        fanOut.published(before, after);
        assertThat(typesHeard()).isEmpty();
    }

    @Test
    void publicationThatOvertakesAnother_isHeardAsASnapshot_andTheOtherNotAtAll() throws IOException {
        MarketSnapshot first = registry.market(market).orElseThrow().current();
        registry.removeListener(fanOut);
        records.delta(market, "yes", "0.4300", "5.00");
        MarketSnapshot second = registry.market(market).orElseThrow().current();
        records.delta(market, "yes", "0.4300", "5.00");
        MarketSnapshot third = registry.market(market).orElseThrow().current();
        registry.addListener(fanOut);
        fanOut.published(second, third);
        fanOut.published(first, second);
        assertThat(typesHeard()).containsExactlyInAnyOrder("top_of_book", "ticker", "orderbook_snapshot");
        assertThat(client.held(3).get(market).yes().get(4300)).isEqualTo(13_000);
    }

    @Test
    void closingTimeThatPasses_isHeardWithoutAMessage() throws IOException {
        // closes within this second or the next
        long closeS = registry.nowMs() / 1000 + 1;
        records.apply("market_lifecycle_v2", market, "\"event_type\":\"created\",\"close_ts\":" + closeS);
        JsonNode open = client.next();
        assertThat(List.of(open.get("type").asText(), open.at("/msg/status").asText()))
                .isEqualTo(List.of("top_of_book", "open"));
        JsonNode closed = client.next();
        assertThat(List.of(closed.get("type").asText(), closed.at("/msg/status").asText(),
                closed.at("/msg/closed_ms").asLong())).isEqualTo(List.of("top_of_book", "closed", closeS * 1000));
        assertThat(registry.nowMs()).isGreaterThanOrEqualTo(closeS * 1000);
        assertThat(typesHeard()).isEmpty();
    }

    @Test
    void stateThatChanges_isHeard() throws IOException {
        records.delta(market, "yes", "0.0100", "-5.00");
        List<JsonNode> frames = heard();
        assertThat(frames.stream().map(frame -> frame.get("type").asText() + " " + frame.at("/msg/state").asText()).toList())
                .containsExactlyInAnyOrder("top_of_book stale", "orderbook_snapshot stale");
        records.book(market);
        assertThat(heard().stream().map(frame -> frame.get("type").asText() + " " + frame.at("/msg/state").asText())
                .toList()).containsExactlyInAnyOrder("top_of_book live", "orderbook_snapshot live");
    }

    @Test
    void subscriptionToAll_hearsOfEveryMarket_andOfOneThatIsNew() throws IOException {
        try (StreamClient all = StreamClient.connect(uri)) {
            all.send("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\",\"ticker\"]}}");
            all.settle();
            assertThat(all.held(1).keySet()).isEqualTo(new TreeSet<>(
                    registry.list("", "", known -> true, 100_000).stream().map(MarketSnapshot::ticker).toList()));
            records.book(market + "-NEW");
            Loops.settle(fanOut);
            List<JsonNode> frames = all.settle();
            assertThat(frames.stream().map(frame -> frame.get("type").asText() + " " + frame.at("/msg/market_ticker").asText())
                    .toList()).containsExactlyInAnyOrder("top_of_book " + market + "-NEW", "ticker " + market + "-NEW");
            records.delta(market + "-NEW", "yes", "0.0100", "1.00");
            Loops.settle(fanOut);
            assertThat(all.settle()).isEmpty();
        }
    }

    @Test
    void subscriptionThatGoesOverToAll_keepsSidAndSeq_andSendsTheOthersOnly() throws IOException {
        records.book(market + "-OTHER");
        client.send("{\"id\":2,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\"]}}");
        List<JsonNode> frames = client.settle();
        assertThat(frames.get(0)).isEqualTo(StreamClient.json(
                "{\"type\":\"ok\",\"id\":2,\"sid\":1,\"seq\":2,\"msg\":{\"market_tickers\":[\"" + market + "\"]}}"));
        assertThat(frames.subList(1, frames.size())).noneMatch(frame -> frame.at("/msg/market_ticker").asText().equals(market))
                .anyMatch(frame -> frame.at("/msg/market_ticker").asText().equals(market + "-OTHER"));
        records.delta(market, "yes", "0.4300", "1.00");
        assertThat(typesHeard()).containsExactlyInAnyOrder("top_of_book", "ticker", "orderbook_delta");
    }
}

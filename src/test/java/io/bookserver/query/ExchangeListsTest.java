package io.bookserver.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the exchange's REST clients list before they subscribe. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class ExchangeListsTest {
    private static final String V2 = "/trade-api/v2/";
    private static long offset;

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    @Inject
    RecentTrades trades;

    private final EnvelopeDecoder decoder = new EnvelopeDecoder();

    @BeforeEach
    void markets() throws MalformedRecordException {
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
        created("KXLIST-26NOV-A", "KXLIST-26NOV", 4_000_000_000L);
        created("KXLIST-26NOV-B", "KXLIST-26NOV", 4_100_000_000L);
        created("KXLIST-26DEC-A", "KXLIST-26DEC", 4_200_000_000L);
        read("orderbook_snapshot", "KXLIST-26NOV-A", "\"yes_dollars_fp\":[[\"0.4200\",\"13.00\"]],\"no_dollars_fp\":[[\"0.5500\",\"3.00\"]]");
        read("ticker", "KXLIST-26NOV-A", "\"price_dollars\":\"0.4300\",\"volume_fp\":\"10.50\",\"open_interest_fp\":\"7.00\"");
        // this market has no lifecycle message
        read("orderbook_snapshot", "KXLIST-26OLD-A", "\"yes_dollars_fp\":[[\"0.4200\",\"13.00\"]]");
        read("market_lifecycle_v2", "KXLIST-26DEC-A", "\"event_type\":\"determined\",\"determination_ts\":3,\"result\":\"yes\",\"settlement_value\":\"1.0000\"");
    }

    private void created(String ticker, String event, long closeTs) throws MalformedRecordException {
        read("market_lifecycle_v2", ticker, "\"event_type\":\"created\",\"open_ts\":1,\"close_ts\":" + closeTs + ",\"price_level_structure\":\"linear_cent\","
                + "\"additional_metadata\":{\"title\":\"Is \\\"" + ticker + "\\\" a title?\",\"yes_sub_title\":\"Yes\",\"event_ticker\":\"" + event + "\"}");
    }

    /** As ingest does. */
    private void read(String type, String ticker, String fields) throws MalformedRecordException {
        String value = "{\"payload\":{\"type\":\"" + type + "\",\"msg\":{\"market_ticker\":\"" + ticker + "\"," + fields + "}}}";
        decoder.decode(value.getBytes(StandardCharsets.UTF_8), 0, offset++, 0, 5).ifPresent(registry::apply);
        decoder.lastStatistics().ifPresent(registry::report);
        decoder.lastDescription().ifPresent(registry::describe);
        decoder.lastRelayed().ifPresent(message -> trades.heard(message, true));
    }

    private static List<String> tickers(String query) {
        List<String> all = new ArrayList<>();
        String cursor = "";
        do {
            JsonPath page = given().get(V2 + "markets?" + query + "&cursor=" + cursor).then().statusCode(200).extract().jsonPath();
            all.addAll(page.getList("markets.ticker"));
            cursor = page.getString("cursor");
        } while (!cursor.isEmpty());
        return all;
    }

    @Test
    void market_hasWhatItsBookLifecycleAndTickerTell() {
        given().get(V2 + "markets/KXLIST-26NOV-A").then().statusCode(200).body(equalTo("{\"market\":{\"ticker\":\"KXLIST-26NOV-A\","
                + "\"event_ticker\":\"KXLIST-26NOV\",\"market_type\":\"binary\",\"title\":\"Is \\\"KXLIST-26NOV-A\\\" a title?\",\"subtitle\":\"\","
                + "\"yes_sub_title\":\"Yes\",\"no_sub_title\":\"\",\"created_time\":\"0001-01-01T00:00:00Z\",\"updated_time\":\"0001-01-01T00:00:00Z\","
                + "\"open_time\":\"1970-01-01T00:00:01Z\",\"close_time\":\"2096-10-02T07:06:40Z\",\"expected_expiration_time\":null,"
                + "\"latest_expiration_time\":\"0001-01-01T00:00:00Z\",\"settlement_timer_seconds\":0,\"status\":\"active\",\"can_close_early\":false,"
                + "\"yes_bid_dollars\":\"0.4200\",\"yes_bid_size_fp\":\"13.00\",\"yes_ask_dollars\":\"0.4500\",\"yes_ask_size_fp\":\"3.00\","
                + "\"no_bid_dollars\":\"0.5500\",\"no_ask_dollars\":\"0.5800\",\"last_price_dollars\":\"0.4300\",\"volume_fp\":\"10.50\","
                + "\"volume_24h_fp\":\"0.00\",\"open_interest_fp\":\"7.00\",\"notional_value_dollars\":\"1.0000\",\"previous_yes_bid_dollars\":\"0.0000\","
                + "\"previous_yes_ask_dollars\":\"0.0000\",\"previous_price_dollars\":\"0.0000\",\"liquidity_dollars\":\"0.0000\",\"result\":\"\","
                + "\"settlement_ts\":null,\"expiration_value\":\"\",\"rules_primary\":\"\",\"rules_secondary\":\"\",\"price_level_structure\":\"linear_cent\","
                + "\"price_ranges\":[{\"start\":\"0.0000\",\"end\":\"1.0000\",\"step\":\"0.0100\"}],\"phase\":\"open\",\"state\":\"live\"}}"));
        JsonPath ended = given().get(V2 + "markets/KXLIST-26DEC-A").jsonPath();
        assertThat(List.of(ended.getString("market.status"), ended.getString("market.result"), ended.getString("market.settlement_value_dollars"),
                ended.getString("market.yes_ask_dollars"))).isEqualTo(List.of("determined", "yes", "1.0000", "1.0000"));
        JsonPath untold = given().get(V2 + "markets/KXLIST-26OLD-A").jsonPath();
        assertThat(List.of(untold.getString("market.status"), untold.getString("market.phase"), untold.getString("market.event_ticker"),
                untold.getString("market.close_time"))).isEqualTo(List.of("active", "unknown", "", "0001-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "event_ticker=KXLIST-26NOV | KXLIST-26NOV-A,KXLIST-26NOV-B",
        "event_ticker=KXLIST-26OLD | KXLIST-26OLD-A",
        "series_ticker=KXLIST | KXLIST-26DEC-A,KXLIST-26NOV-A,KXLIST-26NOV-B,KXLIST-26OLD-A",
        "series_ticker=KXLIST&limit=1 | KXLIST-26DEC-A,KXLIST-26NOV-A,KXLIST-26NOV-B,KXLIST-26OLD-A",
        "series_ticker=KXLIST&status=open | KXLIST-26NOV-A,KXLIST-26NOV-B,KXLIST-26OLD-A",
        "series_ticker=KXLIST&status=closed | KXLIST-26DEC-A",
        "series_ticker=KXLIST&max_close_ts=2000000000 | ''",
        "series_ticker=KXLIST&min_close_ts=5&mve_filter=only | ''",
        "event_ticker=KXLIST | ''", "series_ticker=KXLIST-26OLD | ''",
        "tickers=KXLIST-26NOV-B,NOPE,KXLIST-26NOV-A,KXLIST-26NOV-B&limit=1 | KXLIST-26NOV-B,KXLIST-26NOV-A",
        "tickers=KXLIST-26NOV-B&tickers=KXLIST-26DEC-A&status=open | KXLIST-26NOV-B",
    })
    void markets_areFilteredAndPaged(String query, String expected) {
        assertThat(String.join(",", tickers(query))).isEqualTo(expected);
    }

    @Test
    void markets_ofAll_areInTickerOrder() {
        List<String> all = tickers("limit=3");
        assertThat(all).isSorted().doesNotHaveDuplicates().contains("KXLIST-26DEC-A", "KXLIST-26OLD-A").hasSize(registry.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"markets?status=active", "markets?limit=0", "markets?limit=1001", "markets?min_created_ts=1", "markets?event_ticker=",
        "markets?event_ticker=A&series_ticker=B", "markets?cursor=x", "markets?cursor=7:A", "markets?mve_filter=all", "markets?min_close_ts=x",
        "markets?tickers=", "markets/trades?cursor=x", "markets/trades?is_block_trade=maybe", "events?status=any", "events?limit=201",
        "exchange/status?x=1"})
    void questions_thatAreNotUnderstood_areErrors(String question) {
        given().get(V2 + question).then().statusCode(400).body("error.code", equalTo("bad_request"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"markets/NOPE", "events/NOPE", "series/NOPE", "events/KXLIST-26OLD", "nothing", "exchange"})
    void whatIsNotKnown_isNotFound(String path) {
        given().get(V2 + path).then().statusCode(404).body("error.code", equalTo("not_found"));
    }

    @Test
    void events_areKnownByTheirMarkets() {
        JsonPath events = given().get(V2 + "events?series_ticker=KXLIST&with_nested_markets=true&limit=1").then().statusCode(200).extract().jsonPath();
        assertThat(events.getList("events.event_ticker")).isEqualTo(List.of("KXLIST-26DEC"));
        assertThat(events.getList("events[0].markets.ticker")).isEqualTo(List.of("KXLIST-26DEC-A"));
        JsonPath next = given().get(V2 + "events?series_ticker=KXLIST&cursor=" + events.getString("cursor")).jsonPath();
        assertThat(next.getList("events.event_ticker")).isEqualTo(List.of("KXLIST-26NOV"));
        assertThat(next.getString("events[0].title") + next.getString("cursor")).isEqualTo("Is \"KXLIST-26NOV-A\" a title?");
        assertThat(given().get(V2 + "events?series_ticker=KXLIST&status=open").jsonPath().getList("events.event_ticker"))
                .isEqualTo(List.of("KXLIST-26NOV"));
        JsonPath one = given().get(V2 + "events/KXLIST-26NOV").jsonPath();
        assertThat(one.getList("markets.ticker")).isEqualTo(List.of("KXLIST-26NOV-A", "KXLIST-26NOV-B"));
        assertThat(given().get(V2 + "events/KXLIST-26NOV?with_nested_markets=true").jsonPath().getList("event.markets.ticker"))
                .isEqualTo(List.of("KXLIST-26NOV-A", "KXLIST-26NOV-B"));
        given().get(V2 + "series/KXLIST").then().statusCode(200).body("series.ticker", equalTo("KXLIST"));
        given().get(V2 + "exchange/status").then().statusCode(200).body("trading_active", equalTo(true));
        given().get(V2 + "exchange/schedule").then().statusCode(200).body("schedule.standard_hours", equalTo(List.of()));
    }

    @Test
    void trades_areTheLastOnes_theNewestFirst() throws MalformedRecordException {
        for (int i = 1; i <= 5; i++) {
            read("trade", i % 2 == 0 ? "KXLIST-26NOV-B" : "KXLIST-26NOV-A", "\"trade_id\":\"T" + i + "\",\"yes_price_dollars\":\"0.4300\","
                    + "\"count_fp\":\"" + i + ".50\",\"taker_side\":\"no\",\"ts\":" + 100 * i);
        }
        given().get(V2 + "markets/trades?ticker=KXLIST-26NOV-B&limit=1").then().statusCode(200).body(containsString(
                "{\"trades\":[{\"trade_id\":\"T4\",\"ticker\":\"KXLIST-26NOV-B\",\"count_fp\":\"4.50\",\"yes_price_dollars\":\"0.4300\","
                + "\"no_price_dollars\":\"0.5700\",\"taker_side\":\"no\",\"taker_outcome_side\":\"no\",\"taker_book_side\":\"ask\","
                + "\"created_time\":\"1970-01-01T00:06:40Z\",\"is_block_trade\":false}],\"cursor\":\""));
        assertThat(ids("ticker=KXLIST-26NOV-A&limit=2")).startsWith("T5", "T3", "T1");
        assertThat(ids("limit=2").subList(0, 5)).isEqualTo(List.of("T5", "T4", "T3", "T2", "T1"));
        assertThat(ids("min_ts=200&max_ts=300&is_block_trade=false")).startsWith("T3", "T2");
        assertThat(ids("ticker=NOPE")).isEmpty();
    }

    private static List<String> ids(String query) {
        List<String> all = new ArrayList<>();
        String cursor = "";
        do {
            JsonPath page = given().get(V2 + "markets/trades?" + query + "&cursor=" + cursor).then().statusCode(200).extract().jsonPath();
            all.addAll(page.getList("trades.trade_id"));
            cursor = page.getString("cursor");
        } while (!cursor.isEmpty());
        return all;
    }

    @Test
    void trades_thatGiveWay_areGoneWithTheirMarkets() throws MalformedRecordException {
        RecentTrades few = new RecentTrades(3);
        for (int i = 0; i < 10; i++) {
            String value = "{\"payload\":{\"type\":\"trade\",\"msg\":{\"market_ticker\":\"M" + i % 4 + "\",\"x\":\"" + "y".repeat(i == 9 ? 2_000 : 0) + "\"}}}";
            decoder.decode(value.getBytes(StandardCharsets.UTF_8), 0, i, 0, 5);
            few.heard(decoder.lastRelayed().orElseThrow(), false);
        }
        // 6, 7 and 8 are left; 9 was too long
        assertThat(few.markets()).isEqualTo(3);
        assertThat(few.newestOf("M1")).isEmpty();
        assertThat(few.trade(8).orElseThrow().ticker()).isEqualTo("M0");
        assertThat(few.trade(5)).isEmpty();
        assertThat(few.isKept(5)).isFalse();
    }
}

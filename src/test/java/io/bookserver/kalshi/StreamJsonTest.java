package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.Side;
import io.bookserver.kalshi.StreamJson.Listed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written to the WebSocket, byte by byte. */
class StreamJsonTest {
    private static final String IDS = "{\"market_ticker\":\"A\",\"market_id\":\"m-1\"";
    private static final String NO_TIMES = ",\"kafka_published_ms\":1000,\"received_ms\":1003,\"kafka_latency_ms\":3,"
            + "\"server_published_ms\":2000}";

    private final BookRegistry registry = new BookRegistry(() -> 2_000);
    private long offset;

    private MarketSnapshot read(String type, String msg, String envelope) {
        String value = "{'payload':{'type':'" + type + "','msg':{'market_ticker':'A'," + msg + "}}" + envelope + ",'version':1}";
        try {
            registry.apply(new EnvelopeDecoder().decode(
                    value.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 0, offset++, 1_000, 1_003).orElseThrow());
        } catch (MalformedRecordException e) {
            throw new AssertionError(value, e);
        }
        return registry.market("A").orElseThrow().current();
    }

    private MarketSnapshot snapshot(String sides, String envelope) {
        return read("orderbook_snapshot", "'market_id':'m-1'" + sides, envelope);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    @Test
    void replies_areTheExchanges() {
        assertThat(text(StreamJson.subscribed(2, "trade", 3)))
                .isEqualTo("{\"type\":\"subscribed\",\"id\":2,\"msg\":{\"channel\":\"trade\",\"sid\":3}}\n");
        assertThat(text(StreamJson.subscribed(0, "trade", 3)))
                .isEqualTo("{\"type\":\"subscribed\",\"msg\":{\"channel\":\"trade\",\"sid\":3}}\n");
        assertThat(text(StreamJson.unsubscribed(5, 1, 7))).isEqualTo("{\"type\":\"unsubscribed\",\"id\":5,\"sid\":1,\"seq\":7}\n");
        assertThat(text(StreamJson.subscriptions(4, List.of(new Listed("trade", 1), new Listed("ticker", 2)))))
                .isEqualTo("{\"type\":\"ok\",\"id\":4,\"msg\":[{\"channel\":\"trade\",\"sid\":1},{\"channel\":\"ticker\",\"sid\":2}]}\n");
        assertThat(text(StreamJson.subscriptions(4, List.of()))).isEqualTo("{\"type\":\"ok\",\"id\":4,\"msg\":[]}\n");
        assertThat(text(StreamJson.error(1, ErrorCode.UNABLE_TO_PROCESS))).isEqualTo(
                "{\"type\":\"error\",\"id\":1,\"msg\":{\"code\":1,\"msg\":\"" + ErrorCode.UNABLE_TO_PROCESS.text() + "\"}}\n");
        assertThat(text(StreamJson.subscriptionError(9, ErrorCode.BUFFER_OVERFLOW))).isEqualTo(
                "{\"type\":\"error\",\"sid\":9,\"msg\":{\"code\":25,\"msg\":\"" + ErrorCode.BUFFER_OVERFLOW.text() + "\"}}\n");
        assertThat(text(StreamJson.refused("origin", "not \"x\""))).isEqualTo(
                "{\"error\":{\"code\":\"origin\",\"message\":\"not \\\"x\\\"\",\"service\":\"orderbook-server\"}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "2 | true  | {\"type\":\"ok\",\"id\":4,\"sid\":1,\"seq\":2,\"msg\":{\"market_tickers\":[]}}",
        "0 | true  | {\"type\":\"ok\",\"id\":4,\"sid\":1,\"msg\":{\"market_tickers\":[]}}",
        "2 | false | {\"type\":\"ok\",\"id\":4,\"sid\":1,\"seq\":2,\"msg\":{}}",
    })
    void ok_hasTheSeqOfChannelsThatHaveOne_andAListWhereItIsWanted(long seq, boolean lists, String expected) {
        JsonBytes out = new JsonBytes(8);
        StreamJson.beginOk(out, 4, 1, seq, lists);
        StreamJson.endOk(out, lists);
        assertThat(text(out.toByteArray())).isEqualTo(expected + "\n");
    }

    @Test
    void snapshot_hasTheSidesThatHaveBids_andTheTimesOfItsRecord() {
        String sides = ",'yes_dollars_fp':[['0.4200','1.00'],['0.4300','2.50']],'no_dollars_fp':[['0.5400','3.00'],['0.5500','4.00']]";
        MarketSnapshot market = snapshot(sides, ",'receivedTimestamp':900");
        String yes = IDS + ",\"yes_dollars_fp\":[[\"0.4200\",\"1.00\"],[\"0.4300\",\"2.50\"]],\"no_dollars_fp\":";
        String state = ",\"state\":\"live\",\"version\":1,\"feed_received_ms\":900" + NO_TIMES;
        assertThat(text(StreamJson.snapshot(market, false)))
                .isEqualTo(yes + "[[\"0.5400\",\"3.00\"],[\"0.5500\",\"4.00\"]]" + state);
        assertThat(text(StreamJson.snapshot(market, true)))
                .isEqualTo(yes + "[[\"0.4500\",\"4.00\"],[\"0.4600\",\"3.00\"]]" + state);
        assertThat(text(StreamJson.snapshot(snapshot("", ""), false)))
                .isEqualTo(IDS + ",\"state\":\"live\",\"version\":2" + NO_TIMES);
        assertThat(text(StreamJson.snapshot(MarketSnapshot.unknown("B"), false)))
                .isEqualTo("{\"market_ticker\":\"B\",\"market_id\":\"\",\"state\":\"awaiting_snapshot\",\"version\":0}");
    }

    @Test
    void delta_hasItsChange_onTheScaleThatWasAskedFor() {
        snapshot("", "");
        MarketSnapshot market = read("orderbook_delta",
                "'side':'no','price_dollars':'0.5500','delta_fp':'4.00','ts_ms':1500", "");
        String before = IDS + ",\"price_dollars\":\"";
        String after = ",\"ts\":\"1970-01-01T00:00:01.500Z\",\"ts_ms\":1500,\"state\":\"live\",\"version\":2" + NO_TIMES;
        assertThat(text(StreamJson.delta(market, Side.NO, 5_500, 400, false)))
                .isEqualTo(before + "0.5500\",\"delta_fp\":\"4.00\",\"side\":\"no\"" + after);
        assertThat(text(StreamJson.delta(market, Side.NO, 5_500, 400, true)))
                .isEqualTo(before + "0.4500\",\"delta_fp\":\"4.00\",\"side\":\"no\"" + after);
        assertThat(text(StreamJson.delta(market, Side.YES, 5_500, -400, true)))
                .isEqualTo(before + "0.5500\",\"delta_fp\":\"-4.00\",\"side\":\"yes\"" + after);
        assertThat(text(StreamJson.delta(snapshot("", ""), Side.YES, 5_500, -400, false))).doesNotContain("\"ts");
    }

    @Test
    void ticker_hasThePricesOfTheBook_andWhatIsToldOfTrading() {
        MarketSnapshot market = snapshot(",'yes_dollars_fp':[['0.4300','2.50']],'no_dollars_fp':[['0.5500','4.00']]", "");
        assertThat(text(StreamJson.ticker(market.topOfBook(), "m-1", new MarketStatistics(4_400, 100, 1_050, 700, 5, 6)))).isEqualTo(
                IDS + ",\"price_dollars\":\"0.4400\",\"yes_bid_dollars\":\"0.4300\",\"yes_ask_dollars\":\"0.4500\","
                        + "\"yes_bid_size_fp\":\"2.50\",\"yes_ask_size_fp\":\"4.00\",\"last_trade_size_fp\":\"1.00\","
                        + "\"volume_fp\":\"10.50\",\"open_interest_fp\":\"7.00\",\"dollar_volume\":5,\"dollar_open_interest\":6,"
                        + "\"ts\":2,\"ts_ms\":2000,\"time\":\"1970-01-01T00:00:02Z\",\"state\":\"live\"}");
        assertThat(text(StreamJson.ticker(snapshot("", "").topOfBook(), "m-1", MarketStatistics.NONE))).contains(
                "\"yes_bid_dollars\":\"0.0000\",\"yes_ask_dollars\":\"1.0000\",\"yes_bid_size_fp\":\"0.00\",\"yes_ask_size_fp\":\"0.00\"");
    }

    @Test
    void fieldsInCents_areThere_whereTheySayExactlyTheSame() {
        byte[] msg = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        assertThat(text(LegacyJson.delta(msg, 4_300, -2_000))).isEqualTo("{\"a\":1,\"price\":43,\"delta\":-20}");
        assertThat(LegacyJson.delta(msg, 4_350, 100)).isSameAs(msg);
        assertThat(LegacyJson.delta(msg, 4_300, 50)).isSameAs(msg);
        MarketSnapshot market = snapshot(
                ",'yes_dollars_fp':[['0.4200','1.00'],['0.4300','2.50']],'no_dollars_fp':[['0.5400','3.00'],['0.5500','4.00']]", "");
        assertThat(text(LegacyJson.snapshot(msg, market, false))).isEqualTo("{\"a\":1,\"no\":[[54,3],[55,4]]}");
        assertThat(text(LegacyJson.snapshot(msg, market, true))).isEqualTo("{\"a\":1,\"no\":[[45,4],[46,3]]}");
        assertThat(text(LegacyJson.snapshot(msg, snapshot("", ""), true))).isEqualTo("{\"a\":1}");
        assertThat(text(LegacyJson.ticker(msg, market.topOfBook(), new MarketStatistics(4_400, 1, 1_000, 700, 5, 6))))
                .isEqualTo("{\"a\":1,\"price\":44,\"yes_bid\":43,\"yes_ask\":45,\"volume\":10,\"open_interest\":7}");
        assertThat(text(LegacyJson.ticker(msg, snapshot("", "").topOfBook(), new MarketStatistics(4_450, 1, 1_050, 750, 5, 6))))
                .isEqualTo("{\"a\":1,\"yes_bid\":0,\"yes_ask\":100}");
    }
}

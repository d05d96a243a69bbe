package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.MarketPhase;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the exchange's REST interface answers with: markets, events, series, trades, errors. */
class ExchangeJsonTest {
    private static final String NO_TIME = "0001-01-01T00:00:00Z";
    private static final String NOT_TOLD_OF_TRADING = ",\"volume_24h_fp\":\"0.00\"";

    private final BookRegistry registry = new BookRegistry(() -> 1_786_085_189_150L);
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private long offset;

    private void read(String type, String msg) throws MalformedRecordException {
        String value = "{\"payload\":{\"type\":\"" + type + "\",\"msg\":{\"market_ticker\":\"KXA-1-B\"," + msg + "}},\"version\":1}";
        decoder.decode(value.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 0, offset++, 1_000, 1_001)
                .ifPresent(registry::apply);
        decoder.lastStatistics().ifPresent(registry::report);
        decoder.lastDescription().ifPresent(registry::describe);
    }

    private String market() {
        JsonBytes out = new JsonBytes(8);
        ExchangeJson.market(out, registry.market("KXA-1-B").orElseThrow());
        return text(out);
    }

    private static String text(JsonBytes out) {
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    private static String trade(String msg) {
        JsonBytes out = new JsonBytes(8);
        TradeJson.read(msg.replace('\'', '"').getBytes(StandardCharsets.UTF_8)).write(out);
        return text(out);
    }

    @Test
    void market_ofWhichAllIsTold_hasItInTheExchangesFields() throws MalformedRecordException {
        read("orderbook_snapshot", "'yes_dollars_fp':[['0.4300','120.05']],'no_dollars_fp':[['0.5500','3.00']]");
        read("ticker", "'price_dollars':'0.4400','volume_fp':'10.50','open_interest_fp':'7.00'");
        read("market_lifecycle_v2", "'event_type':'created','open_ts':1,'close_ts':2,'price_level_structure':'linear_cent',"
                + "'title':'Rain?','yes_sub_title':'Wet','no_sub_title':'Dry','can_close_early':true,"
                + "'event_ticker':'KXA-1','series_ticker':'KXA','expected_expiration_ts':3");
        read("market_lifecycle_v2", "'event_type':'settled','settled_ts':4,'result':'yes','settlement_value':'1.0000'");
        assertThat(market()).isEqualTo("{\"ticker\":\"KXA-1-B\",\"event_ticker\":\"KXA-1\",\"market_type\":\"binary\","
                + "\"title\":\"Rain?\",\"subtitle\":\"\",\"yes_sub_title\":\"Wet\",\"no_sub_title\":\"Dry\",\"created_time\":\""
                + NO_TIME + "\",\"updated_time\":\"" + NO_TIME + "\",\"open_time\":\"1970-01-01T00:00:01Z\","
                + "\"close_time\":\"1970-01-01T00:00:02Z\",\"expected_expiration_time\":\"1970-01-01T00:00:03Z\","
                + "\"latest_expiration_time\":\"" + NO_TIME + "\",\"settlement_timer_seconds\":0,\"status\":\"finalized\","
                + "\"can_close_early\":true,\"yes_bid_dollars\":\"0.4300\",\"yes_bid_size_fp\":\"120.05\","
                + "\"yes_ask_dollars\":\"0.4500\",\"yes_ask_size_fp\":\"3.00\",\"no_bid_dollars\":\"0.5500\","
                + "\"no_ask_dollars\":\"0.5700\",\"last_price_dollars\":\"0.4400\",\"volume_fp\":\"10.50\"" + NOT_TOLD_OF_TRADING
                + ",\"open_interest_fp\":\"7.00\",\"notional_value_dollars\":\"1.0000\",\"previous_yes_bid_dollars\":\"0.0000\","
                + "\"previous_yes_ask_dollars\":\"0.0000\",\"previous_price_dollars\":\"0.0000\",\"liquidity_dollars\":\"0.0000\","
                + "\"result\":\"yes\",\"settlement_value_dollars\":\"1.0000\",\"settlement_ts\":\"1970-01-01T00:00:04Z\","
                + "\"expiration_value\":\"\",\"rules_primary\":\"\",\"rules_secondary\":\"\",\"price_level_structure\":\"linear_cent\","
                + "\"price_ranges\":[{\"start\":\"0.0000\",\"end\":\"1.0000\",\"step\":\"0.0100\"}],\"phase\":\"settled\","
                + "\"state\":\"live\"}");
    }

    @Test
    void market_ofWhichNothingIsTold_hasEmptyFields() throws MalformedRecordException {
        read("market_status", "'status':'initialized'");
        assertThat(market()).isEqualTo("{\"ticker\":\"KXA-1-B\",\"event_ticker\":\"\",\"market_type\":\"binary\","
                + "\"title\":\"\",\"subtitle\":\"\",\"yes_sub_title\":\"\",\"no_sub_title\":\"\",\"created_time\":\"" + NO_TIME
                + "\",\"updated_time\":\"" + NO_TIME + "\",\"open_time\":\"" + NO_TIME + "\",\"close_time\":\"" + NO_TIME
                + "\",\"expected_expiration_time\":null,\"latest_expiration_time\":\"" + NO_TIME
                + "\",\"settlement_timer_seconds\":0,\"status\":\"initialized\",\"can_close_early\":false,"
                + "\"yes_bid_dollars\":\"0.0000\",\"yes_bid_size_fp\":\"0.00\",\"yes_ask_dollars\":\"1.0000\","
                + "\"yes_ask_size_fp\":\"0.00\",\"no_bid_dollars\":\"0.0000\",\"no_ask_dollars\":\"1.0000\","
                + "\"last_price_dollars\":\"0.0000\",\"volume_fp\":\"0.00\"" + NOT_TOLD_OF_TRADING + ",\"open_interest_fp\":\"0.00\","
                + "\"notional_value_dollars\":\"1.0000\",\"previous_yes_bid_dollars\":\"0.0000\",\"previous_yes_ask_dollars\":\"0.0000\","
                + "\"previous_price_dollars\":\"0.0000\",\"liquidity_dollars\":\"0.0000\",\"result\":\"\",\"settlement_ts\":null,"
                + "\"expiration_value\":\"\",\"rules_primary\":\"\",\"rules_secondary\":\"\",\"price_level_structure\":\"\","
                + "\"price_ranges\":[],\"phase\":\"initialized\",\"state\":\"awaiting_snapshot\"}");
    }

    @ParameterizedTest
    @CsvSource({"linear_cent,1", "deci_cent,1", "tapered_deci_cent,3", "another,0"})
    void gridOfPrices_isTheExchangesOfThatName(String structure, int ranges) throws MalformedRecordException {
        read("market_lifecycle_v2", "'event_type':'created','price_level_structure':'" + structure + "'");
        assertThat(market().split("\"step\"", -1)).hasSize(ranges + 1);
        assertThat(market()).contains(structure.equals("linear_cent") || ranges == 0 ? "price_ranges" : "\"step\":\"0.0010\"");
    }

    @ParameterizedTest
    @CsvSource({"INITIALIZED,initialized", "OPEN,active", "UNKNOWN,active", "PAUSED,inactive", "CLOSED,closed",
        "DETERMINED,determined", "SETTLED,finalized"})
    void status_hasTheRestInterfacesName(MarketPhase phase, String name) {
        assertThat(ExchangeJson.status(phase)).isEqualTo(name);
    }

    @Test
    void eventAndSeries_haveTheExchangesFields() {
        JsonBytes out = new JsonBytes(8);
        ExchangeJson.event(out, new MarketDetails(
                "KXA-1", "KXA", "Rain \"?\"", "", "", "", "", "", Optional.empty(), OptionalLong.empty()));
        assertThat(text(out)).isEqualTo("{\"event_ticker\":\"KXA-1\",\"series_ticker\":\"KXA\",\"sub_title\":\"\","
                + "\"title\":\"Rain \\\"?\\\"\",\"collateral_return_type\":\"\",\"mutually_exclusive\":false,\"category\":\"\","
                + "\"strike_date\":null,\"strike_period\":null,\"settlement_sources\":[]}");
        ExchangeJson.series(out.clear(), "KXA");
        assertThat(text(out)).isEqualTo("{\"ticker\":\"KXA\",\"frequency\":\"\",\"title\":\"\",\"category\":\"\",\"categories\":[],"
                + "\"tags\":[],\"settlement_sources\":[],\"contract_url\":\"\",\"contract_terms_url\":\"\",\"fee_type\":\"\","
                + "\"fee_multiplier\":0,\"additional_prohibitions\":[]}");
    }

    @Test
    void trade_hasTheRestInterfacesFields() {
        assertThat(trade("{'trade_id':'t-1','market_ticker':'A','yes_price_dollars':'0.2700','no_price_dollars':'0.7300',"
                + "'count_fp':'7.50','taker_side':'no','ts_ms':1500,'ts':9,'is_block_trade':true,'more':{'ts':3}}"))
                .isEqualTo("{\"trade_id\":\"t-1\",\"ticker\":\"A\",\"count_fp\":\"7.50\",\"yes_price_dollars\":\"0.2700\","
                        + "\"no_price_dollars\":\"0.7300\",\"taker_side\":\"no\",\"taker_outcome_side\":\"no\","
                        + "\"taker_book_side\":\"ask\",\"created_time\":\"1970-01-01T00:00:01.500Z\",\"is_block_trade\":true}");
        assertThat(trade("{}")).isEqualTo("{\"trade_id\":\"\",\"ticker\":\"\",\"count_fp\":\"0.00\",\"yes_price_dollars\":\"0.0000\","
                + "\"no_price_dollars\":\"1.0000\",\"taker_side\":\"\",\"taker_outcome_side\":\"\",\"taker_book_side\":\"bid\","
                + "\"created_time\":\"" + NO_TIME + "\",\"is_block_trade\":false}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "'yes_price':27,'count':7 | 0.2700 | 7.00",
        "'no_price_dollars':'0.7300' | 0.2700 | 0.00",
        "'yes_price_dollars':'0.2700','yes_price':99,'count_fp':'1.25','count':9 | 0.2700 | 1.25",
        "'yes_price':99,'yes_price_dollars':'0.2700','count':9,'count_fp':'1.25' | 0.2700 | 1.25",
        "'yes_price_dollars':'1.0001','count_fp':'x' | 0.0000 | 0.00",
        "'yes_price_dollars':'1.0000','count_fp':'-1.00' | 1.0000 | 0.00",
        "'yes_price_dollars':'0.0000','no_price_dollars':'0.4000' | 0.0000 | 0.00",
        "'yes_price_dollars':[1],'count_fp':true | 0.0000 | 0.00",
        "'yes_price_dollars':null,'no_price_dollars':'0.7300' | 0.2700 | 0.00",
    })
    void trade_isReadInEveryFormat(String fields, String yesDollars, String contracts) {
        assertThat(trade("{" + fields + "}")).contains("\"yes_price_dollars\":\"" + yesDollars + "\"")
                .contains("\"count_fp\":\"" + contracts + "\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "'ts_ms':1500 | 1500", "'ts':2 | 2000", "'ts':2,'ts_ms':1500 | 1500", "'ts_ms':1500,'ts':2 | 1500", "'ts_ms':0 | 0",
        "'ts_ms':'1500' | 0", "'ts_ms':99999999999999999999 | 0", "'ts':253402300799 | 253402300799000", "'ts':253402300800 | 0",
        "'ts_ms':253402300799000 | 253402300799000", "'ts_ms':253402300799001 | 0", "'ts_ms':-1 | 0",
    })
    void timeOfATrade_isTheMillisecondsElseTheSeconds(String fields, long tradedMs) {
        assertThat(TradeJson.read(("{" + fields.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8)).tradedMs())
                .isEqualTo(tradedMs);
    }

    @Test
    void blockTrade_isOneThatSaysSo() {
        assertThat(TradeJson.read("{\"is_block_trade\":true}".getBytes(StandardCharsets.UTF_8)).isBlock()).isTrue();
        assertThat(TradeJson.read("{\"is_block_trade\":1}".getBytes(StandardCharsets.UTF_8)).isBlock()).isFalse();
        assertThatThrownBy(() -> TradeJson.read(new byte[] {'{', 'x'})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void error_hasTheShapeOfThePathThatWasAskedFor() {
        assertThat(new String(ProblemJson.of("/trade-api/v2/x", "not_found", "no \"x\""), StandardCharsets.UTF_8)).isEqualTo(
                "{\"error\":{\"code\":\"not_found\",\"message\":\"no \\\"x\\\"\",\"service\":\"orderbook-server\"}}");
        for (String path : new String[] {"/api/v1/x", null}) {
            assertThat(new String(ProblemJson.of(path, "not_found", "no x"), StandardCharsets.UTF_8))
                    .isEqualTo("{\"code\":\"not_found\",\"message\":\"no x\"}");
        }
    }
}

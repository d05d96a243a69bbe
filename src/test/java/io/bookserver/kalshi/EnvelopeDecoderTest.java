package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.Ladder;
import io.bookserver.book.LevelChanged;
import io.bookserver.book.MarketDescribed;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.MarketStatusChanged;
import io.bookserver.book.Side;
import io.bookserver.book.StatisticsReported;
import io.bookserver.book.UpdateLost;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeDecoderTest {
    private static final String CONTRACT_EXAMPLE = "{\"payload\": {\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":24,"
            + "\"msg\":{\"market_ticker\":\"KXMLBGAME-26AUG071840NYMPIT-NYM\","
            + "\"market_id\":\"957ed958-9b9b-4a98-b024-16a394cd214c\",\"price_dollars\":\"0.4300\","
            + "\"delta_fp\":\"-100.00\",\"side\":\"yes\",\"ts\":\"2026-08-07T06:46:28.97871Z\",\"ts_ms\":1786085188978}},"
            + "\"receivedTimestamp\": 1786085189148, \"publishedTimestamp\": 1786085189149,"
            + "\"channel\": \"orderbook_delta\", \"marketTicker\": \"KXMLBGAME-26AUG071840NYMPIT-NYM\","
            + "\"sequence\": 24, \"source\": \"kalshi-websocket\", \"version\": 1}";
    private static final long RECORD_MS = 7_000;
    private static final long RECEIVED_MS = 1_786_085_189_152L;

    private final EnvelopeDecoder decoder = new EnvelopeDecoder();

    private Optional<BookUpdate> decode(String value) throws MalformedRecordException {
        return decoder.decode(value.getBytes(StandardCharsets.UTF_8), 3, 77, RECORD_MS, RECEIVED_MS);
    }

    private static String envelope(String type, String msg) {
        return "{\"payload\":{\"type\":\"" + type + "\",\"sid\":1,\"seq\":5,\"msg\":" + msg + "},\"version\":1}";
    }

    private static String delta(String fields) {
        return envelope("orderbook_delta", "{\"market_ticker\":\"A\",\"side\":\"no\"," + fields + "}");
    }

    private MarketSnapshot applied(String snapshot) throws MalformedRecordException {
        BookRegistry registry = new BookRegistry(() -> RECEIVED_MS);
        assertThat(registry.apply(decode(snapshot).orElseThrow())).isEqualTo(ApplyOutcome.APPLIED);
        return registry.market("A").orElseThrow().current();
    }

    private static TreeMap<Integer, Long> sizes(Ladder ladder) {
        TreeMap<Integer, Long> sizes = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            sizes.put(ladder.level(rank).priceTicks(), ladder.level(rank).quantityHundredths());
        }
        return sizes;
    }

    private MalformedRecordException refused(String value) {
        return catchThrowableOfType(MalformedRecordException.class, () -> decode(value));
    }

    @Test
    void delta_ofTheContract_isReadWhole() throws MalformedRecordException {
        LevelChanged change = (LevelChanged) decode(CONTRACT_EXAMPLE).orElseThrow();
        assertThat(change).isEqualTo(new LevelChanged(
                "KXMLBGAME-26AUG071840NYMPIT-NYM", Side.YES, 4300, -10_000, change.stamp()));
        assertThat(change.stamp()).hasToString("partition=3 offset=77 recordMs=7000 connection=OptionalLong.empty sid=OptionalLong[1] seq=OptionalLong[24]"
                + " exchangeMs=OptionalLong[1786085188978] feedReceivedMs=OptionalLong[1786085189148]"
                + " kafkaPublishedMs=1786085189149 receivedMs=1786085189152");
        assertThat(change.stamp().kafkaLatencyMs()).isEqualTo(3);
        assertThat(decoder.lastType()).isEqualTo(MessageType.ORDERBOOK_DELTA);
    }

    @Test
    void publishedTimestamp_whereMissing_isTheRecordsOwn() throws MalformedRecordException {
        BookUpdate update = decode(delta("\"price\":43,\"delta\":5")).orElseThrow();
        assertThat(update.stamp().kafkaPublishedMs()).isEqualTo(RECORD_MS);
        assertThat(update.stamp().feedReceivedMs()).isEmpty();
        assertThat(update.stamp().exchangeMs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"price_dollars\":\"0.4300\",\"delta_fp\":\"-100.00\" | 4300 | -10000",
        "\"price_dollars\":\"0.4305\",\"delta_fp\":\"0.01\" | 4305 | 1",
        "\"price_dollars\":\"0.001\",\"delta_fp\":\"-30.87\" | 10 | -3087",
        "\"price_dollars\":0.43,\"delta_fp\":7 | 4300 | 700",
        "\"price\":43,\"delta\":-5 | 4300 | -500",
        "\"price\":99,\"delta\":1,\"price_dollars\":\"0.4300\",\"delta_fp\":\"2.00\" | 4300 | 200",
        "\"price_dollars\":\"0.4300\",\"delta_fp\":\"2.00\",\"price\":99,\"delta\":1 | 4300 | 200",
        "\"price_dollars\":\"\",\"price\":51,\"delta\":1 | 5100 | 100",
        "\"price_dollars\":null,\"price\":51,\"delta_fp\":null,\"delta\":1 | 5100 | 100",
        "\"price_dollars\":\"0.43000000\",\"delta_fp\":\"100\" | 4300 | 10000",
        "\"price\":0,\"delta\":0.001,\"price_dollars\":\"0.0050\",\"delta_fp\":\"2.00\" | 50 | 200",
        "\"price\":100,\"price_dollars\":\"0.9950\",\"delta\":2,\"delta_fp\":\"2.00\" | 9950 | 200",
        "\"price\":{\"a\":[{}]},\"price_dollars\":\"0.4300\",\"delta\":[[1]],\"delta_fp\":\"2.00\" | 4300 | 200",
    })
    void delta_inEveryFormat_isExact(String fields, int priceTicks, long deltaHundredths)
            throws MalformedRecordException {
        LevelChanged change = (LevelChanged) decode(delta(fields)).orElseThrow();
        assertThat(change).isEqualTo(new LevelChanged("A", Side.NO, priceTicks, deltaHundredths, change.stamp()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"yes_dollars_fp\":[[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]],\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]",
        "\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]],\"yes_dollars_fp\":[[\"0.4300\",\"120.00\"],[\"0.4200\",\"13.00\"]]",
        "\"yes_dollars\":[[\"0.42\",13],[\"0.43\",120]],\"no_dollars\":[[\"0.55\",300]]",
        "\"yes\":[[42,13],[43,120]],\"no\":[[55,300]]",
        "\"yes\":[[1,1]],\"yes_dollars_fp\":[[\"0.42\",\"13\"],[\"0.43\",\"120\"]],\"no\":[[55,300],[56,0]]",
        "\"yes_dollars_fp\":[[\"0.42\",\"13\"],[\"0.43\",\"120\"]],\"yes_dollars\":[[\"0.99\",1]],\"yes\":[[1,1]],\"no\":[[55,300]]",
        "\"yes\":[[1,1],[0,5]],\"yes_dollars\":7,\"yes_dollars_fp\":[[\"0.42\",\"13\"],[\"0.43\",\"120\"]],\"no\":[[55,300]]",
        "\"yes\":[[[{}]]],\"yes_dollars_fp\":[[\"0.42\",\"13\"],[\"0.43\",\"120\"]],\"no\":{\"a\":1},\"no_dollars\":[[\"0.55\",300]]",
    })
    void snapshot_inEveryFormat_isTheSameBook(String fields) throws MalformedRecordException {
        MarketSnapshot market = applied(envelope("orderbook_snapshot", "{\"market_ticker\":\"A\"," + fields + "}"));
        assertThat(sizes(market.book().yes())).isEqualTo(new TreeMap<>(Map.of(4200, 1_300L, 4300, 12_000L)));
        assertThat(sizes(market.book().no())).isEqualTo(new TreeMap<>(Map.of(5500, 30_000L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"yes_dollars_fp\":null", ",\"yes_dollars_fp\":[],\"no\":[]"})
    void snapshot_withoutBids_isAnEmptyBook(String fields) throws MalformedRecordException {
        MarketSnapshot market = applied(envelope("orderbook_snapshot", "{\"market_ticker\":\"A\"" + fields + "}"));
        assertThat(market.book().state()).isEqualTo(BookState.LIVE);
        assertThat(market.book().yes().isEmpty() && market.book().no().isEmpty()).isTrue();
    }

    /** Another instance of this server states the state of its own book. */
    @ParameterizedTest
    @CsvSource({"live,LIVE", "stale,STALE", "awaiting_snapshot,STALE", "open,LIVE"})
    void snapshotOfAnotherInstance_isTrustedAsFarAsThatSays(String told, BookState state) throws MalformedRecordException {
        assertThat(applied(envelope("orderbook_snapshot", "{\"market_ticker\":\"A\",\"yes\":[[43,1]],\"state\":\"" + told
                + "\"}")).book().state()).isEqualTo(state);
    }

    @Test
    void fields_inAnyOrder_giveTheSameUpdate() throws MalformedRecordException {
        LevelChanged change = (LevelChanged) decode("{\"version\":1,\"unknown\":{\"payload\":[1,{}]},"
                + "\"publishedTimestamp\":9,\"payload\":{\"msg\":{\"side\":\"yes\",\"delta_fp\":\"1.00\",\"more\":[[1]],"
                + "\"price_dollars\":\"0.5000\",\"market_ticker\":\"A\"},\"seq\":8,\"sid\":2,\"type\":\"orderbook_delta\"}}")
                .orElseThrow();
        assertThat(change).isEqualTo(new LevelChanged("A", Side.YES, 5000, 100, change.stamp()));
        assertThat(change.stamp()).hasToString("partition=3 offset=77 recordMs=7000 connection=OptionalLong.empty sid=OptionalLong[2] seq=OptionalLong[8]"
                + " exchangeMs=OptionalLong.empty feedReceivedMs=OptionalLong.empty kafkaPublishedMs=9"
                + " receivedMs=1786085189152");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'type':'orderbook_delta','msg':{%s},'type':'orderbook_snapshot'",
        "'msg':{%s},'type':'orderbook_delta','type':'orderbook_snapshot'",
        "'type':'ok','msg':{%s},'type':'orderbook_snapshot'",
        "'type':'orderbook_snapshot','msg':{'market_ticker':'B','no':[[1,1]]},'msg':{%s}",
        "'msg':{'market_ticker':'B','no':[[1,1]]},'type':'orderbook_snapshot','msg':{%s}",
        "'type':'orderbook_snapshot','msg':{%s,'yes':[[9,9]],'yes':[[43,1]]}",
    })
    void payloadsField_thatIsThereTwice_countsAsItWasLast(String payload) throws MalformedRecordException {
        MarketSnapshot market = applied("{'payload':{%s}}"
                .formatted(payload.formatted("'market_ticker':'A','side':'no','price':1,'delta':1,'yes':[[43,1]]")).replace('\'', '"'));
        assertThat(sizes(market.book().yes())).isEqualTo(new TreeMap<>(Map.of(4300, 100L)));
        assertThat(market.book().no().isEmpty()).isTrue();
    }

    @Test
    void delta_whoseMessageIsThereTwice_isNeverAMixture() {
        assertThat(refused("{'payload':{'type':'orderbook_delta','msg':{'market_ticker':'A','side':'no','price':1},'msg':{'delta':1}}}"
                .replace('\'', '"')).reason()).isEqualTo(RejectReason.MISSING_FIELD);
    }

    @Test
    void ticker_thatOnlyTheEnvelopeTells_isTaken_andThePayloadWins() throws MalformedRecordException {
        String msg = "\"side\":\"no\",\"price\":1,\"delta\":1}";
        assertThat(decode("{\"marketTicker\":\"E\",\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{" + msg + "}}")
                .orElseThrow().ticker()).isEqualTo("E");
        assertThat(decode("{\"marketTicker\":\"E\",\"payload\":{\"type\":\"orderbook_delta\",\"msg\":"
                + "{\"market_ticker\":\"P\"," + msg + "}}").orElseThrow().ticker()).isEqualTo("P");
    }

    @Test
    void exchangeTime_isTheMillisecondsElseTheText_andNeverWorthAChange() throws MalformedRecordException {
        String change = "\"price\":1,\"delta\":1";
        assertThat(decode(delta(change + ",\"ts\":\"2025-08-12T21:00:32.539836022Z\"")).orElseThrow()
                .stamp().exchangeMs()).isEqualTo(OptionalLong.of(1_755_032_432_539L));
        assertThat(decode(delta(change + ",\"ts_ms\":5,\"ts\":\"2025-08-12T21:00:32Z\"")).orElseThrow()
                .stamp().exchangeMs()).isEqualTo(OptionalLong.of(5));
        assertThat(decode(delta(change + ",\"ts\":\"yesterday\",\"ts_ms\":\"x\"")).orElseThrow()
                .stamp().exchangeMs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ticker", "trade", "subscribed", "ok", "event_lifecycle", "something_new"})
    void otherTypes_areCountedAndPassedOver(String type) throws MalformedRecordException {
        assertThat(decode(envelope(type, "{\"price_dollars\":\"\",\"side\":7}"))).isEmpty();
        assertThat(decoder.lastType()).isEqualTo(MessageType.named(type));
        assertThat(decode("{\"payload\":{\"type\":\"" + type + "\"}}")).isEmpty();
    }

    @Test
    void tickerAndTrade_tellWhatIsTraded_andNeverBreak() throws MalformedRecordException {
        decode(envelope("ticker", "{\"market_ticker\":\"A\",\"price_dollars\":\"0.4300\",\"volume_fp\":\"10.50\","
                + "\"volume\":10,\"open_interest\":7,\"dollar_volume\":5,\"last_trade_size_fp\":\"2.00\"}"));
        assertThat(decoder.lastStatistics()).contains(
                new StatisticsReported("A", new MarketStatistics(4300, 200, 1_050, 700, 5, 0), false, RECORD_MS));
        decode(envelope("trade", "{\"market_ticker\":\"A\",\"yes_price\":27,\"no_price\":73,"
                + "\"yes_price_dollars\":\"0.2700\",\"count\":7}"));
        assertThat(decoder.lastStatistics()).contains(
                new StatisticsReported("A", new MarketStatistics(2700, 700, 0, 0, 0, 0), true, RECORD_MS));
        decode(envelope("ticker", "{\"market_ticker\":7,\"price_dollars\":[],\"volume\":\"x\"}"));
        assertThat(decoder.lastStatistics()).isEmpty();
        decode(delta("\"price\":1,\"delta\":1"));
        assertThat(decoder.lastStatistics()).isEmpty();
    }

    @Test
    void lifecycle_tellsWhatTheMarketIs_andNeverBreaksByIt() throws MalformedRecordException {
        decode(envelope("market_lifecycle_v2", "{\"market_ticker\":\"A-1\",\"open_ts\":1,\"price_level_structure\":\"deci_cent\","
                + "\"additional_metadata\":{\"name\":\"Over\",\"title\":\"Rain?\",\"no_sub_title\":\"Dry\",\"rules_primary\":\"...\","
                + "\"strike\":{\"title\":\"no\"},\"can_close_early\":true,\"event_ticker\":\"KXRAIN-26NOV\",\"expected_expiration_ts\":20},"
                + "\"event_type\":\"created\"}"));
        assertThat(decoder.lastDescription()).contains(new MarketDescribed("A-1", new MarketDetails("KXRAIN-26NOV", "KXRAIN",
                "Rain?", "Over", "Dry", "", "", "deci_cent", Optional.of(true), OptionalLong.of(20_000)), RECORD_MS));
        decode(envelope("market_lifecycle_v2", "{\"market_ticker\":\"A-1\",\"event_type\":\"determined\",\"result\":\"no\","
                + "\"settlement_value\":\"0.0000\",\"additional_metadata\":[1]}"));
        assertThat(decoder.lastDescription().orElseThrow().told().with(MarketDetails.NONE)).isEqualTo(
                new MarketDetails("", "", "", "", "", "no", "0.0000", "", Optional.empty(), OptionalLong.empty()));
        decode(envelope("market_lifecycle_v2", "{\"market_ticker\":\"A-1\",\"event_type\":\"activated\",\"title\":7,"
                + "\"can_close_early\":\"x\",\"expected_expiration_ts\":-1}"));
        assertThat(decoder.lastDescription()).isEmpty();
        decode(delta("\"price\":1,\"delta\":1"));
        assertThat(decoder.lastDescription()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'payload':{'type':'%s','sid':1,'msg': %s ,'x':1},'version':1}", "{'payload':{'sid':1,'msg':%s,'seq':5,'type':'%s'}}",
        " {'marketTicker':'A','payload':{'msg' : %s\n,'type':'%s'},'version':1}",
    })
    void messagesThatArePassedOn_keepTheirBytes(String record) throws MalformedRecordException {
        for (String type : new String[] {"trade", "market_lifecycle_v2", "multivariate_market_lifecycle", "event_lifecycle"}) {
            String msg = "{ \"market_ticker\":\"A\" ,\"event_type\":\"activated\",\"é€\":[1.50,{\"a\":\"}\\u0041\"}]\t}";
            boolean typeFirst = record.indexOf("type") < record.indexOf("msg");
            decode(record.replace('\'', '"').formatted(typeFirst ? type : msg, typeFirst ? msg : type));
            RelayedMessage relayed = decoder.lastRelayed().orElseThrow();
            assertThat(new String(relayed.msg(), StandardCharsets.UTF_8)).isEqualTo(msg);
            assertThat(relayed.type().wireName()).isEqualTo(type);
            assertThat(relayed.ticker()).isEqualTo(type.equals("event_lifecycle") ? "" : "A");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'payload':{'type':'orderbook_delta','msg':{'market_ticker':'A','side':'no','price':1,'delta':1}}}",
        "{'payload':{'type':'ticker','msg':{'market_ticker':'A'}}}", "{'payload':{'type':'trade','msg':7}}",
        "{'payload':{'type':'trade','msg':{'market_ticker':'no ticker'}}}", "{'payload':{'type':'trade','msg':{'count':7}}}",
        "{'payload':{'type':'trade','msg':{'market_ticker':'A'},'msg':[]}}",
        "{'payload':{'type':'trade','msg':{'market_ticker':'A'},'type':'ticker'}}",
        "{'payload':{'type':'market_lifecycle','msg':{'market_ticker':'A','event_type':'activated'}}}",
        "{'payload':{'type':'market_lifecycle_v2','msg':{'market_ticker':'A','event_type':'created'}},'source':'kalshi-rest'}",
    })
    void otherMessages_areNotPassedOn(String record) throws MalformedRecordException {
        decode(envelope("trade", "{\"market_ticker\":\"A\"}"));
        assertThat(decoder.lastRelayed()).isPresent();
        decode(record.replace('\'', '"'));
        assertThat(decoder.lastRelayed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "{'payload':{'type':'trade','msg':{'market_ticker':'A'}},'version':2}",
        "{'payload':{'type':'trade','msg':{'market_ticker':'A'}}} x", "{'payload':{'type':'market_lifecycle_v2','msg':{}}}",
    })
    void refusedRecords_areNotPassedOn(String record) throws MalformedRecordException {
        decode(envelope("trade", "{\"market_ticker\":\"A\"}"));
        assertThatThrownBy(() -> decode(record.replace('\'', '"'))).isInstanceOf(MalformedRecordException.class);
        assertThat(decoder.lastRelayed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "market_lifecycle_v2 | \"event_type\":\"created\",\"open_ts\":10,\"close_ts\":20 | CREATED | 7000",
        "market_lifecycle | \"event_type\":\"close_date_updated\",\"close_ts\":20 | CLOSE_DATE_UPDATED | 7000",
        "multivariate_market_lifecycle | \"event_type\":\"determined\",\"determination_ts\":30 | DETERMINED | 30000",
        "market_lifecycle_v2 | \"event_type\":\"settled\",\"settled_ts\":40 | SETTLED | 40000",
        "market_lifecycle_v2 | \"event_type\":\"deactivated\",\"is_deactivated\":true | DEACTIVATED | 7000",
        "market_lifecycle_v2 | \"event_type\":\"deactivated\",\"is_deactivated\":false | ACTIVATED | 7000",
        "market_lifecycle_v2 | \"event_type\":\"activated\" | ACTIVATED | 7000",
        "market_lifecycle | \"open_ts\":10,\"close_ts\":20,\"is_deactivated\":false | CREATED | 7000",
        "market_lifecycle | \"close_ts\":20,\"settled_ts\":40 | SETTLED | 40000",
        "market_lifecycle | \"close_ts\":20,\"determination_ts\":30 | DETERMINED | 30000",
        "market_lifecycle | \"close_ts\":20,\"is_deactivated\":true | DEACTIVATED | 7000",
        "market_status | \"status\":\"unopened\" | REPORTED_INITIALIZED | 7000",
        "market_status | \"status\":\"active\" | REPORTED_OPEN | 7000",
        "market_status | \"status\":\"inactive\" | REPORTED_PAUSED | 7000",
        "market_status | \"status\":\"Closed\" | REPORTED_CLOSED | 7000",
        "market_status | \"status\":\"disputed\" | REPORTED_DETERMINED | 7000",
        "market_status | \"status\":\"finalized\" | REPORTED_SETTLED | 7000",
    })
    void lifecycle_ofEveryKind_isRead(String type, String fields, String event, long eventMs)
            throws MalformedRecordException {
        MarketStatusChanged change =
                (MarketStatusChanged) decode(envelope(type, "{\"market_ticker\":\"A\"," + fields + "}")).orElseThrow();
        assertThat(change.event()).isEqualTo(MarketStatusChanged.Event.valueOf(event));
        assertThat(change.eventMs()).isEqualTo(eventMs);
        assertThat(change.closeMs()).isEqualTo(
                fields.contains("close_ts") ? OptionalLong.of(20_000) : OptionalLong.empty());
    }

    @Test
    void reasons_inMetrics_areTheConstantsInSmallLetters() {
        for (RejectReason reason : RejectReason.values()) {
            assertThat(reason.wireName()).isEqualTo(reason.name().toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void lifecycle_thatDoesNotTouchTheStatus_isPassedOver() throws MalformedRecordException {
        assertThat(decode(envelope("market_lifecycle_v2",
                "{\"market_ticker\":\"A\",\"event_type\":\"metadata_updated\"}"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
        "'' | EMPTY",
        "not json | NOT_JSON",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"market_ticker\":\"A\" | NOT_JSON",
        "{\"payload\":{\"type\":\"ok\"}} {} | NOT_JSON",
        "[] | WRONG_TYPE",
        "7 | WRONG_TYPE",
        "{} | MISSING_FIELD",
        "{\"payload\":7} | WRONG_TYPE",
        "{\"payload\":null} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{}},\"payload\":{\"type\":\"ok\"}} | WRONG_TYPE",
        "{\"payload\":{}} | MISSING_FIELD",
        "{\"payload\":{\"type\":7}} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"orderbook_delta\"}} | MISSING_FIELD",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"msg\":[]}} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":\"1\",\"msg\":{}}} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"seq\":99999999999999999999,\"msg\":{}}} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"ok\"},\"version\":2} | UNSUPPORTED_VERSION",
        "{\"payload\":{\"kind\":\"new\"},\"version\":2} | UNSUPPORTED_VERSION",
        "{\"payload\":{\"type\":\"ok\"},\"version\":2.0} | UNSUPPORTED_VERSION",
        "{\"payload\":{\"type\":\"ok\"},\"version\":1.5} | UNSUPPORTED_VERSION",
        "{\"payload\":{\"type\":\"ok\"},\"version\":99999999999999999999} | UNSUPPORTED_VERSION",
        "{\"payload\":{\"type\":\"ok\"},\"version\":1.0} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"ok\"},\"version\":\"1\"} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":-1,\"msg\":{}}} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"seq\":-9000000000000000000,\"msg\":{}}} | WRONG_TYPE",
        "{\"payload\":{\"type\":\"ok\"},\"receivedTimestamp\":\"now\"} | WRONG_TYPE",
    })
    void envelope_thatBreaksTheContract_isRefusedWithItsReason(String value, RejectReason reason) {
        assertThat(refused(value == null ? "" : value).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', nullValues = "none", value = {
        "none | K | K",
        "'' | K | K",
        "not json | K | K",
        "not json | a key, that is no ticker | none",
        "not json | none | none",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"mark | K | K",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"market_ticker\":\"P\" | K | P",
        "{\"marketTicker\":\"E\",\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"mark | K | E",
        "{\"version\":2,\"payload\":{\"msg\":{\"market_ticker\":\"P\"}},\"marketTicker\":\"E\"} | K | P",
        "{\"version\":2,\"payload\":{\"else\":7},\"marketTicker\":\"E\"} | K | E",
        "{\"version\":2,\"payload\":{\"msg\":{\"market_ticker\":7}}} | K | K",
        "{\"receivedTimestamp\":\"now\",\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"market_ticker\":\"P\"}}} | K | P",
        "{\"payload\":{\"sid\":\"1\",\"msg\":{\"market_ticker\":\"P\"},\"type\":\"orderbook_snapshot\"}} | K | P",
        "{\"connection\":0,\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"market_ticker\":\"P\"}}} | K | P",
        "{\"payload\":{\"type\":\"orderbook_delta\",\"msg\":{\"price\":{},\"market_ticker\":\"P\"}}} | K | P",
    })
    void record_thatIsRefused_hasLostAChangeOfThePayloadsElseTheEnvelopesElseTheKeysMarket(
            String value, String key, String lost) {
        MalformedRecordException refused = catchThrowableOfType(MalformedRecordException.class, () -> decoder.decode(
                bytes(key), bytes(value), 3, 77, RECORD_MS, RECEIVED_MS));
        assertThat(refused.lost().map(UpdateLost::ticker)).isEqualTo(Optional.ofNullable(lost));
    }

    @Test
    void record_withBytesBeforeItsEnvelope_hasLostAChangeOfItsKeysMarket() {
        byte[] value = bytes("\0\0\0\0\1{\"payload\":{\"type\":\"ok\",\"msg\":{\"market_ticker\":\"P\"}},\"version\":1}");
        MalformedRecordException refused = catchThrowableOfType(
                MalformedRecordException.class, () -> decoder.decode(bytes("K"), value, 3, 77, RECORD_MS, RECEIVED_MS));
        assertThat(refused.lost().map(UpdateLost::ticker)).contains("K");
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void connection_isReadFromTheEnvelope() throws MalformedRecordException {
        String payload = "\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"market_ticker\":\"A\","
                + "\"price\":1,\"delta\":1,\"side\":\"yes\"}}";
        assertThat(decode("{" + payload + ",\"connection\":1000}").orElseThrow().stamp().connection()).hasValue(1000);
        assertThat(decode("{\"connection\":null," + payload + "}").orElseThrow().stamp().connection()).isEmpty();
        assertThat(refused("{" + payload + ",\"connection\":-1}").reason()).isEqualTo(RejectReason.WRONG_TYPE);
        assertThat(refused("{" + payload + ",\"connection\":\"1\"}").reason()).isEqualTo(RejectReason.WRONG_TYPE);
    }

    @Test
    void feedStatus_saysWhetherTheConnectionLives() throws MalformedRecordException {
        assertThat(decode("{\"connection\":7,\"payload\":{\"type\":\"feed_status\",\"msg\":{\"connected\":true,"
                + "\"exchange_heard_ms\":99,\"markets\":5}}}")).isEmpty();
        assertThat(decoder.lastFeedReport()).contains(new FeedReport.FeedStatus(7, true, OptionalLong.of(99)));
        decode("{\"connection\":7,\"payload\":{\"type\":\"feed_status\",\"msg\":{\"connected\":false}}}");
        assertThat(decoder.lastFeedReport()).contains(new FeedReport.FeedStatus(7, false, OptionalLong.empty()));
        decode("{\"payload\":{\"type\":\"ok\"}}");
        assertThat(decoder.lastFeedReport()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"payload\":{\"type\":\"feed_status\",\"msg\":{\"connected\":true}}}",
        "{\"connection\":7,\"payload\":{\"type\":\"feed_status\",\"msg\":{}}}",
        "{\"connection\":7,\"payload\":{\"type\":\"feed_status\",\"msg\":{\"connected\":1}}}",
        "{\"connection\":7,\"payload\":{\"type\":\"feed_status\",\"msg\":{\"connected\":true,\"exchange_heard_ms\":\"x\"}}}",
        "{\"connection\":7,\"payload\":{\"type\":\"feed_status\"}}",
    })
    void feedStatus_thatDoesNotSayWhatItMust_isRefused(String value) {
        refused(value);
        assertThat(decoder.lastFeedReport()).isEmpty();
    }

    @Test
    void feedGap_concernsASidOrAllOfItsConnection_andIsAGapHoweverLittleItTells() throws MalformedRecordException {
        decode("{\"connection\":7,\"payload\":{\"type\":\"feed_gap\",\"sid\":2,\"msg\":{\"reason\":\"hole\"}}}");
        assertThat(decoder.lastFeedReport())
                .contains(new FeedReport.FeedGap(OptionalLong.of(7), OptionalLong.of(2), "hole"));
        decode("{\"connection\":7,\"payload\":{\"type\":\"feed_gap\",\"msg\":[]}}");
        assertThat(decoder.lastFeedReport())
                .contains(new FeedReport.FeedGap(OptionalLong.of(7), OptionalLong.empty(), ""));
        decode("{\"payload\":{\"type\":\"feed_gap\"}}");
        assertThat(decoder.lastFeedReport())
                .contains(new FeedReport.FeedGap(OptionalLong.empty(), OptionalLong.empty(), ""));
        refused("{\"payload\":{\"type\":\"feed_gap\",\"sid\":\"x\"},\"connection\":7}");
        assertThat(decoder.lastFeedReport().orElseThrow()).isInstanceOf(FeedReport.FeedGap.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'version':2,'payload':{'type':'feed_gap'},'connection':7}",
        "{'connection':'7','payload':{'sid':1,'type':'feed_gap','msg':{}}}",
        "{'receivedTimestamp':'now','payload':{'msg':{},'type':'feed_gap'}}",
        "{'payload':{'sid':'x','type':'feed_gap'",
    })
    void feedGap_thatIsRefusedBeforeItsType_isAGapOfEverything(String value) {
        refused(value.replace('\'', '"'));
        FeedReport.FeedGap gap = (FeedReport.FeedGap) decoder.lastFeedReport().orElseThrow();
        assertThat(gap).isEqualTo(new FeedReport.FeedGap(OptionalLong.empty(), OptionalLong.empty(), gap.reason()));
        refused("{\"version\":2,\"payload\":{\"type\":\"feed_status\"}}");
        assertThat(decoder.lastFeedReport()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"price_dollars\":\"0.0000\",\"delta_fp\":\"1.00\" | INVALID_PRICE",
        "\"price_dollars\":\"1.0000\",\"delta_fp\":\"1.00\" | INVALID_PRICE",
        "\"price_dollars\":\"-0.4300\",\"delta_fp\":\"1.00\" | INVALID_PRICE",
        "\"price_dollars\":\"0.43001\",\"delta_fp\":\"1.00\" | INVALID_PRICE",
        "\"price_dollars\":\"4e-1\",\"delta_fp\":\"1.00\" | INVALID_PRICE",
        "\"price_dollars\":\"a lot\",\"delta_fp\":\"1.00\" | INVALID_PRICE",
        "\"price_dollars\":[0.43],\"delta_fp\":\"1.00\" | WRONG_TYPE",
        "\"price\":100,\"delta\":1 | INVALID_PRICE",
        "\"price\":0,\"delta\":1 | INVALID_PRICE",
        "\"price\":0.43,\"delta\":1 | INVALID_PRICE",
        "\"price\":43.5,\"delta\":1 | INVALID_PRICE",
        "\"price\":43,\"delta\":1,\"price_dollars\":\"1.43\" | INVALID_PRICE",
        "\"price\":43,\"delta\":1,\"delta_fp\":\"1e2\" | INVALID_QUANTITY",
        "\"price\":43,\"delta_fp\":\"1.001\" | INVALID_QUANTITY",
        "\"price\":43,\"delta_fp\":\"999999999999999999999\" | INVALID_QUANTITY",
        "\"price\":43,\"delta\":true | WRONG_TYPE",
        "\"price\":43 | MISSING_FIELD",
        "\"delta\":1 | MISSING_FIELD",
        "\"price\":43,\"delta\":1,\"side\":\"maybe\" | INVALID_SIDE",
        "\"price\":43,\"delta\":1,\"side\":1 | WRONG_TYPE",
    })
    void delta_thatCannotBeUnderstood_isRefusedAndItsBookHasLostAChange(String fields, RejectReason reason) {
        MalformedRecordException refused = refused(delta(fields));
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused.lost().orElseThrow().ticker()).isEqualTo("A");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"yes_dollars_fp\":[[\"0.4200\",\"-1.00\"]] | INVALID_QUANTITY",
        "\"yes_dollars_fp\":[[\"0.4200\",\"1.00\"],[\"0.4200\",\"2.00\"]] | INVALID_PRICE",
        "\"yes_dollars_fp\":[[\"0.4200\"]] | WRONG_TYPE",
        "\"yes_dollars_fp\":[[\"0.4200\",\"1.00\",\"x\"]] | WRONG_TYPE",
        "\"yes_dollars_fp\":[\"0.4200\",\"1.00\"] | WRONG_TYPE",
        "\"yes_dollars_fp\":{} | WRONG_TYPE",
        "\"no\":[[100,1]] | INVALID_PRICE",
        "\"no\":[[\"0.43\",1]] | INVALID_PRICE",
        "\"yes\":[[43,1]],\"yes_dollars_fp\":[[\"0.4300\",\"1e2\"]] | INVALID_QUANTITY",
        "\"yes_dollars_fp\":[[\"0.4300\",\"1e2\"]],\"yes\":[[43,1]] | INVALID_QUANTITY",
    })
    void snapshot_thatCannotBeUnderstood_isRefused(String fields, RejectReason reason) {
        assertThat(refused(envelope("orderbook_snapshot", "{\"market_ticker\":\"A\"," + fields + "}")).reason())
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\\\"b", "a,b", "\\u00e9", "a\\nb"})
    void ticker_thatCannotBeOne_isRefused(String ticker) {
        assertThat(refused(envelope("orderbook_snapshot", "{\"market_ticker\":\"" + ticker + "\"}")).reason())
                .isEqualTo(RejectReason.INVALID_TICKER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "market_lifecycle_v2 | \"a\":1 | MISSING_FIELD",
        "market_lifecycle_v2 | \"event_type\":\"close_date_updated\" | MISSING_FIELD",
        "market_lifecycle_v2 | \"event_type\":\"created\",\"close_ts\":-5 | INVALID_TIME",
        "market_lifecycle_v2 | \"event_type\":\"created\",\"close_ts\":1786085188978 | INVALID_TIME",
        "market_lifecycle_v2 | \"event_type\":1 | WRONG_TYPE",
        "market_status | \"status\":\"asleep\" | INVALID_STATUS",
        "market_status | \"a\":1 | MISSING_FIELD",
    })
    void status_thatCannotBeUnderstood_isRefused(String type, String fields, RejectReason reason) {
        assertThat(refused(envelope(type, "{\"market_ticker\":\"A\"," + fields + "}")).reason()).isEqualTo(reason);
    }

    @Test
    void nullValue_isRefused() {
        assertThatThrownBy(() -> decoder.decode(null, 0, 0, 0, 0)).isInstanceOf(MalformedRecordException.class)
                .hasMessage("value: is empty, a JSON envelope is expected");
    }

    @Test
    void refusedRecord_leavesNothingBehindForTheNext() throws MalformedRecordException {
        refused(delta("\"price\":43,\"delta\":1,\"side\":\"maybe\""));
        assertThat(refused(envelope("orderbook_delta", "{\"market_ticker\":\"A\",\"side\":\"no\",\"delta\":1}")).reason())
                .isEqualTo(RejectReason.MISSING_FIELD);
        LevelChanged change = (LevelChanged) decode(delta("\"price\":44,\"delta\":2")).orElseThrow();
        assertThat(change).isEqualTo(new LevelChanged("A", Side.NO, 4400, 200, change.stamp()));
    }

    /** For any bytes, the decoder returns an update, nothing, or a reason. */
    @Test
    void mutilatedRecords_neverBreakTheDecoder() {
        long seed = new Random().nextLong();
        System.out.println("EnvelopeDecoderTest seed=" + seed);
        Random random = new Random(seed);
        byte[] good = CONTRACT_EXAMPLE.getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] value = good.clone();
            for (int hits = random.nextInt(4); hits >= 0; hits--) {
                value[random.nextInt(value.length)] = (byte) random.nextInt(256);
            }
            try {
                decoder.decode(value, 0, i, 0, 0);
            } catch (MalformedRecordException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed=%d", seed).isGreaterThan(10_000);
    }

    @Test
    void phaseNames_areThoseOfTheContract() {
        assertThat(MarketPhase.named("determined")).contains(MarketPhase.DETERMINED);
        assertThat(MarketPhase.named("nonsense")).isEmpty();
    }
}

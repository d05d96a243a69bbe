package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.Records;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The exchange's commands and their effects. In every test the client checks that seq has no gap, that replies precede
 * their data and that frames end with a newline. No test may cause a log line at WARN or above, or leave a connection.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class StreamProtocolTest extends StreamServer {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final LogCapture log = new LogCapture();
    private Records records;
    private StreamClient client;

    @BeforeEach
    void connect() throws IOException {
        records = new Records(registry);
        client = StreamClient.connect(uri);
        for (String ticker : List.of("SP-A", "SP-B", "SP-C")) {
            records.book(ticker);
        }
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        client.close();
        await().atMost(SOON).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
        log.close();
        assertThat(log.lines()).isEmpty();
    }

    private static JsonNode json(String singleQuoted) throws IOException {
        return StreamClient.json(singleQuoted.replace('\'', '"'));
    }

    private void send(String singleQuoted) throws IOException {
        client.send(singleQuoted.replace('\'', '"'));
    }

    /** The type of a frame and its market, without times and versions. */
    private static String brief(JsonNode frame) {
        String market = frame.at("/msg/market_ticker").asText();
        return frame.get("type").asText()
                + (frame.has("id") ? " id=" + frame.get("id") : "")
                + (frame.has("sid") ? " sid=" + frame.get("sid") : "")
                + (frame.has("seq") ? " seq=" + frame.get("seq") : "")
                + (market.isEmpty() ? "" : " " + market);
    }

    private List<String> brief(int frames) throws IOException {
        List<String> briefs = new ArrayList<>();
        for (JsonNode frame : client.next(frames)) {
            briefs.add(brief(frame));
        }
        return briefs;
    }

    private void expect(String... singleQuoted) throws IOException {
        for (String frame : singleQuoted) {
            assertThat(client.next()).isEqualTo(json(frame));
        }
    }

    private void expectNothing() throws IOException {
        Loops.settle(fanOut);
        assertThat(client.settle()).isEmpty();
    }

    @Test
    void subscribe_toOneMarket_isAnswered_thenItsSnapshotComes() throws IOException {
        send("{'id':4,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-A'}}");
        expect("{'type':'subscribed','id':4,'msg':{'channel':'orderbook_delta','sid':1}}");
        JsonNode snapshot = client.next();
        var market = registry.market("SP-A").orElseThrow().current();
        long ms = market.book().lastRecord().receivedMs();
        assertThat(snapshot).isEqualTo(json("{'type':'orderbook_snapshot','sid':1,'seq':1,'msg':{"
                + "'market_ticker':'SP-A','market_id':'id-SP-A','yes_dollars_fp':[['0.4200','13.00'],['0.4300','120.00']],"
                + "'no_dollars_fp':[['0.5500','300.00']],'state':'live','version':" + market.version()
                + ",'feed_received_ms':" + ms + ",'kafka_published_ms':" + ms + ",'received_ms':" + ms
                + ",'kafka_latency_ms':0,'server_published_ms':" + market.lastUpdatedMs() + "}}"));
        records.delta("SP-A", "no", "0.5500", "-100.00");
        JsonNode delta = client.next();
        assertThat(brief(delta)).isEqualTo("orderbook_delta sid=1 seq=2 SP-A");
        assertThat(List.of(delta.at("/msg/price_dollars").asText(), delta.at("/msg/delta_fp").asText(),
                delta.at("/msg/side").asText())).isEqualTo(List.of("0.5500", "-100.00", "no"));
    }

    @Test
    void subscribe_withoutChannels_isToTheTopOfBook() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'market_tickers':['SP-A','SP-B']}}");
        expect("{'type':'subscribed','id':1,'msg':{'channel':'top_of_book','sid':1}}");
        JsonNode top = client.next();
        assertThat(brief(top)).isEqualTo("top_of_book sid=1 seq=1 SP-A");
        assertThat(List.of(top.at("/msg/yes_bid/price_dollars").asText(), top.at("/msg/yes_bid/quantity_fp").asText(),
                top.at("/msg/yes_ask_dollars").asText(), top.at("/msg/state").asText()))
                .isEqualTo(List.of("0.4300", "120.00", "0.4500", "live"));
        assertThat(brief(1)).isEqualTo(List.of("top_of_book sid=1 seq=2 SP-B"));
    }

    @Test
    void subscribe_toSeveralChannels_answersEach_withItsDataBeforeTheNext() throws IOException {
        send("{'id':2,'cmd':'subscribe','params':{'channels':['orderbook_delta','top_of_book','ticker'],"
                + "'market_tickers':['SP-A','SP-B'],'send_initial_snapshot':true}}");
        assertThat(brief(9)).isEqualTo(List.of(
                "subscribed id=2", "orderbook_snapshot sid=1 seq=1 SP-A", "orderbook_snapshot sid=1 seq=2 SP-B",
                "subscribed id=2", "top_of_book sid=2 seq=1 SP-A", "top_of_book sid=2 seq=2 SP-B",
                "subscribed id=2", "ticker sid=3 SP-A", "ticker sid=3 SP-B"));
        expectNothing();
    }

    @Test
    void subscribe_withOneBadChannel_subscribesTheGoodOnes() throws IOException {
        send("{'id':3,'cmd':'subscribe','params':{'channels':['orderbook_delta','nonsense','fill','ticker'],"
                + "'market_ticker':'SP-A'}}");
        expect("{'type':'subscribed','id':3,'msg':{'channel':'orderbook_delta','sid':1}}");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot sid=1 seq=1 SP-A"));
        expect("{'type':'error','id':3,'msg':{'code':8,'msg':'Unknown channel name'}}",
                "{'type':'error','id':3,'msg':{'code':9,'msg':'Authentication required'}}",
                "{'type':'subscribed','id':3,'msg':{'channel':'ticker','sid':2}}");
        expectNothing();
    }

    @Test
    void marketIds_nameMarketsOfTicker_andNothingElse() throws IOException {
        send("{'id':3,'cmd':'subscribe','params':{'channels':['ticker','trade'],'market_ids':['id-SP-B'],'send_initial_snapshot':true}}");
        assertThat(brief(3)).isEqualTo(List.of("subscribed id=3", "ticker sid=1 SP-B", "error id=3"));
        send("{'id':4,'cmd':'update_subscription','params':{'sid':1,'action':'add_markets','market_id':'id-SP-A'}}");
        expect("{'type':'ok','id':4,'sid':1,'msg':{'market_tickers':['SP-A','SP-B']}}");
        send("{'id':5,'cmd':'subscribe','params':{'channels':['ticker'],'market_ids':['id-SP-A','id-NOPE']}}");
        send("{'id':6,'cmd':'subscribe','params':{'channels':['ticker'],'market_ids':[]}}");
        expect("{'type':'error','id':5,'msg':{'code':11,'msg':'Invalid parameter'}}",
                "{'type':'error','id':6,'msg':{'code':11,'msg':'Invalid parameter'}}");
        expectNothing();
    }

    @Test
    void subscribe_toTickerWithoutInitialSnapshot_beginsWithTheNextChange() throws IOException {
        send("{'id':3,'cmd':'subscribe','params':{'channels':['ticker'],'market_ticker':'SP-A'}}");
        expect("{'type':'subscribed','id':3,'msg':{'channel':'ticker','sid':1}}");
        expectNothing();
        records.delta("SP-A", "yes", "0.4300", "1.50");
        JsonNode ticker = client.next();
        assertThat(List.of(brief(ticker), ticker.at("/msg/yes_bid_size_fp").asText(),
                ticker.at("/msg/yes_ask_dollars").asText(), ticker.at("/msg/yes_ask_size_fp").asText()))
                .isEqualTo(List.of("ticker sid=1 SP-A", "121.50", "0.4500", "300.00"));
    }

    @Test
    void secondSubscribe_extendsTheSubscription_withSnapshotsOfTheNewMarketsOnly() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-C','SP-B']}}");
        client.next(3);
        send("{'id':2,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-B','SP-A']}}");
        expect("{'type':'ok','id':2,'sid':1,'seq':3,'msg':{'market_tickers':['SP-A','SP-B','SP-C']}}");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot sid=1 seq=4 SP-A"));
        send("{'id':3,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-A']}}");
        expect("{'type':'ok','id':3,'sid':1,'seq':5,'msg':{'market_tickers':['SP-A','SP-B','SP-C']}}");
        expectNothing();
    }

    @Test
    void subscribe_toAnUnknownMarket_getsAnEmptySnapshot_andItsDataLater() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-UNKNOWN'}}");
        client.next();
        expect("{'type':'orderbook_snapshot','sid':1,'seq':1,'msg':{'market_ticker':'SP-UNKNOWN','market_id':'',"
                + "'state':'awaiting_snapshot','version':0}}");
        records.book("SP-UNKNOWN");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot sid=1 seq=2 SP-UNKNOWN"));
    }

    @Test
    void unsubscribe_endsTheRun_andTheNextSubscriptionHasANewSid() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta','ticker'],'market_ticker':'SP-A'}}");
        client.next(3);
        send("{'id':2,'cmd':'unsubscribe','params':{'sids':[1,9,2]}}");
        expect("{'type':'unsubscribed','id':2,'sid':1,'seq':2}",
                "{'type':'error','id':2,'msg':{'code':7,'msg':'Unknown subscription ID'}}",
                "{'type':'unsubscribed','id':2,'sid':2,'seq':1}");
        records.delta("SP-A", "yes", "0.4300", "1.00");
        expectNothing();
        send("{'id':3,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-A'}}");
        expect("{'type':'subscribed','id':3,'msg':{'channel':'orderbook_delta','sid':3}}");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot sid=3 seq=1 SP-A"));
    }

    @Test
    void marketsDeletedAndAddedAgain_keepSidAndSeq_andGetAFreshSnapshot() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-A','SP-B']}}");
        client.next(3);
        send("{'id':2,'cmd':'update_subscription','params':{'sids':[1],'action':'delete_markets',"
                + "'market_tickers':['SP-A','SP-NEVER-THERE']}}");
        expect("{'type':'ok','id':2,'sid':1,'seq':3,'msg':{'market_tickers':['SP-B']}}");
        records.delta("SP-A", "yes", "0.4300", "1.00");
        expectNothing();
        send("{'id':3,'cmd':'update_subscription','params':{'sid':1,'action':'add_markets','market_ticker':'SP-A'}}");
        expect("{'type':'ok','id':3,'sid':1,'seq':4,'msg':{'market_tickers':['SP-A','SP-B']}}");
        JsonNode snapshot = client.next();
        assertThat(brief(snapshot)).isEqualTo("orderbook_snapshot sid=1 seq=5 SP-A");
        assertThat(snapshot.at("/msg/yes_dollars_fp/1/1").asText()).isEqualTo("121.00");
    }

    @Test
    void getSnapshot_carriesTheCommandsId_onEveryChannel() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta','top_of_book','ticker'],"
                + "'market_tickers':['SP-A','SP-B']}}");
        client.next(7);
        send("{'id':21,'cmd':'update_subscription','params':{'sid':1,'action':'get_snapshot','market_ticker':'SP-B'}}");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot id=21 sid=1 seq=3 SP-B"));
        send("{'id':22,'cmd':'update_subscription','params':{'sid':2,'action':'get_snapshot','market_ticker':'SP-B'}}");
        assertThat(brief(1)).isEqualTo(List.of("top_of_book id=22 sid=2 seq=3 SP-B"));
        send("{'id':23,'cmd':'update_subscription','params':{'sid':3,'action':'get_snapshot','market_ticker':'SP-B'}}");
        assertThat(brief(1)).isEqualTo(List.of("ticker id=23 sid=3 SP-B"));
        expectNothing();
    }

    @Test
    void listSubscriptions_namesThem() throws IOException {
        send("{'id':1,'cmd':'list_subscriptions'}");
        expect("{'type':'ok','id':1,'msg':[]}");
        send("{'id':2,'cmd':'subscribe','params':{'channels':['ticker','orderbook_delta'],'market_ticker':'SP-A'}}");
        client.next(3);
        send("{'id':3,'cmd':'list_subscriptions'}");
        expect("{'type':'ok','id':3,'msg':[{'channel':'ticker','sid':1},{'channel':'orderbook_delta','sid':2}]}");
    }

    @Test
    void skipTickerAck_leavesTheListOut_ofThatCommandsReply() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-A'}}");
        client.next(2);
        send("{'id':2,'cmd':'update_subscription','params':{'sid':1,'action':'add_markets','market_ticker':'SP-B',"
                + "'skip_ticker_ack':true}}");
        expect("{'type':'ok','id':2,'sid':1,'seq':2,'msg':{}}");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot sid=1 seq=3 SP-B"));
        send("{'id':3,'cmd':'update_subscription','params':{'sid':1,'action':'delete_markets','market_ticker':'SP-A'}}");
        expect("{'type':'ok','id':3,'sid':1,'seq':4,'msg':{'market_tickers':['SP-B']}}");
    }

    @Test
    void sendInitialSnapshot_countsForTheCommandsMarkets() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['ticker'],'market_ticker':'SP-A'}}");
        client.next();
        send("{'id':2,'cmd':'update_subscription','params':{'sid':1,'action':'add_markets','market_ticker':'SP-B',"
                + "'send_initial_snapshot':true}}");
        assertThat(brief(2)).isEqualTo(List.of("ok id=2 sid=1", "ticker sid=1 SP-B"));
        send("{'id':3,'cmd':'subscribe','params':{'channels':['ticker'],'market_ticker':'SP-C'}}");
        assertThat(brief(1)).isEqualTo(List.of("ok id=3 sid=1"));
        expectNothing();
    }

    @Test
    void twoGetSnapshots_atOnce_areBothAnswered() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-A','SP-B']}}");
        client.next(3);
        for (int id = 2; id <= 4; id++) {
            send("{'id':" + id + ",'cmd':'update_subscription','params':{'sid':1,'action':'get_snapshot',"
                    + "'market_ticker':'SP-B'}}");
        }
        assertThat(brief(3)).isEqualTo(List.of("orderbook_snapshot id=2 sid=1 seq=3 SP-B",
                "orderbook_snapshot id=3 sid=1 seq=4 SP-B", "orderbook_snapshot id=4 sid=1 seq=5 SP-B"));
    }

    @Test
    void useYesPrice_quotesTheNoSideOnTheYesScale() throws IOException {
        records.snapshot("SP-YES", "[\"0.4300\",\"1.00\"]", "[\"0.5000\",\"2.00\"],[\"0.5500\",\"3.00\"]");
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-YES',"
                + "'use_yes_price':true}}");
        client.next();
        assertThat(client.next().at("/msg/no_dollars_fp")).isEqualTo(json("[['0.4500','3.00'],['0.5000','2.00']]"));
        records.delta("SP-YES", "no", "0.5500", "1.00");
        JsonNode delta = client.next();
        assertThat(List.of(delta.at("/msg/side").asText(), delta.at("/msg/price_dollars").asText()))
                .isEqualTo(List.of("no", "0.4500"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "'id':0,", "'id':null,"})
    void id_thatIsNone_isNotEchoed(String id) throws IOException {
        send("{" + id + "'cmd':'subscribe','params':{'channels':['ticker','nonsense'],'market_ticker':'SP-A'}}");
        expect("{'type':'subscribed','msg':{'channel':'ticker','sid':1}}",
                "{'type':'error','msg':{'code':8,'msg':'Unknown channel name'}}");
        send("{" + id + "'cmd':'update_subscription','params':{'sid':1,'action':'add_markets','market_ticker':'SP-B'}}");
        expect("{'type':'ok','sid':1,'msg':{'market_tickers':['SP-A','SP-B']}}");
        send("{" + id + "'cmd':'unsubscribe','params':{'sids':[1]}}");
        expect("{'type':'unsubscribed','sid':1,'seq':1}");
    }

    @Test
    void unknownKeys_areIgnored() throws IOException {
        send("{'id':1,'trace':{'a':[1]},'cmd':'subscribe','params':{'shard_factor':4,'channels':['ticker'],"
                + "'market_ticker':'SP-A','nested':[{'cmd':'x'}]},'more':null}");
        expect("{'type':'subscribed','id':1,'msg':{'channel':'ticker','sid':1}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "not json | 0 | 1 | Unable to process message",
        "{'id':5,'cmd':'subscribe' | 5 | 1 | Unable to process message",
        "{'id':5} | 5 | 1 | Unable to process message",
        "{'id':5,'cmd':7} | 5 | 1 | Unable to process message",
        "{'id':'5','cmd':'list_subscriptions'} | 0 | 1 | Unable to process message",
        "{'id':5,'cmd':'subscribe','params':[]} | 5 | 1 | Unable to process message",
        "{'id':5,'cmd':'subscribe'} | 5 | 2 | Params required",
        "{'id':5,'cmd':'unsubscribe'} | 5 | 2 | Params required",
        "{'id':5,'cmd':'update_subscription'} | 5 | 2 | Params required",
        "{'id':5,'cmd':'subscribe','params':{'channels':[]}} | 5 | 3 | Channels required",
        "{'id':5,'cmd':'unsubscribe','params':{}} | 5 | 4 | Subscription IDs required",
        "{'id':5,'cmd':'unsubscribe','params':{'sids':[]}} | 5 | 4 | Subscription IDs required",
        "{'id':5,'cmd':'dance','params':{}} | 5 | 5 | Unknown command",
        "{'id':5,'cmd':'unsubscribe','params':{'sids':[77]}} | 5 | 7 | Unknown subscription ID",
        "{'id':5,'cmd':'update_subscription','params':{'sid':77,'action':'add_markets'}} | 5 | 7 | Unknown subscription ID",
        "{'id':5,'cmd':'subscribe','params':{'channels':['nonsense']}} | 5 | 8 | Unknown channel name",
        "{'id':5,'cmd':'subscribe','params':{'channels':['fill']}} | 5 | 9 | Authentication required",
        "{'id':5,'cmd':'subscribe','params':{'channels':'ticker'}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'channels':[1]}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'market_ticker':'A','market_tickers':['B']}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'market_tickers':['A',2]}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'market_ticker':'A B'}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'unsubscribe','params':{'sids':['1']}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'update_subscription','params':{'action':'add_markets'}} | 5 | 12 | Exactly one subscription ID is required",
        "{'id':5,'cmd':'update_subscription','params':{'sids':[1,2]}} | 5 | 12 | Exactly one subscription ID is required",
        "{'id':5,'cmd':'update_subscription','params':{'sid':1,'sids':[1]}} | 5 | 12 | Exactly one subscription ID is required",
        "{'id':5,'cmd':'subscribe','params':{'channels':['orderbook_delta']}} | 5 | 14 | Market Ticker required",
    })
    void commandThatIsWrong_getsItsError(String command, int id, int code, String text) throws IOException {
        client.wire().sendText(command.replace('\'', '"'));
        expect("{'type':'error'," + (id == 0 ? "" : "'id':" + id + ",") + "'msg':{'code':" + code + ",'msg':'" + text + "'}}");
        expectNothing();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "'action':'get_snapshot','market_ticker':'SP-B' | 11 | Invalid parameter",
        "'action':'add_markets','market_ticker':'' | 11 | Invalid parameter",
        "'action':'dance','market_ticker':'SP-B' | 13 | Unsupported action",
        "'action':'add_markets' | 14 | Market Ticker required",
        "'action':'delete_markets','market_tickers':[] | 14 | Market Ticker required",
        "'market_ticker':'SP-B' | 15 | Action required",
    })
    void updateThatIsWrong_getsItsError_andTakesNoSeq(String params, int code, String text) throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-A'}}");
        client.next(2);
        send("{'id':2,'cmd':'update_subscription','params':{'sid':1," + params + "}}");
        expect("{'type':'error','id':2,'msg':{'code':" + code + ",'msg':'" + text + "'}}");
        records.delta("SP-A", "yes", "0.4300", "1.00");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_delta sid=1 seq=2 SP-A"));
    }

    @Test
    void binaryFrame_getsAnError_andTheConnectionGoesOn() throws IOException {
        client.wire().send(WireSocket.BINARY, "{\"cmd\":\"list_subscriptions\"}".getBytes(StandardCharsets.US_ASCII));
        expect("{'type':'error','msg':{'code':1,'msg':'Unable to process message'}}");
        expectNothing();
    }

    @Test
    void clientsPing_isAnswered() throws IOException {
        client.wire().send(WireSocket.PING, new byte[] {1, 2, 3});
        WireSocket.Frame pong = client.wire().read();
        assertThat(pong.opcode()).isEqualTo(WireSocket.PONG);
        assertThat(pong.payload()).isEqualTo(new byte[] {1, 2, 3});
    }

    @Test
    void frameOverTheLimit_closesWith1009() throws IOException {
        // only the announcement: unread bytes would make the server's close frame get lost
        client.wire().announce((1 << 20) + 1);
        assertThat(client.awaitClose(SOON)).isEqualTo(1009);
    }

    @Test
    void messageInFragments_isReadWhole_unlessItIsOverTheLimit() throws IOException {
        client.wire().sendRaw(WireSocket.TEXT, "{\"id\":8,\"cmd\":\"list_sub".getBytes(StandardCharsets.US_ASCII));
        client.wire().send(WireSocket.CONTINUATION, "scriptions\"}".getBytes(StandardCharsets.US_ASCII));
        expect("{'type':'ok','id':8,'msg':[]}");
        client.wire().sendRaw(WireSocket.TEXT, new byte[1 << 19]);
        client.wire().sendRaw(WireSocket.CONTINUATION, new byte[1 << 19]);
        client.wire().send(WireSocket.CONTINUATION, new byte[1]);
        assertThat(client.awaitClose(SOON)).isEqualTo(1009);
    }

    @Test
    void fragments_thatAreEmpty_areFragments() throws IOException {
        byte[] command = "{\"id\":8,\"cmd\":\"list_subscriptions\"}".getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 2; round++) {
            client.wire().sendRaw(WireSocket.TEXT, new byte[0]);
            client.wire().sendRaw(WireSocket.CONTINUATION, new byte[0]);
            client.wire().sendRaw(WireSocket.CONTINUATION, command);
            // control frames may come between
            client.wire().send(WireSocket.PING, new byte[] {7});
            client.wire().send(WireSocket.CONTINUATION, new byte[0]);
            assertThat(client.wire().read().opcode()).isEqualTo(WireSocket.PONG);
            expect("{'type':'ok','id':8,'msg':[]}");
        }
    }

    @Test
    void messageThatIsEmpty_isNoCommand() throws IOException {
        client.wire().send(WireSocket.TEXT, new byte[0]);
        expect("{'type':'error','msg':{'code':1,'msg':'Unable to process message'}}");
    }

    /** Unknown opcodes, a reserved bit without an extension, a control frame in fragments, a fragment of nothing. */
    @ParameterizedTest
    @ValueSource(ints = {0x83, 0x8b, 0x0a, 0x09, 0x80, 0xc1, 0xa1, 0x91, 0xc9})
    void frameThatIsNone_closesWith1002(int head) throws IOException {
        client.wire().sendRaw(head, new byte[1]);
        assertThat(client.awaitClose(SOON)).isEqualTo(1002);
    }

    @Test
    void messageWithinAMessage_closesWith1002() throws IOException {
        client.wire().sendRaw(WireSocket.TEXT, new byte[0]);
        client.wire().send(WireSocket.TEXT, new byte[] {'{', '}'});
        assertThat(client.awaitClose(SOON)).isEqualTo(1002);
    }

    @Test
    void textThatIsNotUtf8_closesWith1007() throws IOException {
        client.wire().send(WireSocket.TEXT, new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'});
        assertThat(client.awaitClose(SOON)).isEqualTo(1007);
    }

    @Test
    void textInUtf8_isRead_alsoWhereAFragmentEndsWithinACharacter() throws IOException {
        byte[] command = "{\"id\":8,\"ü€\":\"𝄞\",\"cmd\":\"list_subscriptions\"}".getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut < command.length; cut++) {
            client.wire().sendRaw(WireSocket.TEXT, Arrays.copyOf(command, cut));
            client.wire().send(WireSocket.CONTINUATION, Arrays.copyOfRange(command, cut, command.length));
            expect("{'type':'ok','id':8,'msg':[]}");
        }
    }

    @ParameterizedTest
    @CsvSource({"1000,1000", "1001,1001", "1005,1002", "1006,1002", "1004,1002", "1015,1002", "999,1002", "2999,1002",
        "3000,3000", "4999,4999", "5000,1002"})
    void closeCode_isEchoed_ifItMayBeSent(int sent, int answered) throws IOException {
        client.wire().send(WireSocket.CLOSE, ByteBuffer.allocate(2).putShort((short) sent).array());
        assertThat(client.awaitClose(SOON)).isEqualTo(answered);
        if (sent == answered) {
            assertEnds();
        }
    }

    /** No second close frame, only the end. */
    private void assertEnds() {
        assertThatThrownBy(() -> client.wire().read()).isInstanceOf(EOFException.class);
    }

    @Test
    void closeWithoutACode_isAnsweredByOne() throws IOException {
        client.wire().send(WireSocket.CLOSE, new byte[0]);
        assertThat(client.awaitClose(SOON)).isEqualTo(1005);
    }

    @Test
    void closeThatTheClientAnswers_isFollowedByTheEnd() throws IOException {
        client.wire().sendRaw(0xc1, new byte[1]);
        assertThat(client.awaitClose(SOON)).isEqualTo(1002);
        client.wire().send(WireSocket.CLOSE, new byte[] {0x03, (byte) 0xea});
        assertEnds();
    }

    @Test
    void tenThousandTickers_inOneCommand_areSubscribed() throws IOException {
        List<String> tickers = IntStream.range(0, 10_000).mapToObj(i -> "SP-MANY-26NOV23-" + i).toList();
        String quoted = tickers.stream().map(ticker -> "'" + ticker + "'").collect(Collectors.joining(","));
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':[" + quoted + "]}}");
        client.next(10_001);
        assertThat(client.held(1).keySet()).isEqualTo(new TreeSet<>(tickers));
        send("{'id':2,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':[" + quoted + "]}}");
        assertThat(client.next().at("/msg/market_tickers").size()).isEqualTo(10_000);
        expectNothing();
    }

    @Test
    void commandsAtOnce_areAnsweredInOrder_bySubscribedAndOks() throws IOException {
        for (int id = 1; id <= 12; id++) {
            send("{'id':" + id + ",'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-" + id + "'}}");
        }
        List<String> replies = new ArrayList<>();
        for (JsonNode frame : client.next(24)) {
            if (frame.has("id")) {
                replies.add(frame.get("type").asText() + frame.get("id"));
            }
        }
        assertThat(replies.get(0)).isEqualTo("subscribed1");
        assertThat(replies.subList(1, 12)).isEqualTo(
                IntStream.rangeClosed(2, 12).mapToObj(id -> "ok" + id).toList());
    }

    @Test
    void keysThatNobodyAskedFor_areIgnored() throws IOException {
        try (WireSocket wire = WireSocket.ask(uri, Map.of("KALSHI-ACCESS-KEY", "any", "KALSHI-ACCESS-SIGNATURE", "x",
                "KALSHI-ACCESS-TIMESTAMP", "1", "Origin", "https://anywhere.example"), 0)) {
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void stockClient_ofTheJdk_getsOn() throws Exception {
        BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(
                URI.create(uri.toString().replaceFirst("^http", "ws")), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket source, CharSequence text, boolean last) {
                        frames.add(text.toString());
                        return WebSocket.Listener.super.onText(source, text, last);
                    }
                }).get(20, TimeUnit.SECONDS);
        socket.sendText("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"market_ticker\":\"SP-A\"}}", true);
        assertThat(frames.poll(20, TimeUnit.SECONDS))
                .isEqualTo("{\"type\":\"subscribed\",\"id\":1,\"msg\":{\"channel\":\"top_of_book\",\"sid\":1}}\n");
        assertThat(frames.poll(20, TimeUnit.SECONDS)).startsWith("{\"type\":\"top_of_book\",\"sid\":1,\"seq\":1,");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
    }
}

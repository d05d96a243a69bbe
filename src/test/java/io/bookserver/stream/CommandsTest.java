package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.bookserver.testkit.Records;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The exchange's commands and their effects. In every test the client checks that seq has no gap, that replies precede
 * their data and that frames end with a newline. No test may leave anything of its connection.
 */
class CommandsTest {
    private final StreamRig rig = new StreamRig(Limits.WIDE);
    private final Records records = rig.records();
    private final Line line = rig.connect();
    private final Queue<JsonNode> unread = new ArrayDeque<>();

    @BeforeEach
    void books() {
        List.of("SP-A", "SP-B", "SP-C").forEach(records::book);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        line.session().end("disconnected");
        line.run();
        assertThat(line.shard().isEmpty()).isTrue();
        assertThat(List.of(rig.fanOut().followed(), rig.fanOut().unknownFollowed())).containsOnly(0L);
    }

    private static JsonNode json(String singleQuoted) throws IOException {
        return StreamClient.json(singleQuoted.replace('\'', '"'));
    }

    private void send(String singleQuoted) throws IOException {
        unread.addAll(line.command(singleQuoted.replace('\'', '"')));
    }

    private JsonNode next() throws IOException {
        unread.addAll(line.run());
        return unread.remove();
    }

    private List<JsonNode> next(int frames) throws IOException {
        List<JsonNode> next = new ArrayList<>();
        while (next.size() < frames) {
            next.add(next());
        }
        return next;
    }

    private List<String> brief(int frames) throws IOException {
        return next(frames).stream().map(StreamClient::brief).toList();
    }

    private void expect(String... singleQuoted) throws IOException {
        for (String frame : singleQuoted) {
            assertThat(next()).isEqualTo(json(frame));
        }
    }

    private void expectNothing() throws IOException {
        unread.addAll(line.run());
        assertThat(unread).isEmpty();
    }

    @Test
    void subscribe_withoutChannels_isToTheTopOfBook() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'market_tickers':['SP-A','SP-B']}}");
        expect("{'type':'subscribed','id':1,'msg':{'channel':'top_of_book','sid':1}}");
        JsonNode top = next();
        assertThat(StreamClient.brief(top)).isEqualTo("top_of_book sid=1 seq=1 SP-A");
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
        JsonNode ticker = next();
        assertThat(List.of(StreamClient.brief(ticker), ticker.at("/msg/yes_bid_size_fp").asText(),
                ticker.at("/msg/yes_ask_dollars").asText(), ticker.at("/msg/yes_ask_size_fp").asText()))
                .isEqualTo(List.of("ticker sid=1 SP-A", "121.50", "0.4500", "300.00"));
    }

    @Test
    void secondSubscribe_extendsTheSubscription_withSnapshotsOfTheNewMarketsOnly() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-C','SP-B']}}");
        next(3);
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
        next();
        expect("{'type':'orderbook_snapshot','sid':1,'seq':1,'msg':{'market_ticker':'SP-UNKNOWN','market_id':'',"
                + "'state':'awaiting_snapshot','version':0}}");
        records.book("SP-UNKNOWN");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_snapshot sid=1 seq=2 SP-UNKNOWN"));
    }

    @Test
    void unsubscribe_endsTheRun_andTheNextSubscriptionHasANewSid() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta','ticker'],'market_ticker':'SP-A'}}");
        next(3);
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
    void unsubscribe_leavesTheOtherChannelsOfTheMarketAlone() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta','top_of_book','ticker'],'market_ticker':'SP-A'}}");
        next(5);
        send("{'id':2,'cmd':'unsubscribe','params':{'sids':[1]}}");
        next();
        records.delta("SP-A", "yes", "0.4300", "1.00");
        assertThat(brief(2)).isEqualTo(List.of("top_of_book sid=2 seq=2 SP-A", "ticker sid=3 SP-A"));
        send("{'id':3,'cmd':'unsubscribe','params':{'sids':[3]}}");
        next();
        records.delta("SP-A", "yes", "0.4300", "1.00");
        assertThat(brief(1)).isEqualTo(List.of("top_of_book sid=2 seq=3 SP-A"));
        expectNothing();
    }

    @Test
    void marketsDeletedAndAddedAgain_keepSidAndSeq_andGetAFreshSnapshot() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_tickers':['SP-A','SP-B']}}");
        next(3);
        send("{'id':2,'cmd':'update_subscription','params':{'sids':[1],'action':'delete_markets',"
                + "'market_tickers':['SP-A','SP-NEVER-THERE']}}");
        expect("{'type':'ok','id':2,'sid':1,'seq':3,'msg':{'market_tickers':['SP-B']}}");
        records.delta("SP-A", "yes", "0.4300", "1.00");
        expectNothing();
        send("{'id':3,'cmd':'update_subscription','params':{'sid':1,'action':'add_markets','market_ticker':'SP-A'}}");
        expect("{'type':'ok','id':3,'sid':1,'seq':4,'msg':{'market_tickers':['SP-A','SP-B']}}");
        JsonNode snapshot = next();
        assertThat(StreamClient.brief(snapshot)).isEqualTo("orderbook_snapshot sid=1 seq=5 SP-A");
        assertThat(snapshot.at("/msg/yes_dollars_fp/1/1").asText()).isEqualTo("121.00");
    }

    @Test
    void getSnapshot_carriesTheCommandsId_onEveryChannel() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta','top_of_book','ticker'],"
                + "'market_tickers':['SP-A','SP-B']}}");
        next(7);
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
        next(3);
        send("{'id':3,'cmd':'list_subscriptions'}");
        expect("{'type':'ok','id':3,'msg':[{'channel':'ticker','sid':1},{'channel':'orderbook_delta','sid':2}]}");
    }

    @Test
    void skipTickerAck_leavesTheListOut_ofThatCommandsReply() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-A'}}");
        next(2);
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
        next();
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
        next(3);
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
        next();
        assertThat(next().at("/msg/no_dollars_fp")).isEqualTo(json("[['0.4500','3.00'],['0.5000','2.00']]"));
        records.delta("SP-YES", "no", "0.5500", "1.00");
        JsonNode delta = next();
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

    /** Depth and interval are those of {@code top_of_book}; elsewhere they are parameters of no document. */
    @Test
    void depthAndInterval_onOtherChannels_areIgnored() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-A','depth':100}}");
        assertThat(brief(2).get(0)).startsWith("subscribed");
        send("{'id':2,'cmd':'subscribe','params':{'channels':['orderbook_delta'],'market_ticker':'SP-B','depth':0,'interval_ms':-1}}");
        assertThat(brief(2).get(0)).startsWith("ok");
        send("{'id':3,'cmd':'subscribe','params':{'channels':['ticker','top_of_book'],'market_ticker':'SP-A','depth':'many'}}");
        expect("{'type':'subscribed','id':3,'msg':{'channel':'ticker','sid':2}}",
                "{'type':'error','id':3,'msg':{'code':11,'msg':'Invalid parameter'}}");
    }

    /** Their filters are ignored, as at the exchange. */
    @Test
    void emptyList_onALifecycleChannel_isIgnored() throws IOException {
        send("{'id':1,'cmd':'subscribe','params':{'channels':['market_lifecycle_v2'],'market_tickers':[]}}");
        expect("{'type':'subscribed','id':1,'msg':{'channel':'market_lifecycle_v2','sid':1}}");
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
        "{'id':5,'cmd':'subscribe','params':{'market_tickers':[]}} | 5 | 14 | Market Ticker required",
        "{'id':5,'cmd':'subscribe','params':{'channels':['ticker'],'market_tickers':[]}} | 5 | 14 | Market Ticker required",
        "{'id':5,'cmd':'subscribe','params':{'channels':['trade'],'market_tickers':[]}} | 5 | 14 | Market Ticker required",
        "{'id':5,'cmd':'subscribe','params':{'depth':0}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'depth':51}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'depth':'5'}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'interval_ms':60001}} | 5 | 11 | Invalid parameter",
        "{'id':5,'cmd':'subscribe','params':{'interval_ms':-1}} | 5 | 11 | Invalid parameter",
    })
    void commandThatIsWrong_getsItsError(String command, int id, int code, String text) throws IOException {
        line.receive(new TextWebSocketFrame(command.replace('\'', '"')));
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
        next(2);
        send("{'id':2,'cmd':'update_subscription','params':{'sid':1," + params + "}}");
        expect("{'type':'error','id':2,'msg':{'code':" + code + ",'msg':'" + text + "'}}");
        records.delta("SP-A", "yes", "0.4300", "1.00");
        assertThat(brief(1)).isEqualTo(List.of("orderbook_delta sid=1 seq=2 SP-A"));
    }
}

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
        assertThat(StreamClient.brief(delta)).isEqualTo("orderbook_delta sid=1 seq=2 SP-A");
        assertThat(List.of(delta.at("/msg/price_dollars").asText(), delta.at("/msg/delta_fp").asText(),
                delta.at("/msg/side").asText())).isEqualTo(List.of("0.5500", "-100.00", "no"));
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

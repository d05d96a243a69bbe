package io.bookserver.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.path.json.JsonPath;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged server, jar or executable, over WebSocket; the client checks the protocol's rules at every frame. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedStreamIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TestHTTPResource("/trade-api/ws/v2")
    URI uri;

    Proxy proxy;

    private StreamClient client;
    private String ticker;

    @BeforeEach
    void connect() throws IOException {
        ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1));
        await().atMost(SOON).until(() -> given().get("/api/v1/books/" + ticker).statusCode() == 200);
        client = StreamClient.connect(uri);
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
    }

    private List<String> types(int frames) throws IOException {
        return client.next(frames).stream().map(frame -> frame.get("type").asText()).toList();
    }

    private void subscribe(String channels) throws IOException {
        client.send("subscribe", "\"channels\":[" + channels + "],\"send_initial_snapshot\":true,\"market_tickers\":[\""
                + ticker + "\"]");
    }

    /** A ladder of the REST answer, in the client's form. */
    private static Map<Integer, Long> ladder(JsonPath book, String side) {
        Map<Integer, Long> ladder = new TreeMap<>();
        for (Map<String, String> level : book.<Map<String, String>>getList(side)) {
            ladder.put(new BigDecimal(level.get("price_dollars")).movePointRight(4).intValueExact(),
                    new BigDecimal(level.get("quantity_fp")).movePointRight(2).longValueExact());
        }
        return ladder;
    }

    /** Whatever moment of the handshake it is: the framework kept connections whose end it did not hear of. */
    @Test
    void connections_resetWithinTheHandshake_areForgotten() throws IOException {
        for (int i = 0; i < 200; i++) {
            WireSocket.resetAfterTheRequest(uri);
        }
        // those of this test's own clients
        await().atMost(SOON).until(() -> openConnections() < 20);
    }

    private static double openConnections() {
        String metrics = given().get("/q/metrics").asString();
        Matcher found = Pattern.compile("(?m)^http_server_active_connections\\S* (\\S+)").matcher(metrics);
        assertThat(found.find()).as(metrics).isTrue();
        return Double.parseDouble(found.group(1));
    }

    @Test
    void subscribe_toAllChannels_isAnswered_withTheDataOfEach() throws IOException {
        subscribe("\"orderbook_delta\",\"top_of_book\",\"ticker\"");
        assertThat(types(6)).isEqualTo(List.of("subscribed", "orderbook_snapshot", "subscribed", "top_of_book",
                "subscribed", "ticker"));
        proxy.publish(ticker, Proxy.delta(ticker, 2, "0.4300", "-20.00"));
        assertThat(types(3)).containsExactlyInAnyOrder("orderbook_delta", "top_of_book", "ticker");
    }

    @Test
    void bookOfSnapshotAndDeltas_isTheBookOfRest() throws IOException {
        subscribe("\"orderbook_delta\"");
        client.next(2);
        proxy.publish(ticker, Proxy.delta(ticker, 2, "0.4300", "-120.00"), Proxy.delta(ticker, 3, "0.4400", "7.25"),
                Proxy.delta(ticker, 4, "0.4200", "1.00"));
        StreamClient.Held held = client.held(1).get(ticker);
        while (held.version() < 4) {
            client.next();
        }
        JsonPath book = given().get("/api/v1/books/" + ticker).jsonPath();
        assertThat(held.version()).isEqualTo(book.getLong("version"));
        assertThat(held.yes()).isEqualTo(Map.of(4400, 725L, 4200, 1400L)).isEqualTo(ladder(book, "yes"));
        assertThat(held.no()).isEqualTo(ladder(book, "no"));
    }

    @Test
    void badCommand_isAnsweredWithAnError_andTheConnectionGoesOn() throws IOException {
        JsonNode noSuchCommand = client.reply(client.send("nonsense", ""));
        assertThat(noSuchCommand.get("type").asText()).isEqualTo("error");
        client.send("{\"id\":7,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"nonsense\"]}}");
        assertThat(client.next()).isEqualTo(StreamClient.json(
                "{\"type\":\"error\",\"id\":7,\"msg\":{\"code\":8,\"msg\":\"Unknown channel name\"}}"));
        subscribe("\"orderbook_delta\"");
        assertThat(types(2)).isEqualTo(List.of("subscribed", "orderbook_snapshot"));
    }

    /** If the framework closed as well, it would send a second close frame after the first. */
    @Test
    void client_thatSendsNoPong_getsOneCloseFrame_andThenTheEnd() throws Exception {
        try (PackagedServer server = start("orderbook.stream.ping-interval=PT0.2S", "orderbook.stream.max-missed-pongs=2");
                WireSocket wire = WireSocket.open(server.uri(uri.getPath()))) {
            assertThat(closeCodes(wire)).isEqualTo(List.of(1008));
        }
    }

    @Test
    void client_thatDoesNotRead_getsOneCloseFrame_andThenTheEnd() throws Exception {
        try (PackagedServer server = start("orderbook.stream.max-unread-time=PT1S", "orderbook.stream.write-buffer-size=8K",
                "orderbook.stream.socket-buffer-size=8K", "orderbook.stream.ping-interval=PT60S");
                WireSocket wire = WireSocket.ask(server.uri(uri.getPath()), Map.of(), 4096)) {
            assertThat(wire.status()).isEqualTo(101);
            wire.sendText("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"orderbook_delta\"],"
                    + "\"market_ticker\":\"" + ticker + "\"}}");
            await().atMost(SOON).until(() -> {
                for (int i = 0; i < 20; i++) {
                    wire.sendText("{\"id\":2,\"cmd\":\"update_subscription\",\"params\":{\"sids\":[1],"
                            + "\"action\":\"get_snapshot\",\"market_tickers\":[\"" + ticker + "\"]}}");
                }
                return server.get("/q/metrics").lines().anyMatch(line ->
                        line.startsWith("orderbook_stream_closed_total{reason=\"slow_client\"} 1"));
            });
            assertThat(closeCodes(wire)).isEqualTo(List.of(1008));
        }
    }

    private PackagedServer start(String... settings) {
        Map<String, String> all = new TreeMap<>(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers()));
        for (String setting : settings) {
            String[] keyAndValue = setting.split("=");
            all.put(keyAndValue[0], keyAndValue[1]);
        }
        PackagedServer server = PackagedServer.start(all, List.of());
        await().atMost(SOON).until(server::isReady);
        return server;
    }

    /** The codes of all close frames up to the end of the connection. */
    private static List<Integer> closeCodes(WireSocket wire) throws IOException {
        List<Integer> codes = new ArrayList<>();
        while (true) {
            try {
                WireSocket.Frame frame = wire.read();
                if (frame.opcode() == WireSocket.CLOSE) {
                    codes.add(frame.closeCode());
                }
            } catch (EOFException e) {
                return codes;
            }
        }
    }
}

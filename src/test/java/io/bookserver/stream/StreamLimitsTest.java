package io.bookserver.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may connect and for how long, with limits small enough to be reached. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(StreamLimitsTest.SmallLimits.class)
class StreamLimitsTest extends StreamServer {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Map<String, String> KEY = Map.of("KALSHI-ACCESS-KEY", "first");

    public static class SmallLimits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.ofEntries(
                    Map.entry("orderbook.stream.compression", "true"),
                    Map.entry("orderbook.access.api-keys", "first,second"),
                    Map.entry("orderbook.stream.allowed-origins", "https://good.example"),
                    Map.entry("orderbook.stream.max-connections", "3"),
                    Map.entry("orderbook.stream.max-markets-per-connection", "3"),
                    Map.entry("orderbook.stream.max-commands-per-second", "8"),
                    Map.entry("orderbook.stream.max-command-burst", "8"),
                    Map.entry("orderbook.stream.ping-interval", "PT0.2S"),
                    Map.entry("orderbook.stream.max-missed-pongs", "2"),
                    Map.entry("orderbook.stream.idle-timeout", "PT2S"),
                    Map.entry("orderbook.stream.close-grace", "PT0.5S"));
        }
    }

    @Inject
    Completeness completeness;

    @BeforeEach
    void booksAreWhole() {
        await().atMost(SOON).until(completeness::isRebuilt);
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(SOON).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
    }

    private StreamClient connect() throws IOException {
        return new StreamClient(WireSocket.ask(uri, KEY, 0), held -> { });
    }

    private double closed(String reason) {
        return meters.counter("orderbook.stream.closed", "reason", reason).count();
    }

    private double refusedKeys() {
        return meters.counter("orderbook.query.refused", "code", "unauthorized").count();
    }

    @ParameterizedTest
    @CsvSource({
        "X-Nothing, at all, 401",
        "KALSHI-ACCESS-KEY, third, 401",
        "KALSHI-ACCESS-KEY, firs, 401",
        "Authorization, Basic first, 401",
        "Authorization, Bearer third, 401",
        "KALSHI-ACCESS-KEY, first, 101",
        "KALSHI-ACCESS-KEY, second, 101",
        "Authorization, Bearer second, 101",
    })
    void key_thatIsNotKnown_isRefused(String header, String value, int status) throws IOException {
        double refused = refusedKeys();
        try (WireSocket wire = WireSocket.ask(uri, Map.of(header, value), 0)) {
            assertThat(wire.status()).isEqualTo(status);
            if (status == 401) {
                assertThat(wire.body()).startsWith("{\"error\":{\"code\":\"unauthorized\",\"message\":\"KALSHI-ACCESS-KEY: ")
                        .endsWith("\"service\":\"orderbook-server\"}}");
            }
        }
        assertThat(refusedKeys() - refused).isEqualTo(status == 401 ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length, 5, body",
        "Upgrade, h2c, 'Upgrade, Connection'",
    })
    void handshake_thatIsNone_isRefused(String header, String value, String fault) throws IOException {
        try (WireSocket wire = WireSocket.ask(uri, Map.of("KALSHI-ACCESS-KEY", "first", header, value), 0)) {
            assertThat(wire.status()).isEqualTo(400);
            assertThat(wire.body()).startsWith("{\"error\":{\"code\":\"bad_request\",\"message\":\"" + fault + ": ");
        }
    }

    @Test
    void request_withoutAnUpgrade_isToldThatThePathIsAWebSocket() {
        given().headers(KEY).get(uri.getPath()).then().statusCode(400)
                .body("error.message", equalTo("Upgrade, Connection: must be websocket and Upgrade"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy=yes", "legacy=true&legacy=", "_=1&legacy=1"})
    void legacy_thatIsNoFlag_isRefused(String query) {
        handshake(query).statusCode(400).body("error.code", equalTo("bad_request"))
                .body("error.message", equalTo("legacy: must be true or false"));
    }

    /** The exchange's clients and what stands before them may add some. */
    @Test
    void parameter_thatIsNotKnown_isIgnored() throws IOException {
        try (StreamClient client = new StreamClient(WireSocket.ask(URI.create(uri + "?_=1&legacy=true"), KEY, 0), held -> { })) {
            client.send("{\"id\":7,\"cmd\":\"list_subscriptions\"}");
            assertThat(client.next(SOON).get("id").asInt()).isEqualTo(7);
        }
    }

    private ValidatableResponse handshake(String query) {
        return given().headers(KEY).headers("Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13",
                "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==").get(uri.getPath() + "?" + query).then();
    }

    @ParameterizedTest
    @CsvSource({"https://bad.example, 403", "http://good.example, 403", "null, 403", "https://good.example, 101"})
    void origin_thatIsNotAllowed_isRefused(String origin, int status) throws IOException {
        try (WireSocket wire = WireSocket.ask(uri, Map.of("KALSHI-ACCESS-KEY", "first", "Origin", origin), 0)) {
            assertThat(wire.status()).isEqualTo(status);
        }
    }

    @Test
    void connectionTooMany_isRefused_untilAnotherGoes() throws IOException {
        try (StreamClient one = connect(); StreamClient two = connect(); StreamClient three = connect()) {
            one.settle();
            two.settle();
            three.settle();
            try (WireSocket four = WireSocket.ask(uri, KEY, 0)) {
                assertThat(List.of(four.status(), four.header("Retry-After"), four.body())).isEqualTo(List.of(503, "5",
                        "{\"error\":{\"code\":\"max_connections\",\"message\":\"there are 3 connections already\","
                                + "\"service\":\"orderbook-server\"}}"));
            }
            two.close();
            await().atMost(SOON).until(() -> fanOut.sessions() == 2);
            try (StreamClient again = connect()) {
                assertThat(again.settle()).isEmpty();
            }
        }
    }

    @Test
    void marketTooMany_isRefused_andNothingHasChanged() throws IOException {
        try (StreamClient client = connect()) {
            client.send("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"orderbook_delta\"],"
                    + "\"market_tickers\":[\"A\",\"B\"]}}");
            client.next(3);
            client.send("{\"id\":2,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\"],"
                    + "\"market_tickers\":[\"A\",\"B\"]}}");
            assertThat(client.next()).isEqualTo(StreamClient.json(
                    "{\"type\":\"error\",\"id\":2,\"msg\":{\"code\":26,\"msg\":\"Subscription market limit exceeded\"}}"));
            client.send("{\"id\":3,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"add_markets\","
                    + "\"market_tickers\":[\"B\",\"C\",\"D\"]}}");
            assertThat(client.next().at("/msg/code").asInt()).isEqualTo(26);
            client.send("{\"id\":4,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,\"action\":\"add_markets\","
                    + "\"market_tickers\":[\"A\",\"B\",\"C\"]}}");
            assertThat(client.next()).isEqualTo(StreamClient.json("{\"type\":\"ok\",\"id\":4,\"sid\":1,\"seq\":3,"
                    + "\"msg\":{\"market_tickers\":[\"A\",\"B\",\"C\"]}}"));
        }
    }

    @Test
    void commandTooMany_inASecond_getsAnError() throws IOException {
        try (StreamClient client = connect()) {
            for (int id = 1; id <= 20; id++) {
                client.send("{\"id\":" + id + ",\"cmd\":\"list_subscriptions\"}");
            }
            List<JsonNode> replies = client.next(20);
            List<JsonNode> refused = new ArrayList<>(replies);
            refused.removeIf(reply -> reply.get("type").asText().equals("ok"));
            assertThat(replies.get(7).get("type").asText()).isEqualTo("ok");
            assertThat(refused).isNotEmpty().allSatisfy(reply -> assertThat(reply.get("msg")).isEqualTo(
                    StreamClient.json("{\"code\":27,\"msg\":\"Too many requests\"}")));
            await().atMost(SOON).until(() -> {
                client.send("list_subscriptions", "");
                return client.next().get("type").asText().equals("ok");
            });
        }
    }

    @Test
    void clientThatAnswersPings_hearsTheHeartbeat_untilItIsIdleForTooLong() throws IOException {
        double idle = closed("idle");
        try (StreamClient client = connect()) {
            long beganNanos = System.nanoTime();
            assertThat(client.awaitClose(SOON)).isEqualTo(1000);
            assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isGreaterThan(Duration.ofMillis(1_900));
            assertThat(client.pings()).hasSizeGreaterThan(2).containsOnly("heartbeat");
        }
        assertThat(closed("idle") - idle).isEqualTo(1);
    }

    @Test
    void clientThatIsSubscribed_isNeverIdle() throws IOException {
        try (StreamClient client = connect()) {
            client.send("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"market_ticker\":\"A\"}}");
            client.next(2);
            while (client.pings().size() < 15) {
                WireSocket.Frame ping = client.wire().read();
                assertThat(List.of(ping.opcode(), ping.text())).isEqualTo(List.of(WireSocket.PING, "heartbeat"));
                client.wire().send(WireSocket.PONG, ping.payload());
                client.pings().add(ping.text());
            }
            assertThat(client.settle()).isEmpty();
        }
    }

    @Test
    void clientThatDoesNotAnswerPings_isSentAway() throws IOException {
        double missed = closed("missed_pongs");
        try (WireSocket wire = WireSocket.ask(uri, KEY, 0)) {
            List<Integer> opcodes = new ArrayList<>();
            WireSocket.Frame frame;
            do {
                frame = wire.read();
                opcodes.add(frame.opcode());
            } while (frame.opcode() != WireSocket.CLOSE);
            assertThat(opcodes).isEqualTo(List.of(WireSocket.PING, WireSocket.PING, WireSocket.CLOSE));
            assertThat(frame.closeCode()).isEqualTo(1008);
        }
        assertThat(closed("missed_pongs") - missed).isEqualTo(1);
    }
}

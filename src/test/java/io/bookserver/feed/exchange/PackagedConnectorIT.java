package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.exchange.ScriptedExchange.Book;
import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged server, jar or executable, with its connector: two servers with the same topic, of which one is killed,
 * and a third one chained to the remaining one, which is killed as well and comes back.
 */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedConnectorIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MARKETS = 100;

    @TempDir
    Path folder;

    Proxy proxy;

    @Test
    void connectors_takeOverFromOneThatIsKilled_andAChainHoldsTheSameBooks_alsoAfterItsFirstLinkWasKilled() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        try (ScriptedExchange exchange = ScriptedExchange.start(11, pair.getPublic())) {
            exchange.addMarkets("KXTEST", MARKETS);
            exchange.traffic(100);
            Map<String, String> login = Map.of("orderbook.feed.exchange.ws-url", exchange.wsUrl(),
                    "orderbook.feed.exchange.rest-url", exchange.restUrl(),
                    "orderbook.feed.exchange.key-id", "key-1",
                    "orderbook.feed.exchange.private-key", pem(pair).toString());
            topics("connected");
            topics("chained");
            int port = EmbeddedBroker.freePort();
            PackagedServer left = start("connected", port, login);
            try {
                awaitConfirmed(left, MARKETS);
                try (PackagedServer killed = start("connected", EmbeddedBroker.freePort(), login)) {
                    await().atMost(SOON).until(() -> confirmed(killed) > 0 && confirmed(killed) + confirmed(left) == MARKETS);
                    killed.process().kill();
                }
                long goneNanos = System.nanoTime();
                awaitConfirmed(left, MARKETS);
                System.out.printf("a killed connector's markets are taken over after %d ms%n",
                        (System.nanoTime() - goneNanos) / 1_000_000);
                awaitEqualBooks(exchange, left);
                try (PackagedServer chained = start("chained", EmbeddedBroker.freePort(), Map.of(
                        "orderbook.feed.exchange.ws-url", left.uri("/trade-api/ws/v2").toString().replaceFirst("http", "ws"),
                        "orderbook.feed.exchange.rest-url", left.uri("/trade-api/v2").toString()))) {
                    awaitConfirmed(chained, MARKETS);
                    awaitEqualBooks(exchange, chained);
                    left.process().kill();
                    try (PackagedServer again = start("connected", port, login)) {
                        exchange.traffic(100);
                        awaitConfirmed(again, MARKETS);
                        awaitConfirmed(chained, MARKETS);
                        awaitEqualBooks(exchange, chained);
                        assertExchangeTimesAreKept(exchange, again, chained);
                    }
                }
            } finally {
                left.close();
            }
        }
    }

    private void topics(String topic) {
        Topics.createWithResync(proxy.bootstrapServers(), topic, 4);
    }

    private PackagedServer start(String topic, int port, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.putAll(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(), "quarkus.http.port", Integer.toString(port),
                "orderbook.topic", topic, "orderbook.resync.topic", topic + "-resync", "orderbook.feed.mode", "exchange",
                "orderbook.feed.exchange.group", topic));
        return PackagedServer.start(settings, List.of());
    }

    private static void awaitConfirmed(PackagedServer server, int markets) {
        await().atMost(SOON).until(() -> confirmed(server) == markets);
    }

    private static int confirmed(PackagedServer server) throws IOException {
        String status = server.get("/api/v1/status");
        return status.startsWith("{") ? JSON.readTree(status).at("/connector/markets/confirmed").intValue() : 0;
    }

    /** Stops the traffic, then waits until every book of the exchange is there, live and equal. */
    private static void awaitEqualBooks(ScriptedExchange exchange, PackagedServer server) {
        exchange.traffic(0);
        await().atMost(SOON).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            Map<String, Book> held = new HashMap<>();
            for (String ticker : exchange.books().keySet()) {
                JsonNode book = book(server, ticker);
                assertThat(book.path("state").asText()).as(ticker).isEqualTo("live");
                held.put(ticker, new Book(ladder(book.get("yes")), ladder(book.get("no"))));
            }
            assertThat(held).isEqualTo(exchange.books());
        });
    }

    /** What the exchange changes from now on has the exchange's own time at both ends of the chain. */
    private static void assertExchangeTimesAreKept(
            ScriptedExchange exchange, PackagedServer first, PackagedServer last) throws IOException {
        long sinceMs = System.currentTimeMillis();
        exchange.traffic(100);
        await().atMost(SOON).until(() -> changedSince(first, sinceMs).size() >= 20);
        awaitEqualBooks(exchange, last);
        assertThat(changedSince(last, sinceMs)).isEqualTo(changedSince(first, sinceMs));
    }

    /** The exchange's times of the levels that it has changed since, by ticker, side and price. */
    private static Map<String, Long> changedSince(PackagedServer server, long sinceMs) throws IOException {
        Map<String, Long> times = new TreeMap<>();
        for (int i = 0; i < MARKETS; i++) {
            JsonNode book = book(server, "KXTEST-" + i);
            for (String side : List.of("yes", "no")) {
                book.path(side).forEach(level -> {
                    if (level.path("exchange_ms").longValue() >= sinceMs) {
                        times.put(book.get("market_ticker").textValue() + side + level.get("price_dollars").textValue(),
                                level.get("exchange_ms").longValue());
                    }
                });
            }
        }
        return times;
    }

    private static JsonNode book(PackagedServer server, String ticker) throws IOException {
        JsonNode answer = JSON.readTree(server.get("/api/v1/books/" + ticker));
        return answer.has("books") ? answer.get("books").path(0) : answer;
    }

    private static Map<Integer, Long> ladder(JsonNode levels) {
        Map<Integer, Long> ladder = new TreeMap<>();
        levels.forEach(level -> ladder.put(units(level, "price_dollars", 4).intValueExact(),
                units(level, "quantity_fp", 2).longValueExact()));
        return ladder;
    }

    private static BigDecimal units(JsonNode level, String field, int decimals) {
        return new BigDecimal(level.get(field).textValue()).movePointRight(decimals);
    }

    private Path pem(KeyPair pair) throws IOException {
        return Files.writeString(folder.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n");
    }
}

package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.testkit.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The connector between a scripted exchange and a real broker. */
@Timeout(180)
class ConnectorIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final int PARTITIONS = 4;
    private static final AtomicInteger LAST_TOPIC = new AtomicInteger();

    private static EmbeddedBroker broker;

    @TempDir
    Path folder;

    private final String topic = "connector-" + LAST_TOPIC.incrementAndGet();
    private ScriptedExchange exchange;
    private TopicBooks books;
    private ConnectorRig rig;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void start() {
        Topics.createWithResync(broker.bootstrapServers(), topic, PARTITIONS);
        books = new TopicBooks(broker.bootstrapServers(), topic, PARTITIONS);
        exchange = ScriptedExchange.start(42);
    }

    @AfterEach
    void stop() {
        if (rig != null) {
            rig.close();
        }
        books.close();
        exchange.close();
    }

    private ConnectorRig connector(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        rig = new ConnectorRig(exchange, broker.bootstrapServers(), topic, all);
        return rig;
    }

    /** Stops the traffic, then waits until every book of the exchange is here, live and equal. */
    private void awaitEqualBooks() {
        exchange.traffic(0);
        await().atMost(SOON).untilAsserted(() -> assertThat(books.missingOrDifferent(exchange.books())).isEmpty());
        assertThat(books.breaches()).isEmpty();
        assertNothingAskedTooOften();
    }

    private void assertNothingAskedTooOften() {
        exchange.asked().forEach((ticker, times) -> assertThat(IntStream.range(1, times.size())
                .mapToLong(i -> times.get(i) - times.get(i - 1))).as("pauses between requests for %s", ticker)
                .allMatch(pause -> pause >= 4_900));
    }

    private void run(ScriptedExchange ofMarkets, int markets, int changesPerSecond) {
        ofMarkets.addMarkets("KXTEST", markets);
        ofMarkets.traffic(changesPerSecond);
        await().atMost(SOON).until(() -> ofMarkets.followed() == markets);
    }

    @Test
    void thousandsOfMarkets_overTwoConnections_arriveAsTheyAre() {
        exchange.addMarkets("KXTEST", 3_000);
        exchange.addMarkets("KXMVEMANY", 50);
        exchange.traffic(1_000);
        connector("connections", "2", "markets-per-command", "200");
        await().atMost(SOON).until(() -> exchange.followed() == 3_000);
        assertThat(exchange.connections()).isEqualTo(2);
        exchange.traffic(0);
        await().atMost(SOON).untilAsserted(() -> {
            var all = exchange.books();
            all.keySet().removeIf(ticker -> ticker.startsWith("KXMVE"));
            assertThat(books.missingOrDifferent(all)).isEmpty();
        });
        assertThat(books.breaches()).isEmpty();
        assertThat(books.types()).containsKeys("feed_status", "market_lifecycle_v2").doesNotContainKey("feed_gap");
        assertThat(books.hasTold("KXTEST-0", "market_lifecycle_v2", "created")).isTrue();
        assertThat(rig.figures.holes.sum()).isZero();
        assertThat(exchange.asked()).isEmpty();
    }

    @Test
    void login_isCheckedByThePublicKey_andAClockThatIsOffIsCorrected() throws Exception {
        for (String algorithm : List.of("RSA", "Ed25519")) {
            exchange.close();
            KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            exchange = ScriptedExchange.start(42, pair.getPublic());
            exchange.clockAhead(60_000);
            exchange.addMarkets("KXTEST", 20);
            connector("key-id", "key-1", "private-key", pem(pair).toString());
            await().atMost(SOON).until(() -> exchange.followed() == 20);
            assertThat(exchange.refusals()).hasSizeLessThanOrEqualTo(3).allMatch("timestamp"::equals);
            awaitEqualBooks();
            rig.close();
            rig = null;
        }
    }

    @Test
    void connectorWithoutAKey_beforeAnExchangeThatWantsOne_goesOnTryingAndRarely() throws GeneralSecurityException {
        exchange.close();
        exchange = ScriptedExchange.start(42, KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        connector();
        await().atMost(SOON).until(() -> exchange.refusals().size() >= 4);
        assertThat(exchange.refusals()).containsOnly("no login");
        assertThat(books.types()).doesNotContainKey("orderbook_snapshot");
    }

    @Test
    void holesInTheSequence_areHealed() {
        connector();
        run(exchange, 200, 500);
        exchange.lose(3);
        await().atMost(SOON).until(() -> rig.figures.holes.sum() >= 1);
        awaitEqualBooks();
        assertThat(books.types()).containsKey("feed_gap");
    }

    @Test
    void lostSnapshots_andASubscribeThatIsNeverAnswered_areHealed() {
        exchange.ignoreSubscribes(1);
        exchange.loseSnapshots(10);
        connector("markets-per-command", "50");
        exchange.addMarkets("KXTEST", 200);
        await().atMost(SOON).until(() -> exchange.followed() == 200);
        awaitEqualBooks();
        assertThat(exchange.asked()).hasSize(10);
    }

    @Test
    void subscriptionsThatAreEnded_connectionsThatAreClosedOrCut_comeBack() {
        connector("connections", "2");
        run(exchange, 200, 500);
        for (int code : new int[] {25, 10}) {
            long before = rig.figures.subscriptionsEnded.sum();
            exchange.endBooks(code);
            await().atMost(SOON).until(() -> rig.figures.subscriptionsEnded.sum() > before && exchange.followed() == 200);
        }
        exchange.cut();
        await().atMost(SOON).until(() -> rig.figures.reconnects.sum() >= 1 && exchange.followed() == 200);
        exchange.closeAll();
        await().atMost(SOON).until(() -> rig.figures.reconnects.sum() >= 3 && exchange.followed() == 200);
        awaitEqualBooks();
        assertThat(books.connections()).hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void silence_isFoundAndMended() {
        connector();
        run(exchange, 50, 100);
        exchange.fallSilent();
        await().atMost(SOON).until(() -> rig.figures.reconnects.sum() >= 1);
        await().atMost(SOON).until(() -> rig.figures.marketsConfirmed.get() == 50);
        awaitEqualBooks();
    }

    @Test
    void handshakesThatAreRefused_areTriedAgainUntilTheySucceed() {
        exchange.addMarkets("KXTEST", 20);
        exchange.refuseHandshakes(429, 3);
        connector();
        await().atMost(SOON).until(() -> exchange.followed() == 20);
        exchange.refuseHandshakes(503, 3);
        exchange.closeAll();
        await().atMost(SOON).until(() -> rig.figures.reconnects.sum() >= 1 && exchange.followed() == 20);
        awaitEqualBooks();
    }

    @Test
    void listThatFails_overlaps_loopsAndHoldsNonsense_isWalkedThrough() {
        exchange.addMarkets("KXTEST", 2_500);
        exchange.failRest(429, 1);
        connector();
        exchange.pages(true, false, true);
        await().atMost(SOON).until(() -> exchange.followed() == 2_500);
        exchange.pages(false, true, false);
        exchange.failRest(500, 2);
        exchange.addMarkets("KXLATE", 10);
        rig.close();
        connector();
        await().atMost(SOON).until(() -> rig.figures.listingFaults.sum() >= 1);
        exchange.pages(false, false, false);
        await().atMost(SOON).until(() -> exchange.followed() == 2_510);
        awaitEqualBooks();
    }

    @Test
    void marketsThatAreListedLater_andDetermined_areFollowedAndTold() {
        connector();
        run(exchange, 20, 50);
        exchange.create("KXSHORT-1", 60);
        await().atMost(SOON).until(() -> exchange.followed() == 21);
        exchange.determine("KXSHORT-1");
        await().atMost(SOON).until(() -> books.hasTold("KXSHORT-1", "market_lifecycle_v2", "determined"));
        awaitEqualBooks();
    }

    @Test
    void serverThatAsksForASnapshot_getsOne_atMostOnceInFiveSeconds() {
        connector();
        run(exchange, 20, 0);
        awaitEqualBooks();
        try (var producer = new KafkaProducer<>(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(), new ByteArraySerializer())) {
            await().atMost(SOON).until(() -> {
                producer.send(new ProducerRecord<>(topic + "-resync", "KXTEST-7", new byte[0]));
                producer.send(new ProducerRecord<>(topic + "-resync", "UNKNOWN", new byte[0]));
                return exchange.asked().getOrDefault("KXTEST-7", List.of()).size() == 3;
            });
        }
        assertThat(exchange.asked()).containsOnlyKeys("KXTEST-7");
        assertNothingAskedTooOften();
    }

    private Path pem(KeyPair pair) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "key", ".pem"), "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n");
    }
}

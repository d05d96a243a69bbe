package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.testkit.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The connector while Kafka is down. */
@Timeout(240)
class ConnectorOutageIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PARTITIONS = 4;
    private static final String TOPIC = "outage";
    private static final int MARKETS = 300;
    private static final long MAX_PENDING_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private final int port = EmbeddedBroker.freePort();
    private EmbeddedBroker broker;
    private ScriptedExchange exchange;
    private TopicBooks books;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(folder, port);
        Topics.createWithResync(broker.bootstrapServers(), TOPIC, PARTITIONS);
        books = new TopicBooks(broker.bootstrapServers(), TOPIC, PARTITIONS);
        exchange = ScriptedExchange.start(3);
        exchange.addMarkets("KXTEST", MARKETS);
    }

    @AfterEach
    void stop() {
        books.close();
        exchange.close();
        broker.close();
    }

    private ConnectorRig connector(String patience) {
        ConnectorRig rig = new ConnectorRig(exchange, broker.bootstrapServers(), TOPIC,
                Map.of("kafka-patience", patience, "max-pending-bytes", Long.toString(MAX_PENDING_BYTES)));
        exchange.traffic(2_000);
        await().atMost(SOON).until(() -> exchange.followed() == MARKETS);
        // a market whose first snapshot is lost has deltas without one, until the next snapshot
        await().atMost(SOON).until(() -> books.types().getOrDefault("orderbook_snapshot", 0) >= MARKETS);
        return rig;
    }

    private void awaitEqualBooks() {
        exchange.traffic(0);
        await().atMost(SOON).untilAsserted(() -> assertThat(books.missingOrDifferent(exchange.books())).isEmpty());
        assertThat(books.breaches()).isEmpty();
    }

    @Test
    void kafkaThatComesBackInTime_losesNothing_andTheSocketIsNotReadBeyondTheLimit() {
        try (ConnectorRig rig = connector("PT1M")) {
            broker.close();
            await().atMost(SOON).until(() -> rig.figures.paused.get() == 1);
            long messages = rig.figures.messages.sum();
            await().pollInterval(Duration.ofMillis(10)).during(Duration.ofSeconds(5)).atMost(SOON)
                    .until(() -> rig.figures.pendingBytes.get() <= 2 * MAX_PENDING_BYTES);
            assertThat(rig.figures.messages.sum()).isLessThan(messages + 2_000);
            broker = EmbeddedBroker.start(folder, port);
            await().atMost(SOON).until(() -> rig.figures.paused.get() == 0);
            awaitEqualBooks();
            assertThat(rig.figures.recordsLost.sum()).isZero();
        }
    }

    @Test
    void kafkaThatIsAwayForTooLong_losesRecords_whichIsToldAndMended() {
        try (ConnectorRig rig = connector("PT3S")) {
            broker.close();
            await().atMost(SOON).until(() -> rig.figures.recordsLost.sum() >= 1);
            broker = EmbeddedBroker.start(folder, port);
            await().atMost(SOON).until(() -> books.types().containsKey("feed_gap"));
            awaitEqualBooks();
        }
    }
}

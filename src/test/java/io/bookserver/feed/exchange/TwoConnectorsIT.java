package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.testkit.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two connectors of one topic: each has a share of the markets; if only one remains, it has all. */
@Timeout(180)
class TwoConnectorsIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final String TOPIC = "shared";
    private static final int MARKETS = 400;

    @Test
    void connectors_shareTheMarkets_andTakeOverFromEachOther() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(); ScriptedExchange exchange = ScriptedExchange.start(5)) {
            Topics.createWithResync(broker.bootstrapServers(), TOPIC, 4);
            exchange.addMarkets("KXTEST", MARKETS);
            exchange.traffic(400);
            try (TopicBooks books = new TopicBooks(broker.bootstrapServers(), TOPIC, 4)) {
                share(broker, exchange, books);
            }
        }
    }

    private static void share(EmbeddedBroker broker, ScriptedExchange exchange, TopicBooks books) {
        ConnectorRig first = new ConnectorRig(exchange, broker.bootstrapServers(), TOPIC, Map.of());
        try {
            await().atMost(SOON).until(() -> exchange.followed() == MARKETS);
            try (ConnectorRig second = new ConnectorRig(exchange, broker.bootstrapServers(), TOPIC, Map.of())) {
                await().atMost(SOON).until(() -> first.figures.partitionsOwned.get() == 2
                        && second.figures.partitionsOwned.get() == 2);
                await().atMost(SOON).until(() -> first.figures.marketsConfirmed.get() + second.figures.marketsConfirmed.get()
                        == MARKETS && exchange.followed() == MARKETS);
                assertThat(first.figures.marketsConfirmed.get()).isBetween(MARKETS / 4, 3 * MARKETS / 4);
                awaitEqualBooks(exchange, books);
                SortedSet<Long> before = books.connections();
                exchange.traffic(400);
                long goneNanos = System.nanoTime();
                first.close();
                await().atMost(SOON).until(() -> second.figures.partitionsOwned.get() == 4
                        && second.figures.marketsConfirmed.get() == MARKETS);
                assertThat(Duration.ofNanos(System.nanoTime() - goneNanos)).isLessThan(Duration.ofSeconds(20));
                awaitEqualBooks(exchange, books);
                assertThat(books.connections().last()).isGreaterThan(before.last());
            }
        } finally {
            first.close();
        }
    }

    private static void awaitEqualBooks(ScriptedExchange exchange, TopicBooks books) {
        exchange.traffic(0);
        await().atMost(SOON).untilAsserted(() -> assertThat(books.missingOrDifferent(exchange.books())).isEmpty());
        assertThat(books.breaches()).isEmpty();
    }
}

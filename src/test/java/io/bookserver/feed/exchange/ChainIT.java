package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange.Book;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A connector chained to a server that is fed by the simulator: what it publishes are that server's books. */
@QuarkusTest
@TestProfile(ChainIT.Simulated.class)
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class ChainIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TOPIC = "chained";

    /** Few changes, so that there are moments without a change in progress. */
    public static class Simulated implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "orderbook.feed.mode", "simulator",
                    "orderbook.feed.simulator.markets", "40",
                    "orderbook.feed.simulator.updates-per-second", "10");
        }
    }

    EmbeddedBroker broker;

    @TestHTTPResource("/")
    URI server;

    @Inject
    BookRegistry registry;

    private Map<String, Book> serversBooks() {
        Map<String, Book> books = new HashMap<>();
        registry.markets().forEach(market -> {
            BookLevels levels = BookLevels.of(market.current().book());
            if (market.current().status().closedMs().isEmpty()) {
                books.put(market.current().ticker(), new Book(levels.yes(), levels.no()));
            }
        });
        return books;
    }

    @Test
    void connectorBehindAServer_publishesItsBooks_alsoAfterARestart() {
        Topics.createWithResync(broker.bootstrapServers(), TOPIC, 4);
        String host = server.getHost() + ":" + server.getPort();
        await().atMost(SOON).until(() -> registry.size() >= 40);
        try (TopicBooks books = new TopicBooks(broker.bootstrapServers(), TOPIC, 4)) {
            for (int start = 1; start <= 2; start++) {
                try (ConnectorRig rig = new ConnectorRig("ws://" + host + "/trade-api/ws/v2", "http://" + host + "/trade-api/v2",
                        broker.bootstrapServers(), TOPIC, Map.of())) {
                    await().atMost(SOON).until(() -> rig.figures.marketsConfirmed.get() >= 40);
                    await().atMost(SOON).pollInterval(Duration.ofMillis(50))
                            .until(() -> books.missingOrDifferent(serversBooks()).isEmpty());
                }
            }
            assertThat(books.breaches()).isEmpty();
        }
    }
}

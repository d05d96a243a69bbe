package io.bookserver.feed.exchange;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookSnapshot;
import io.bookserver.book.BookState;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.testkit.BrokerResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A whole server that is fed by its own connector: what its books are, and how it detects and repairs planted faults.
 */
@QuarkusTest
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
@WithTestResource(value = ScriptedExchangeResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class ConnectedServerIT {
    private static final Duration SOON = Duration.ofSeconds(40);

    EmbeddedBroker broker;
    ScriptedExchange exchange;

    @Inject
    BookRegistry registry;

    @Inject
    MeterRegistry meters;

    @AfterEach
    void quiet() {
        exchange.traffic(0);
    }

    private Optional<BookSnapshot> book(String ticker) {
        return registry.market(ticker).map(market -> market.current().book());
    }

    private List<String> missingOrDifferent() {
        List<String> wrong = new ArrayList<>();
        exchange.books().forEach((ticker, truth) -> {
            Optional<BookSnapshot> book = book(ticker);
            if (book.isEmpty() || book.get().state() != BookState.LIVE
                    || !BookLevels.of(book.get()).equals(new BookLevels(truth.yes(), truth.no()))) {
                wrong.add(ticker + " is " + book + " but should be " + truth);
            }
        });
        return wrong;
    }

    private void awaitEqualBooks() {
        await().atMost(SOON).untilAsserted(() -> assertThat(missingOrDifferent()).isEmpty());
    }

    private double counted(String name) {
        return meters.get("orderbook.connector." + name).functionCounter().count();
    }

    @Test
    void books_ofTheServer_areTheExchanges_alsoAfterHolesAndCuts() {
        exchange.traffic(300);
        awaitFollowed();
        exchange.lose(2);
        await().atMost(SOON).until(() -> counted("holes") >= 1);
        exchange.cut();
        await().atMost(SOON).until(() -> counted("reconnects") >= 1);
        awaitFollowed();
        exchange.traffic(0);
        awaitEqualBooks();
    }

    private void awaitFollowed() {
        await().atMost(SOON).until(() -> exchange.followed() == 50);
    }

    /** A change without a message: the sequence has no gap, and yet the book is wrong. */
    @Test
    void audit_findsABookThatIsWrong_andMendsIt_andFindsNothingInBooksThatMove() {
        awaitEqualBooks();
        exchange.traffic(200);
        double before = counted("audits.differing");
        double audited = counted("audited");
        await().atMost(SOON).until(() -> counted("audited") >= audited + 200);
        assertThat(counted("audits.differing")).isEqualTo(before);
        exchange.traffic(0);
        // messages on their way must not be taken for the difference
        awaitEqualBooks();
        exchange.changeUnseen("KXTEST-3");
        assertThat(missingOrDifferent()).hasSize(1);
        await().atMost(SOON).until(() -> counted("audits.differing") == before + 1);
        awaitEqualBooks();
    }

    /** A record that cannot be read makes its book stale; only the server knows. */
    @Test
    void bookThatTurnsStale_isAskedFor_andHealed() {
        awaitEqualBooks();
        try (var producer = new KafkaProducer<>(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("market-data-all", "KXTEST-9",
                    "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":"));
        }
        await().atMost(SOON).until(() -> book("KXTEST-9").orElseThrow().state() == BookState.STALE);
        await().atMost(SOON).until(() -> book("KXTEST-9").orElseThrow().state() == BookState.LIVE);
        assertThat(counted("resyncs")).isGreaterThanOrEqualTo(1);
        awaitEqualBooks();
    }

    @Test
    void status_tellsHowTheConnectorFares() {
        awaitFollowed();
        awaitEqualBooks();
        await().atMost(SOON).untilAsserted(() -> {
            var status = given().get("/api/v1/status").jsonPath();
            assertThat(status.<String, Object>getMap("connector.connections")).containsEntry("open", 1).containsEntry("wanted", 1);
            assertThat(status.getLong("connector.connections.connected_since_ms")).isPositive();
            assertThat(status.getLong("connector.connections.last_message_age_ms")).isNotNegative();
            assertThat(status.<String, Object>getMap("connector.markets")).isEqualTo(
                    Map.of("wanted", 50, "confirmed", 50, "left_out", 0, "awaiting_snapshot", 0));
            assertThat(status.getLong("connector.messages")).isGreaterThanOrEqualTo(50);
            assertThat(status.getBoolean("connector.kafka.reading_paused")).isFalse();
        });
    }

    @Test
    void everyMetricOfTheConnector_thatAlertsAndPanelsName_isThere() throws IOException {
        awaitEqualBooks();
        Set<String> named = new TreeSet<>();
        for (String file : List.of("alerts.yml", "grafana/dashboards/orderbook-server.json")) {
            Pattern.compile("orderbook_connector_[a-z_]+")
                    .matcher(Files.readString(Path.of("deploy/observability", file))).results()
                    .forEach(found -> named.add(found.group()));
        }
        assertThat(named).hasSizeGreaterThan(5);
        await().atMost(SOON).untilAsserted(() -> {
            String present = given().get("/q/metrics").asString();
            assertThat(named).allSatisfy(name -> assertThat(present).contains("\n" + name));
        });
    }
}

package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged server, jar or executable, with Kafka: envelopes in, dead letters out. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedKafkaIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    Proxy proxy;

    private static String header(ConsumerRecord<String, String> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static List<String> stateAndBid(String ticker) {
        var response = given().get("/api/v1/top-of-book?market_tickers=" + ticker);
        // 503 until the books are rebuilt
        return response.statusCode() == 503 || response.jsonPath().getList("books").isEmpty() ? List.of()
                : List.of(response.jsonPath().getString("books[0].state"),
                        response.jsonPath().getString("books[0].yes_bid.quantity_fp"));
    }

    @Test
    void envelopes_becomeABook_inTheirOrder() {
        String ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1), Proxy.delta(ticker, 2, "0.4300", "-20.00"),
                Proxy.delta(ticker, 3, "0.4400", "5.50"), Proxy.delta(ticker, 4, "0.4300", "-100.00"));
        await().atMost(SOON).until(() -> stateAndBid(ticker).equals(List.of("live", "5.50")));
        assertThat(given().get("/api/v1/books/" + ticker).jsonPath().<String>getList("yes.price_dollars"))
                .isEqualTo(List.of("0.4400", "0.4200"));
    }

    @Test
    void rubbish_isDeadLettered_andTheStreamGoesOn() {
        String ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1), "rubbish", Proxy.delta(ticker, 2, "0.4300", "many"),
                Proxy.delta(ticker, 3, "0.4300", "1.00"));
        List<ConsumerRecord<String, String>> letters = proxy.deadLetters(ticker, 2);
        assertThat(letters.stream().map(ConsumerRecord::value).toList())
                .isEqualTo(List.of("rubbish", Proxy.delta(ticker, 2, "0.4300", "many")));
        assertThat(header(letters.get(0), "dead-letter-reason")).isEqualTo("not_json");
        assertThat(header(letters.get(0), "dead-letter-topic")).isEqualTo(Topics.MARKET_DATA);
        assertThat(header(letters.get(0), "dead-letter-cause")).startsWith("value: is not JSON");
        // the book shows that a change was lost
        await().atMost(SOON).until(() -> stateAndBid(ticker).equals(List.of("stale", "121.00")));
        proxy.publish(ticker, Proxy.snapshot(ticker, 4));
        await().atMost(SOON).until(() -> stateAndBid(ticker).equals(List.of("live", "120.00")));
    }
}

package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.SecuredBroker;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged server, jar or executable, with a broker with TLS, SASL and access control, by configuration only. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(SecuredBroker.class)
class PackagedSecurityIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    Proxy proxy;
    SecuredBroker broker;

    private static int readiness() {
        return given().get("/q/health/ready").statusCode();
    }

    @Test
    void server_isNotReadyWhileItsPasswordIsWrong_andReadsAndDeadLettersOnceItIsRight() {
        String ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1), "rubbish", Proxy.snapshot(ticker, 2));
        await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(10)).until(() -> readiness() == 503);
        assertThat(given().get("/q/health/ready").jsonPath().getString("checks.find { it.name == 'books' }.data.waiting_for"))
                .isEqualTo("the broker and its topic");
        assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);

        broker.learnPassword();
        await().atMost(SOON).until(() -> readiness() == 200);
        assertThat(given().get("/api/v1/top-of-book?market_tickers=" + ticker).jsonPath().getString("books[0].state"))
                .isEqualTo("live");
        assertThat(proxy.deadLetters(ticker, 1).get(0).value()).isEqualTo("rubbish");
    }
}

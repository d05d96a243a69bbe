package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.OauthBroker;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.TokenEndpoint;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The packaged server, jar or executable, with a broker that requires OAUTHBEARER, with tokens of an https endpoint.
 */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(OauthBroker.class)
class PackagedOauthIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    Proxy proxy;
    TokenEndpoint tokens;

    @Test
    void server_fetchesTokens_readsAndDeadLetters() {
        String ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1), "rubbish", Proxy.snapshot(ticker, 2));
        await().atMost(SOON).until(() -> given().get("/q/health/ready").statusCode() == 200);
        assertThat(given().get("/api/v1/top-of-book?market_tickers=" + ticker).jsonPath().getString("books[0].state"))
                .isEqualTo("live");
        assertThat(proxy.deadLetters(ticker, 1).get(0).value()).isEqualTo("rubbish");
        // two consumers and a producer, each with its own login
        assertThat(tokens.granted()).isPositive();
    }
}

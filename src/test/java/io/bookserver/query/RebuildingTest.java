package io.bookserver.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers during a rebuild, simulated by the test; and too many requests. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(RebuildingTest.Told.class)
class RebuildingTest {
    private static volatile boolean rebuilt;

    public static class Told implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(ToldCompleteness.class);
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orderbook.access.requests-per-second", "100", "orderbook.access.burst-seconds", "1");
        }
    }

    /** As the test sets it. */
    @Alternative
    @ApplicationScoped
    public static class ToldCompleteness implements Completeness {
        @Override
        public boolean isRebuilt() {
            return rebuilt;
        }

        @Override
        public long recordsRead() {
            return 7;
        }

        @Override
        public long recordsToRead() {
            return 5_000_000_000L;
        }

        @Override
        public long completeToMs() {
            return 1_786_085_189_150L;
        }

        @Override
        public long newestRecordMs(int partition) {
            return 0;
        }
    }

    @BeforeEach
    void notRebuilt() {
        rebuilt = false;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/top-of-book", "/api/v1/top-of-book?market_tickers=A", "/api/v1/books/A",
        "/api/v1/markets", "/trade-api/v2/markets/A/orderbook", "/trade-api/v2/markets/orderbooks?tickers=A"})
    void data_isRefused_andSaysHowFarItIs(String path) {
        String field = path.startsWith("/trade-api/") ? "error." : "";
        given().get(path).then().statusCode(503).header("Retry-After", equalTo("1"))
                .body(field + "code", equalTo("rebuilding"))
                .body(field + "message", equalTo("7 of 5000000000 records"));
        given().head(path).then().statusCode(503);
        rebuilt = true;
        assertThat(given().get(path).statusCode()).isIn(200, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/top-of-book", "/api/v1/books"})
    void dataByPost_isRefusedToo(String path) {
        given().body("{\"market_tickers\":[\"A\"]}").post(path).then().statusCode(503)
                .body("code", equalTo("rebuilding"));
        rebuilt = true;
        given().body("{\"market_tickers\":[\"A\"]}").post(path).then().statusCode(200)
                .body("complete_to_ms", equalTo(1_786_085_189_150L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/status", "/api/v1/clients", "/q/health/live", "/q/metrics", "/q/openapi"})
    void theRest_isAnsweredAllTheTime(String path) {
        given().get(path).then().statusCode(200);
    }

    @Test
    void status_tellsTheProgress_andCountsTheMarkets() {
        given().get("/api/v1/status").then().statusCode(200)
                .body("rebuild.complete", equalTo(false))
                .body("rebuild.records_read", equalTo(7))
                .body("rebuild.records_to_read", equalTo(5_000_000_000L))
                .body("complete_to_ms", equalTo(1_786_085_189_150L))
                .body("version", startsWith("1."))
                .body("markets.total", equalTo(0))
                .body("markets.by_status.open", equalTo(0))
                .body("books.by_state.stale", equalTo(0));
    }

    @Test
    void requestsBeyondTheRate_areToldWhenToComeAgain() {
        Response refused = null;
        for (int i = 0; i < 10_000 && refused == null; i++) {
            Response answer = given().get("/api/v1/status");
            refused = answer.statusCode() == 200 ? null : answer;
        }
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(refused.jsonPath().getString("code")).isEqualTo("too_many_requests");
        given().get("/q/health/live").then().statusCode(200);
    }
}

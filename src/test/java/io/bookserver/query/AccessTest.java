package io.bookserver.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access with keys configured under their former name, which must remain effective, and with CORS. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(AccessTest.Keys.class)
class AccessTest {
    private static final String KEY = "KALSHI-ACCESS-KEY";

    public static class Keys implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "orderbook.stream.api-keys", "first,second",
                    "quarkus.http.cors.enabled", "true",
                    "quarkus.http.cors.origins", "https://good.example",
                    "quarkus.http.cors.headers", "KALSHI-ACCESS-KEY,Authorization",
                    "quarkus.http.access-log.enabled", "true");
        }
    }

    @TestHTTPResource("/")
    URI uri;

    @Inject
    Completeness completeness;

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/top-of-book", "/api/v1/markets", "/api/v1/books/A", "/api/v1/status", "/api/v1/clients",
        "/trade-api/v2/markets/A/orderbook", "/q/openapi", "/q/asyncapi", "/q/swagger-ui/", "/nothing", "/index.html",
        "/pagex", "/q/metricsx"})
    void withoutAKey_nothingIsAnswered(String path) {
        given().get(path).then().statusCode(401).contentType("application/json")
                .header("WWW-Authenticate", "Bearer").body(containsString("\"code\":\"unauthorized\""));
        given().header(KEY, "third").get(path).then().statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health/live", "/q/health/ready", "/q/health", "/q/metrics"})
    void probesAndMetrics_needNoKey(String path) {
        await().atMost(Duration.ofSeconds(30)).until(() -> given().get(path).statusCode() == 200);
    }

    /** The page itself asks for a key; its files, and those of its libraries, contain no data. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/app.js", "/page/page.css", "/_static/lit/3.3.2/index.js",
        "/webjars/uplot/1.6.30/dist/uPlot.esm.js"})
    void page_needsNoKey(String path) {
        given().get(path).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/page/../api/v1/status", "/webjars/uplot/%2e%2e/%2e%2e/api/v1/status",
        "/q/health/../../api/v1/status", "/q/health/%2e%2e/%2e%2e/api/v1/status", "//api/v1/status",
        "/q/metrics/../../api/v1/status", "/api/v1/status/"})
    void aWayRoundAFreePath_isGuardedAsWhatItLeadsTo(String path) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            assertThat(client.get(path).read().status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource({"KALSHI-ACCESS-KEY, first", "Authorization, Bearer second", "Authorization, bearer second"})
    void withAKey_allIsAnswered(String header, String value) {
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
        given().header(header, value).get("/api/v1/status").then().statusCode(200);
        given().header(header, value).get("/api/v1/markets").then().statusCode(200);
        given().header(header, value).get("/q/openapi").then().statusCode(200);
    }

    @Test
    void body_isNotReadWithoutAKey() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.beginChunked("/api/v1/books", 1_000);
            assertThat(client.read().status()).isEqualTo(401);
        }
    }

    @Test
    void browsersWebSocket_givesItsKeyAsASubprotocol_andIsAnsweredByTheOther() throws IOException {
        String handshake = "GET /trade-api/ws/v2 HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: orderbook, key.%s\r\n\r\n";
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
        try (RestSocket client = RestSocket.open(uri)) {
            RestSocket.Answer answer = client.send(String.format(handshake, "second")).read(false);
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.headers()).containsEntry("sec-websocket-protocol", "orderbook");
        }
        try (RestSocket client = RestSocket.open(uri)) {
            RestSocket.Answer answer = client.send(String.format(handshake, "third")).read();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).contains("{\"error\":{\"code\":\"unauthorized\"");
        }
    }

    @Test
    void browserOfAnAllowedOrigin_mayAskFirst_withoutAKey() {
        given().header("Origin", "https://good.example").header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", KEY).options("/api/v1/status").then().statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo("https://good.example"));
        given().header("Origin", "https://good.example").get("/api/v1/status").then().statusCode(401)
                .header("Access-Control-Allow-Origin", equalTo("https://good.example"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/api/v1/status | {\"code\":\"forbidden\"", "/trade-api/v2/exchange/status | {\"error\":{\"code\":\"forbidden\"",
        "/trade-api/ws/v2 | {\"error\":{\"code\":\"forbidden\"",
    })
    void browserOfAnotherOrigin_isRefused_whetherItAsksFirstOrNot(String path, String body) {
        for (String origin : List.of("https://bad.example", "http://good.example", "https://good.example:444", "null")) {
            for (ValidatableResponse answer : List.of(
                    given().header("Origin", origin).header("Access-Control-Request-Method", "GET").options(path).then(),
                    given().header("Origin", origin).header(KEY, "first").get(path).then())) {
                answer.statusCode(403).contentType("application/json").body(startsWith(body))
                        .header("Access-Control-Allow-Origin", nullValue());
            }
        }
    }

    /** A browser asks first neither for a handshake nor for the page's own requests; both have an origin. */
    @Test
    void handshake_isAdmitted_fromAllowedOriginsAndTheServersOwn() throws IOException {
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
        String own = "http://" + uri.getAuthority();
        for (String origin : List.of("https://good.example", own, own.replace("http:", "https:"), "https://bad.example")) {
            try (RestSocket client = RestSocket.open(uri)) {
                client.send("GET /trade-api/ws/v2 HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "KALSHI-ACCESS-KEY: first\r\nOrigin: " + origin + "\r\n\r\n");
                assertThat(client.read(false).status()).as(origin)
                        .isEqualTo(origin.equals(own) || origin.contains("good") ? 101 : 403);
            }
        }
    }

    @Test
    void preflight_ofTheWebSocketsPath_isAnswered_butAdmitsNobodyWithoutAKey() {
        given().header("Origin", "https://good.example").header("Access-Control-Request-Method", "GET")
                .options("/trade-api/ws/v2").then().statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo("https://good.example"));
        given().header("Origin", "https://good.example").options("/trade-api/ws/v2").then().statusCode(401);
        given().header("Access-Control-Request-Method", "GET").options("/api/v1/status").then().statusCode(401);
    }
}

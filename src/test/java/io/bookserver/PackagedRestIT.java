package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.startsWith;

import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.Proxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged server, jar or executable, by HTTP: every call, every kind of error, every document. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedRestIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    Proxy proxy;

    private String ticker;

    @BeforeEach
    void book() {
        ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1), Proxy.delta(ticker, 2, "0.4300", "-20.00"));
        await().atMost(SOON).until(() -> given().get("/api/v1/books/" + ticker).statusCode() == 200
                && given().get("/api/v1/books/" + ticker).jsonPath().getInt("version") == 2);
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json").body(body).post(path).then();
    }

    @Test
    void topOfBook_byPostAndByGet_isTheBestLevel_withItsTimes_andTheUnknownApart() {
        for (ValidatableResponse answer : List.of(
                post("/api/v1/top-of-book", "{\"market_tickers\":[\"" + ticker + "\",\"NO\\\"PE\"]}")
                        .body("not_found", equalTo(List.of("NO\"PE"))),
                given().get("/api/v1/top-of-book?market_tickers=" + ticker).then(),
                given().get("/api/v1/top-of-book").then())) {
            String one = "books.find{it.market_ticker=='" + ticker + "'}.";
            answer.statusCode(200).contentType("application/json")
                    .body(one + "state", equalTo("live"))
                    .body(one + "crossed", equalTo(false))
                    .body(one + "yes_bid.price_dollars", equalTo("0.4300"))
                    .body(one + "yes_bid.quantity_fp", equalTo("100.00"))
                    .body(one + "yes_bid.exchange_ms", equalTo(1786085188978L))
                    .body(one + "yes_bid.feed_received_ms", equalTo(1786085189148L))
                    .body(one + "yes_bid.kafka_published_ms", equalTo(1786085189149L))
                    .body(one + "yes_bid", hasKey("kafka_latency_ms"))
                    .body(one + "no_bid.quantity_fp", equalTo("300.00"))
                    .body(one + "yes_ask_dollars", equalTo("0.4500"))
                    .body(one + "no_ask_dollars", equalTo("0.5700"));
        }
    }

    @Test
    void books_haveBothLadders_soDeep() {
        post("/api/v1/books", "{\"market_tickers\":[\"" + ticker + "\",\"NOPE\"],\"depth\":1}").statusCode(200)
                .body("books[0].yes.price_dollars", equalTo(List.of("0.4300")))
                .body("books[0].no.quantity_fp", equalTo(List.of("300.00")))
                .body("not_found", equalTo(List.of("NOPE")));
        given().get("/api/v1/books/" + ticker).then().statusCode(200)
                .body("yes.price_dollars", equalTo(List.of("0.4300", "0.4200")))
                .body("yes.quantity_fp", equalTo(List.of("100.00", "13.00")));
    }

    @Test
    void markets_areListed_andTheCursorLeadsOn() {
        String next = proxy.newTicker();
        proxy.publish(next, Proxy.snapshot(next, 1));
        await().atMost(SOON).until(() -> given().get("/api/v1/books/" + next).statusCode() == 200);
        String before = given().get("/api/v1/markets?limit=1&prefix=" + ticker).then().statusCode(200)
                .body("markets.market_ticker", equalTo(List.of(ticker))).body("cursor", equalTo("")).extract().asString();
        assertThat(before).startsWith("{\"as_of_ms\":1");
        given().get("/api/v1/markets?prefix=PACKAGED-&limit=1&cursor=" + ticker).then().statusCode(200)
                .body("markets.market_ticker", equalTo(List.of(next)));
    }

    @Test
    void exchangeShape_isTheExchanges() {
        given().get("/trade-api/v2/markets/" + ticker + "/orderbook").then().statusCode(200)
                .body("orderbook_fp.yes_dollars", equalTo(List.of(List.of("0.4200", "13.00"), List.of("0.4300", "100.00"))))
                .body("orderbook_fp.no_dollars", equalTo(List.of(List.of("0.5500", "300.00"))));
        given().get("/trade-api/v2/markets/orderbooks?tickers=NOPE&tickers=" + ticker).then().statusCode(200)
                .body("orderbooks.ticker", equalTo(List.of(ticker)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{ | 400 | bad_request | body: is not JSON",
        "[] | 400 | bad_request | body: must be a JSON object",
        "{\"market_tickers\":[7]} | 400 | bad_request | market_tickers[0]: must be a string",
        "{\"market_tickers\":[\"A\"],\"depth\":-1} | 400 | bad_request | depth: must be a whole number in 0..1000: -1",
    })
    void badQuestion_isAnsweredAsJson(String body, int status, String code, String message) {
        post("/api/v1/books", body).statusCode(status).contentType("application/json")
                .body("code", equalTo(code)).body("message", startsWith(message));
    }

    @Test
    void missingMarketAndLargeBody_areAnsweredAsJson_onTheExchangesPathsInItsShape() {
        given().get("/api/v1/books/NOPE").then().statusCode(404).body("code", equalTo("not_found"));
        given().get("/trade-api/v2/markets/NOPE/orderbook").then().statusCode(404)
                .body("error.code", equalTo("not_found")).body("error.service", equalTo("orderbook-server"));
        post("/api/v1/top-of-book", "{\"x\":\"" + "x".repeat(2 << 20) + "\"}").statusCode(413)
                .body("code", equalTo("too_large"));
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/%zz, {\"code\":\"bad_request\"", "/trade-api/v2/%zz, {\"error\":{\"code\":\"bad_request\"",
        "/api/v1/top-of-book?market_tickers=%zz, {\"code\":\"bad_request\""})
    void addressThatIsNoUri_isAnsweredAsJson_inTheShapeOfItsPath(String address, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.getOutputStream().write(("GET " + address + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400 ").contains("content-type: application/json").contains("\r\n\r\n" + body);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET /%s HTTP/1.1 | 414 | {\"code\":\"too_long\"",
        "no HTTP | 400 | {\"code\":\"bad_request\"",
        "GET /trade-api/v2/markets HTTP/1.1~X: %s~Host: here | 431 | {\"error\":{\"code\":\"too_large\"",
        "POST /trade-api/v2/markets HTTP/1.1~Host: here~Transfer-Encoding: chunked~~g%s | 400 | {\"error\":{\"code\":\"bad_request\"",
    })
    void requestThatCannotBeDecoded_isAnsweredAsJson(String request, int status, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            String text = request.replace("~", "\r\n").formatted("A".repeat(150_000)) + "\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 " + status + " ").contains("content-type: application/json")
                    .contains("\r\n\r\n" + body);
        }
    }

    @Test
    void documents_areServed() {
        given().get("/q/openapi?format=json").then().statusCode(200)
                .body("paths", hasKey("/api/v1/top-of-book")).body("paths", hasKey("/trade-api/v2/markets/orderbooks"));
        given().get("/q/asyncapi").then().statusCode(200).contentType(startsWith("application/yaml"))
                .body(containsString("/trade-api/ws/v2"));
        given().get("/q/swagger-ui/").then().statusCode(200).body(containsString("swagger-ui-bundle.js"));
        given().get("/q/swagger-ui/swagger-ui-bundle.js").then().statusCode(200);
    }

    @Test
    void healthAndMetrics_tellOfTheBooks() {
        await().atMost(SOON).until(() -> given().get("/q/health/ready").statusCode() == 200);
        given().get("/q/health/ready").then().body("checks.find{it.name=='books'}.status", equalTo("UP"));
        given().get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
        await().atMost(SOON).untilAsserted(() -> assertThat(given().get("/q/metrics").asString()).contains(
                "orderbook_records_total{type=\"orderbook_snapshot\"}",
                "orderbook_updates_total{outcome=\"applied\"}",
                "orderbook_rejected_total{reason=\"not_json\"}",
                "orderbook_partition_lag{partition=\"0\"}",
                "orderbook_books{state=\"live\"}",
                "orderbook_apply_time_seconds_bucket",
                "orderbook_kafka_latency_seconds_bucket",
                "orderbook_stream_connections",
                "orderbook_stream_messages_total{channel=\"top_of_book\"}",
                "orderbook_stream_publish_to_socket_seconds_bucket"));
    }
}

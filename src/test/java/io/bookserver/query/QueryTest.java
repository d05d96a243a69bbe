package io.bookserver.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.nullValue;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import io.netty.buffer.PooledByteBufAllocator;
import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(BrokerResource.class)
class QueryTest {

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    @BeforeEach
    void books() {
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
        apply("orderbook_snapshot", "QT-A", "\"yes_dollars_fp\":[[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]],"
                + "\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]");
        apply("orderbook_snapshot", "QT-B", "\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]");
        apply("orderbook_delta", "QT-WAITING", "\"price\":4,\"delta\":1,\"side\":\"yes\"");
        apply("market_status", "QT-CLOSED", "\"status\":\"closed\"");
        apply("orderbook_snapshot", "QT-STALE", "\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]");
        apply("orderbook_delta", "QT-STALE", "\"price\":4,\"delta\":-1,\"side\":\"yes\"");
    }

    private void apply(String type, String ticker, String fields) {
        new Records(registry).apply(
                RecordText.of(type, ticker).fields(fields).receivedMs(1).publishedMs(2), 0, 5);
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json").body(body).post(path).then();
    }

    @Test
    void topOfBook_ofNamedMarkets_comesInTheOrderAsked_eachOnce_withTheUnknownApart() {
        String answer = post("/api/v1/top-of-book", "{\"market_tickers\":[\"QT-B\",\"NO\\\"PE\",\"QT-A\",\"QT-B\",\"NO\\\"PE\"]}")
                .statusCode(200).contentType("application/json")
                .body("books.market_ticker", equalTo(List.of("QT-B", "QT-A")))
                .body("not_found", equalTo(List.of("NO\"PE")))
                .body("books[0].yes_bid", nullValue())
                .body("books[0].yes_ask_dollars", equalTo("0.4500"))
                .body("books[1].yes_bid.quantity_fp", equalTo("120.00"))
                .body("books[1].yes_bid.kafka_latency_ms", equalTo(3))
                .extract().asString();
        assertThat(answer).matches("\\{\"as_of_ms\":\\d{13},\"complete_to_ms\":\\d+,\"books\":\\[\\{\"market_ticker\":\"QT-B\",.*");
    }

    @Test
    void answers_giveTheirMemoryBack() {
        String many = String.join(",", Collections.nCopies(500, "QT-A")) + ",QT-B";
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        for (int i = 0; i < 50; i++) {
            given().head("/api/v1/top-of-book").then().statusCode(200);
            given().get("/api/v1/top-of-book?market_tickers=QT-A").then().statusCode(200);
            given().get("/api/v1/top-of-book?market_tickers=" + many).then().statusCode(200);
        }
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(
                PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isLessThan(before + 128 * 1024));
    }

    @Test
    void topOfBook_byGet_isTheSame_withCommasOrTheKeyRepeated() {
        given().get("/api/v1/top-of-book?market_tickers=QT-B,QT-A").then().statusCode(200)
                .body("books.market_ticker", equalTo(List.of("QT-B", "QT-A")));
        given().get("/api/v1/top-of-book?market_tickers=QT-B&market_tickers=QT-A").then().statusCode(200)
                .body("books.market_ticker", equalTo(List.of("QT-B", "QT-A")));
    }

    @Test
    void topOfBook_byGet_losesNoTicker_ofAKeyRepeatedAThousandTimes() {
        String repeated = "market_tickers=QT-A&".repeat(1_500) + "market_tickers=QT-B";
        List<String> tickers = given().urlEncodingEnabled(false).get("/api/v1/top-of-book?" + repeated).then()
                .statusCode(200).extract().jsonPath().getList("books.market_ticker");
        assertThat(tickers).containsExactly("QT-A", "QT-B");
    }

    @Test
    void topOfBook_askedAgain_isThatOfTheBookAsItIsNow() {
        for (int contracts : new int[] {7, 12_345, 9}) {
            apply("orderbook_snapshot", "QT-AGAIN", "\"yes_dollars_fp\":[[\"0.4200\",\"" + contracts + ".00\"]]");
            // more often than there are event loops, so that some loop gets a repeated request
            for (int asked = 0; asked < 2 * Runtime.getRuntime().availableProcessors() + 2; asked++) {
                post("/api/v1/top-of-book", "{\"market_tickers\":[\"QT-A\",\"QT-AGAIN\",\"QT-B\"]}").statusCode(200)
                        .body("books.market_ticker", equalTo(List.of("QT-A", "QT-AGAIN", "QT-B")))
                        .body("books[1].yes_bid.quantity_fp", equalTo(contracts + ".00"));
            }
        }
    }

    @Test
    void topOfBook_withoutTickers_isAllMarkets() {
        List<String> all = given().get("/api/v1/top-of-book").then().statusCode(200)
                .extract().jsonPath().getList("books.market_ticker");
        assertThat(all).contains("QT-A", "QT-B", "QT-CLOSED", "QT-STALE", "QT-WAITING").isSorted();
    }

    @Test
    void statesAndStatus_areTold() {
        post("/api/v1/top-of-book", "{\"market_tickers\":[\"QT-A\",\"QT-WAITING\",\"QT-STALE\",\"QT-CLOSED\"]}")
                .body("books.state", equalTo(List.of("live", "awaiting_snapshot", "stale", "awaiting_snapshot")))
                .body("books.status", equalTo(List.of("unknown", "unknown", "unknown", "closed")))
                .body("books[3].closed_ms", equalTo(1));
    }

    @Test
    void books_haveBothLadders_bestFirst_soDeep() {
        post("/api/v1/books", "{\"market_tickers\":[\"QT-A\",\"NOPE\"],\"depth\":1}").statusCode(200)
                .body("books[0].yes.price_dollars", equalTo(List.of("0.4300")))
                .body("books[0].no.price_dollars", equalTo(List.of("0.5500")))
                .body("not_found", equalTo(List.of("NOPE")));
        given().get("/api/v1/books/QT-A").then().statusCode(200)
                .body("yes.price_dollars", equalTo(List.of("0.4300", "0.4200")))
                .body("market_ticker", equalTo("QT-A"));
        given().get("/api/v1/books/QT-A?depth=1").then().body("yes.price_dollars", equalTo(List.of("0.4300")));
    }

    @Test
    void markets_areListedPageByPage() {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            ValidatableResponse page =
                    given().get("/api/v1/markets?prefix=QT-&limit=2&cursor=" + cursor).then().statusCode(200);
            seen.addAll(page.extract().jsonPath().getList("markets.market_ticker"));
            cursor = page.extract().path("cursor");
        } while (!cursor.isEmpty());
        assertThat(seen).isEqualTo(List.of("QT-A", "QT-B", "QT-CLOSED", "QT-STALE", "QT-WAITING"));
        given().get("/api/v1/markets?prefix=QT-&status=closed").then()
                .body("markets.market_ticker", equalTo(List.of("QT-CLOSED")));
    }

    /** With the same best prices of yes as the top of book. */
    @Test
    void markets_areListedWithTheirBestPrices() {
        given().get("/api/v1/markets?prefix=QT-A&limit=1").then().statusCode(200)
                .body("markets[0].yes_bid_dollars", equalTo("0.4300"))
                .body("markets[0].yes_bid_size_fp", equalTo("120.00"))
                .body("markets[0].yes_ask_dollars", equalTo("0.4500"))
                .body("markets[0].yes_ask_size_fp", equalTo("300.00"));
        given().get("/api/v1/markets?prefix=QT-WAITING&limit=1").then().statusCode(200)
                .body("markets[0]", hasKey("yes_bid_dollars")).body("markets[0].yes_bid_dollars", nullValue())
                .body("markets[0].yes_bid_size_fp", nullValue()).body("markets[0].yes_ask_dollars", nullValue())
                .body("markets[0].yes_ask_size_fp", nullValue());
    }

    @Test
    void status_tellsHowMuchComesIn_andHowLate() {
        given().get("/api/v1/status").then().statusCode(200)
                .body("kafka.records", greaterThanOrEqualTo(0)).body("kafka.records_per_second", greaterThanOrEqualTo(0))
                .body("kafka.latency_ms.keySet()", equalTo(Set.of("p50", "p99", "max")))
                .body("clients.kafka_to_socket_ms.keySet()", equalTo(Set.of("p50", "p99", "max")));
    }

    @Test
    void exchangeShape_isTheExchanges_andTellsTheState() {
        given().get("/trade-api/v2/markets/QT-A/orderbook").then().statusCode(200)
                .body("orderbook_fp.yes_dollars", equalTo(List.of(List.of("0.4200", "13.00"), List.of("0.4300", "120.00"))))
                .body("orderbook_fp.no_dollars", equalTo(List.of(List.of("0.5500", "300.00"))))
                .body("state", equalTo("live"));
        given().get("/trade-api/v2/markets/QT-A/orderbook?depth=1").then()
                .body("orderbook_fp.yes_dollars", equalTo(List.of(List.of("0.4300", "120.00"))));
        given().get("/trade-api/v2/markets/orderbooks?tickers=QT-B&tickers=NOPE&tickers=QT-STALE").then().statusCode(200)
                .body("orderbooks.ticker", equalTo(List.of("QT-B", "QT-STALE")))
                .body("orderbooks[0].orderbook_fp.yes_dollars", equalTo(List.of()))
                .body("orderbooks[1].state", equalTo("stale"));
        for (String missing : List.of("NOPE", "QT-WAITING")) {
            given().get("/trade-api/v2/markets/" + missing + "/orderbook").then().statusCode(404)
                    .body("error.code", equalTo("not_found")).body("error.service", equalTo("orderbook-server"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
        "'' | body: is empty",
        "[] | body: must be a JSON object",
        "{ | body: is not JSON",
        "{\"market_tickers\":[\"A\"]} x | body: is not JSON",
        "{\"market_tickers\":[\"A\"]} {} | body: has more behind",
        "{\"depth\":1} | market_tickers: is missing",
        "{\"tickers\":[\"A\"]} | tickers: is not known here, allowed: depth, market_tickers",
        "{\"market_tickers\":[\"A\"],\"status\":\"open\"} | status: is not known here",
        "{\"market_tickers\":[\"A\"],\"market_tickers\":[\"B\"]} | market_tickers: must be given once",
        "{\"market_tickers\":[]} | market_tickers: must name 1..10000 tickers",
        "{\"market_tickers\":\"A\"} | market_tickers: must be an array of strings: found a string",
        "{\"market_tickers\":[\"A\",7]} | market_tickers[1]: must be a string: found a number",
        "{\"market_tickers\":[null]} | market_tickers[0]: must be a string: found null",
        "{\"market_tickers\":[\"\"]} | market_tickers[0]: must not be empty",
        "{\"market_tickers\":[\"A\"],\"depth\":-1} | depth: must be a whole number in 0..1000: -1",
        "{\"market_tickers\":[\"A\"],\"depth\":1001} | depth: must be a whole number in 0..1000: 1001",
        "{\"market_tickers\":[\"A\"],\"depth\":\"1\"} | depth: must be a whole number in 0..1000: found a string",
        "{\"market_tickers\":[\"A\"],\"depth\":99999999999999999999} | depth: must be a whole number in 0..1000",
    })
    void badQuestion_isAnsweredWithTheFieldAndTheRule(String body, String message) {
        post("/api/v1/books", body == null ? "" : body).statusCode(400)
                .body("code", equalTo("bad_request")).body("message", containsString(message));
    }

    /** CORS is off by default: a page of another origin is told nothing that lets it read an answer. */
    @ParameterizedTest
    @CsvSource({"/api/v1/status, 200", "/api/v1/top-of-book, 200", "/trade-api/ws/v2, 400"})
    void preflight_isAllowedNothing(String path, int status) {
        given().header("Origin", "https://any.example").header("Access-Control-Request-Method", "GET").options(path).then()
                .statusCode(status).header("Access-Control-Allow-Origin", nullValue())
                .header("Access-Control-Allow-Methods", nullValue());
        given().header("Origin", "https://any.example").get("/api/v1/status").then().statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @Test
    void depth_isNotKnownWhereTopsOfBookAreAsked() {
        post("/api/v1/top-of-book", "{\"market_tickers\":[\"QT-A\"],\"depth\":1}").statusCode(400)
                .body("message", equalTo("depth: is not known here, allowed: market_tickers"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/api/v1/top-of-book?market_tickers=QT-A&depth=1 | 400 | depth: is not known here, allowed: market_tickers",
        "/api/v1/books/NOPE | 404 | ticker: no market",
        "/api/v1/books/QT-A?depth=x | 400 | depth: must be a whole number",
        "/api/v1/markets?status=asleep | 400 | status: must be one of",
        "/api/v1/markets?limit=0 | 400 | limit: must be a whole number in 1..10000",
        "/api/v1/top-of-book?market_tickers= | 400 | market_tickers[0]: must not be empty",
        "/api/v1/markets?status= | 400 | status: must not be empty",
        "/api/v1/markets?prefix= | 400 | prefix: must not be empty",
        "/api/v1/markets?status=open&status=closed | 400 | status: must be given once",
        "/api/v1/markets?series=KXMLB | 400 | series: is not known here, allowed: cursor, limit, prefix, status",
        "/api/v1/books/QT-A?levels=3 | 400 | levels: is not known here, allowed: depth",
        "/api/v1/top-of-book?tickers=A | 400 | tickers: is not known here, allowed: market_tickers",
        "/api/v1/top-of-book?market_tickers[]=A | 400 | market_tickers[]: is not known here",
        "/api/v1/top-of-book?market_ids=A | 400 | market_ids: is not known here",
        "/api/v1/status?x=1 | 400 | x: is not known here, where no parameter is",
        "/api/v1/top-of-book?market_tickers=A,,B | 400 | market_tickers[1]: must not be empty",
    })
    void badAddress_isAnsweredWithTheFieldAndTheRule(String path, int status, String message) {
        given().get(path).then().statusCode(status).body("message", containsString(message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/*", "Application/JSON", "text/csv, application/json;q=0.1",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"})
    void answer_isGivenToWhoeverAcceptsJson(String accept) {
        given().accept(accept).get("/api/v1/books/QT-A").then().statusCode(200).contentType("application/json");
    }

    @Test
    void queryString_thatIsNotUrlEncoded_isRefused() {
        assertThatThrownBy(() -> Call.parametersOf("market_tickers=%zz"))
                .isInstanceOf(QueryException.class).hasMessageContaining("query: is not URL-encoded");
    }

    @Test
    void badAddress_onTheExchangesPath_isAnsweredInItsShape() {
        given().get("/trade-api/v2/markets/orderbooks").then().statusCode(400)
                .body("error.message", containsString("tickers: must name 1..100"));
        String tooMany = IntStream.range(0, 101).mapToObj(i -> "T" + i).collect(Collectors.joining(","));
        given().get("/trade-api/v2/markets/orderbooks?tickers=" + tooMany).then().statusCode(413)
                .body("error.code", equalTo("too_large"));
    }

    @Test
    void tooManyTickers_orTooLargeABody_isA413ThatNamesTheLimit() {
        String tickers = IntStream.range(0, 10_001).mapToObj(i -> "\"T" + i + "\"").collect(Collectors.joining(","));
        post("/api/v1/top-of-book", "{\"market_tickers\":[" + tickers + "]}").statusCode(413)
                .body("code", equalTo("too_large"))
                .body("message", equalTo("market_tickers: must name at most 10000 tickers"));
        for (int megabytes : new int[] {2, 20}) {
            post("/api/v1/top-of-book", "{\"x\":\"" + "x".repeat(megabytes << 20) + "\"}").statusCode(413)
                    .body("code", equalTo("too_large")).body("message", containsString("body: must have at most 1048576 bytes"));
        }
    }

    @Test
    void openApi_describesEveryCallThatIsAnswered_andNoOther() {
        JsonPath document = given().get("/q/openapi?format=json").then().statusCode(200).extract().jsonPath();
        assertThat(document.getString("openapi")).startsWith("3.0");
        assertThat(document.getList("servers.url")).isEqualTo(List.of("/"));
        Set<String> operations = new TreeSet<>();
        for (Map.Entry<String, Map<String, Map<String, Object>>> path
                : document.<String, Map<String, Map<String, Object>>>getMap("paths").entrySet()) {
            path.getValue().forEach((method, operation) -> {
                assertThat(operation).as("%s %s", method, path.getKey()).containsKeys("operationId", "responses");
                assertThat((Map<String, Object>) operation.get("responses")).containsKeys("200", "400", "401", "429");
                operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
            });
        }
        Set<String> answered = new TreeSet<>();
        RuntimeResourceVisitor.visitRuntimeResources("/", ResteasyReactiveRecorder.getCurrentDeployment().getClassMappers(),
                new RuntimeResourceVisitor() {
                    @Override
                    public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
                        answered.add(method + " " + path);
                    }
                });
        assertThat(operations).isEqualTo(answered);
        given().get("/q/swagger-ui/").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/api/v1/books/{ticker} | depth | integer", "/api/v1/markets | limit | integer",
        "/api/v1/top-of-book | market_tickers | array", "/trade-api/v2/markets/orderbooks | tickers | array",
    })
    void openApi_givesParametersTheirTypes(String path, String parameter, String type) {
        given().get("/q/openapi?format=json").then().statusCode(200).body(
                "paths.'" + path + "'.get.parameters.find{it.name=='" + parameter + "'}.schema.type", equalTo(type));
    }

    @Test
    void level_isNeverLonger_thanTheBoundOfAnAnswersSize() {
        apply("orderbook_snapshot", "QTL-LONG", "\"yes_dollars_fp\":[[\"0.4300\",\"999999999.99\"],"
                + "[\"0.4200\",\"999999999.99\"]]");
        String two = given().get("/api/v1/books/QTL-LONG").asString();
        String one = given().get("/api/v1/books/QTL-LONG?depth=1").asString();
        // the numbers here: null, 1, 2, 5, 3, thirteen digits and 999999999.99, each of which may have 20 characters
        int numbers = 4 + 1 + 1 + 1 + 1 + 13 + 12;
        assertThat(two.length() - one.length() - numbers + 7 * 20).isBetween(200, BooksResource.LEVEL_BYTES);
    }
}

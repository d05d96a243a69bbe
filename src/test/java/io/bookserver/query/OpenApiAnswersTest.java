package io.bookserver.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the fields that the OpenAPI document describes with those of answers, in both directions. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class OpenApiAnswersTest {
    private static final String V1 = "/api/v1";
    private static final String V2 = "/trade-api/v2";

    @TestHTTPResource("/trade-api/ws/v2")
    URI stream;

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    @Inject
    RecentTrades trades;

    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private long offset;

    @BeforeEach
    void markets() throws Exception {
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
        String created = "\"event_type\":\"created\",\"open_ts\":1,\"close_ts\":4000000000,\"price_level_structure\":\"linear_cent\","
                + "\"additional_metadata\":{\"title\":\"T\",\"yes_sub_title\":\"Yes\",\"event_ticker\":\"KXOA-26NOV\","
                + "\"expected_expiration_ts\":4000000000}";
        read("market_lifecycle_v2", "KXOA-26NOV-A", created);
        read("market_lifecycle_v2", "KXOA-26NOV-B", created);
        read("orderbook_snapshot", "KXOA-26NOV-A", "\"market_id\":\"id\",\"ts_ms\":3,\"yes_dollars_fp\":[[\"0.4200\",\"13.00\"]],"
                + "\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]");
        read("ticker", "KXOA-26NOV-A", "\"price_dollars\":\"0.4300\",\"volume_fp\":\"10.50\",\"open_interest_fp\":\"7.00\"");
        read("trade", "KXOA-26NOV-A", "\"trade_id\":\"1\",\"yes_price_dollars\":\"0.4300\",\"no_price_dollars\":\"0.5700\","
                + "\"count_fp\":\"2.00\",\"taker_side\":\"yes\",\"ts\":1786085188");
        read("market_lifecycle_v2", "KXOA-26NOV-B", "\"event_type\":\"determined\",\"determination_ts\":3,\"result\":\"yes\","
                + "\"settlement_value\":\"1.0000\"");
        read("market_lifecycle_v2", "KXOA-26NOV-B", "\"event_type\":\"settled\",\"settled_ts\":4");
        read("orderbook_snapshot", "KXOA-26OLD-A", "\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]");
        read("orderbook_delta", "KXOA-26OLD-B", "\"price\":4,\"delta\":1,\"side\":\"yes\"");
    }

    /** As ingest does: published at 2 and read at 5. */
    private void read(String type, String ticker, String fields) throws Exception {
        RecordText record = RecordText.of(type, ticker).fields(fields).publishedMs(2);
        // an older proxy does not say when it received a message
        byte[] value = (ticker.startsWith("KXOA-26OLD") ? record : record.receivedMs(1)).toBytes();
        decoder.decode(value, 0, offset++, 0, 5).ifPresent(registry::apply);
        decoder.lastStatistics().ifPresent(registry::report);
        decoder.lastDescription().ifPresent(registry::describe);
        decoder.lastRelayed().ifPresent(message -> trades.heard(message, true));
    }

    @Test
    void answers_areAsDescribed_andHaveAllThatIs() throws Exception {
        OpenApiDocument document = OpenApiDocument.read();
        WebSocket client = HttpClient.newHttpClient().newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + stream.getAuthority() + stream.getPath()), new WebSocket.Listener() { }).join();
        try {
            client.sendText("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\",\"orderbook_delta\",\"ticker\","
                    + "\"trade\",\"market_lifecycle_v2\",\"multivariate_market_lifecycle\"],\"market_tickers\":[\"KXOA-26NOV-A\"]}}", true);
            await().atMost(Duration.ofSeconds(20)).until(() ->
                    given().get(V1 + "/clients").asString().contains("multivariate_market_lifecycle"));
            String all = "KXOA-26NOV-A,KXOA-26NOV-B,KXOA-26OLD-A,KXOA-26OLD-B,NOPE";
            String question = "{\"market_tickers\":[\"" + all.replace(",", "\",\"") + "\"]}";
            check(document, V1 + "/top-of-book", "?market_tickers=" + all);
            check(document, V1 + "/top-of-book", "");
            check(document, V1 + "/markets", "?prefix=KXOA");
            check(document, V1 + "/status", "");
            check(document, V1 + "/clients", "");
            for (String path : List.of("/top-of-book", "/books")) {
                document.check("post", V1 + path, 200, given().body(question).post(V1 + path).then().statusCode(200)
                        .extract().asString());
            }
            for (String ticker : List.of("KXOA-26NOV-A", "KXOA-26NOV-B", "KXOA-26OLD-A", "KXOA-26OLD-B")) {
                check(document, V1 + "/books/{ticker}", ticker, "");
                check(document, V2 + "/markets/{ticker}", ticker, "");
            }
            check(document, V2 + "/markets/{ticker}/orderbook", "KXOA-26NOV-A", "");
            check(document, V2 + "/markets/{ticker}/orderbook", "KXOA-26OLD-A", "");
            check(document, V2 + "/markets/orderbooks", "?tickers=KXOA-26NOV-A,KXOA-26OLD-A");
            check(document, V2 + "/markets", "?series_ticker=KXOA");
            check(document, V2 + "/markets/trades", "?ticker=KXOA-26NOV-A");
            check(document, V2 + "/events", "?series_ticker=KXOA&with_nested_markets=true");
            check(document, V2 + "/events/{event_ticker}", "KXOA-26NOV", "");
            check(document, V2 + "/series/{series_ticker}", "KXOA", "");
            check(document, V2 + "/exchange/status", "");
            check(document, V2 + "/exchange/schedule", "");
        } finally {
            client.abort();
        }
        assertThat(document.faults()).isEmpty();
        assertThat(List.of(document.unseen(), document.neverNull())).isEqualTo(List.of(Set.of(), Set.of()));
    }

    private static void check(OpenApiDocument document, String path, String query) {
        document.check("get", path, 200, given().get(path + query).then().statusCode(200).extract().asString());
    }

    private static void check(OpenApiDocument document, String path, String name, String query) {
        String address = path.replaceAll("\\{\\w+}", name) + query;
        document.check("get", path, 200, given().get(address).then().statusCode(200).extract().asString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "get | /api/v1/top-of-book | /api/v1/top-of-book?x=1 | 400", "get | /api/v1/books/{ticker} | /api/v1/books/NOPE | 404",
        "post | /api/v1/books | /api/v1/books | 400", "get | /api/v1/markets | /api/v1/markets?limit=0 | 400",
        "get | /api/v1/status | /api/v1/status?x=1 | 400", "get | /api/v1/clients | /api/v1/clients?x=1 | 400",
        "get | /trade-api/v2/markets/{ticker}/orderbook | /trade-api/v2/markets/NOPE/orderbook | 404",
        "get | /trade-api/v2/markets/orderbooks | /trade-api/v2/markets/orderbooks?tickers= | 400",
        "get | /trade-api/v2/events/{event_ticker} | /trade-api/v2/events/NOPE | 404",
    })
    void errors_areAsDescribed(String method, String path, String address, int status) {
        Response answer = given().request(method, address);
        assertThat(answer.statusCode()).isEqualTo(status);
        OpenApiDocument document = OpenApiDocument.read();
        document.check(method, path, status, answer.asString());
        assertThat(document.faults()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/nothing, 404, Problem", "DELETE, /api/v1/status, 405, Problem", "GET, /nothing, 404, Problem",
        "DELETE, /trade-api/v2/markets, 405, ExchangeProblem", "GET, /trade-api/v2/nothing, 404, ExchangeProblem",
        "GET, /trade-api/ws/v2, 400, ExchangeProblem", "GET, /trade-api/ws/v2?x=1, 400, ExchangeProblem",
    })
    void errorsOfNoCall_haveTheSameFields(String method, String path, int status, String schema) {
        Response answer = given().request(method, path);
        assertThat(answer.statusCode()).isEqualTo(status);
        OpenApiDocument document = OpenApiDocument.read();
        document.checkSchema(schema, answer.asString());
        assertThat(document.faults()).isEmpty();
    }

    @Test
    void comparison_findsWhatIsWrong() {
        OpenApiDocument document = OpenApiDocument.read();
        document.checkSchema("Problem", "{\"code\":\"bad_luck\",\"message\":null,\"more\":1}");
        document.checkSchema("Problem", "{\"code\":7}");
        assertThat(document.faults()).containsExactlyInAnyOrder("Problem.code has the value \"bad_luck\"",
                "Problem.message is null", "Problem.more has no schema", "Problem lacks \"message\"",
                "Problem.code is not of type string: 7", "Problem.code has the value 7");
    }
}

package io.bookserver.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of one client, on bare sockets, with values small enough to be reached. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(QueryLimitsTest.SmallLimits.class)
class QueryLimitsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TOPS = "/api/v1/top-of-book";
    private static final int MARKETS = 1_000;
    private static final int MAX_CONNECTIONS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    public static class SmallLimits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "orderbook.query.max-body-size", "256K",
                    "orderbook.query.max-answer-size", "1M",
                    "orderbook.query.max-held-size", "1M",
                    "orderbook.query.request-timeout", "PT2S",
                    "orderbook.query.max-unread-time", "PT2S",
                    "orderbook.query.write-buffer-size", "64K",
                    "quarkus.http.idle-timeout", "4S",
                    "orderbook.query.compression", "true",
                    "orderbook.query.max-connections", Integer.toString(MAX_CONNECTIONS));
        }
    }

    @TestHTTPResource("/")
    URI uri;

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    @Inject
    QueryMetrics metrics;

    @Inject
    RecentTrades trades;

    @Inject
    MeterRegistry meters;

    @Inject
    ManagedExecutor workers;

    @BeforeEach
    void books() {
        await().atMost(SOON).until(completeness::isRebuilt);
        if (registry.size() > MARKETS) {
            return;
        }
        for (int i = 0; i < MARKETS; i++) {
            apply(String.format("QL-%04d", i), "[[\"0.4200\",\"13.00\"]]", "[[\"0.5500\",\"300.00\"]]");
        }
        String deep = IntStream.rangeClosed(1, 4_000)
                .mapToObj(tick -> String.format("[\"0.%04d\",\"1.00\"]", tick)).collect(Collectors.joining(",", "[", "]"));
        apply("QLD-DEEP", deep, "[]");
    }

    private void apply(String ticker, String yes, String no) {
        new Records(registry).apply(RecordText.of(RecordText.SNAPSHOT, ticker)
                .fields("\"yes_dollars_fp\":" + yes + ",\"no_dollars_fp\":" + no).receivedMs(1).publishedMs(2), 0, 5);
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(metrics.connections().get()).isZero();
            assertThat(metrics.heldBytes().get()).isZero();
            assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isLessThan(1 << 20);
        });
    }

    private static JsonNode json(RestSocket.Answer answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    private static JsonNode timeless(byte[] answer) throws IOException {
        return ((ObjectNode) JSON.readTree(answer)).without(List.of("as_of_ms", "complete_to_ms"));
    }

    private static String question(int first, int count) {
        return IntStream.range(first, first + count).mapToObj(i -> String.format("\"QL-%04d\"", i))
                .collect(Collectors.joining(",", "{\"market_tickers\":[", "]}"));
    }

    @Test
    void bodyInChunks_overTheLimit_isRefusedWhileItArrives() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.beginChunked(TOPS, 300 * 1024);
            RestSocket.Answer answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(json(answer).get("message").asText()).startsWith("body: must have at most 262144 bytes");
        }
    }

    @Test
    void bodyInChunks_belowTheLimit_isAnswered() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            String question = question(3, 2);
            client.beginChunked(TOPS, 10).send(Integer.toHexString(question.length()) + "\r\n" + question + "\r\n0\r\n\r\n");
            assertThat(json(client.read()).at("/books/1/market_ticker").asText()).isEqualTo("QL-0004");
        }
    }

    @Test
    void bodyThatIsAnnouncedAndWaitsForPermission_isAskedFor() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            String question = question(3, 1);
            client.send("POST " + TOPS + " HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: "
                    + question.length() + "\r\n\r\n");
            assertThat(client.read(false).status()).isEqualTo(100);
            client.send(question);
            assertThat(client.read().status()).isEqualTo(200);
        }
    }

    @Test
    void halfSentBodies_takeNoThread_andEndAfterTheirTime() throws Exception {
        List<RestSocket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                clients.add(RestSocket.open(uri).beginChunked(TOPS, 20_000));
            }
            try (RestSocket other = RestSocket.open(uri)) {
                assertThat(other.get(TOPS + "?market_tickers=QL-0001").read().status()).isEqualTo(200);
            }
            assertThat(Thread.getAllStackTraces().values().stream().flatMap(Arrays::stream)
                    .filter(frame -> frame.getClassName().endsWith("VertxInputStream"))).isEmpty();
            assertThat(workers.supplyAsync(() -> "free").get()).isEqualTo("free");
            for (RestSocket client : clients) {
                RestSocket.Answer answer = client.read();
                assertThat(answer.status()).isEqualTo(408);
                assertThat(json(answer).get("code").asText()).isEqualTo("too_slow");
                assertThat(client.isClosed()).isTrue();
            }
        } finally {
            for (RestSocket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void largeBodies_shareABoundedMemory_andSmallOnesNeedNoneOfIt() throws Exception {
        List<RestSocket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                clients.add(RestSocket.open(uri).beginChunked(TOPS, 200 * 1024));
            }
            await().atMost(SOON).until(() -> meters.counter("orderbook.query.refused", "code", "busy").count() > 0);
            assertThat(metrics.heldBytes().get()).isLessThanOrEqualTo(1 << 20);
            try (RestSocket small = RestSocket.open(uri)) {
                assertThat(small.post(TOPS, question(0, 100)).read().status()).isEqualTo(200);
            }
            Set<Integer> statuses = new HashSet<>();
            for (RestSocket client : clients) {
                RestSocket.Answer answer = client.read();
                statuses.add(answer.status());
                assertThat(answer.headers().containsKey("retry-after")).isEqualTo(answer.status() == 503);
            }
            assertThat(statuses).containsExactlyInAnyOrder(408, 503);
        } finally {
            for (RestSocket client : clients) {
                client.close();
            }
        }
    }

    /** Trades are parsed into objects, which are kept until the client has read the answer. */
    @Test
    void tradesOfAnAnswer_areHeldInTheMemoryThatLargeRequestsShare() throws Exception {
        EnvelopeDecoder decoder = new EnvelopeDecoder();
        for (int i = 0; i < 1_000; i++) {
            decoder.decode(("{\"payload\":{\"type\":\"trade\",\"msg\":{\"market_ticker\":\"QLT\",\"trade_id\":\"" + "x".repeat(900)
                    + "\"}}}").getBytes(StandardCharsets.UTF_8), 0, i, 0, 5);
            trades.heard(decoder.lastRelayed().orElseThrow(), true);
        }
        try (RestSocket client = RestSocket.open(uri)) {
            assertThat(client.get("/trade-api/v2/markets/trades?ticker=QLT&limit=1000").read().status()).isEqualTo(503);
            assertThat(json(client.get("/trade-api/v2/markets/trades?ticker=QLT&limit=500").read()).get("trades")).hasSize(500);
        }
        await().atMost(SOON).until(() -> metrics.heldBytes().get() == 0);
    }

    @Test
    void answerOverTheLimit_isRefused_andABelowOneIsWhole() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            RestSocket.Answer refused = client.post("/api/v1/books", "{\"market_tickers\":[\"QLD-DEEP\"]}").read();
            assertThat(refused.status()).isEqualTo(413);
            assertThat(json(refused).get("message").asText()).startsWith("answer: would have more than 1048576 bytes");
            assertThat(client.get("/api/v1/books/QLD-DEEP").read().status()).isEqualTo(413);
            assertThat(client.get("/api/v1/books/QLD-DEEP?depth=5").read().status()).isEqualTo(200);
            RestSocket.Answer shallow =
                    client.post("/api/v1/books", "{\"market_tickers\":[\"QLD-DEEP\"],\"depth\":1000}").read();
            assertThat(shallow.status()).isEqualTo(200);
            assertThat(json(shallow).at("/books/0/yes")).hasSize(1_000);
            assertThat(json(client.get(TOPS).read()).get("books")).hasSizeGreaterThanOrEqualTo(MARKETS);
        }
    }

    @Test
    void tickersNamedAgain_areAnsweredOnce() throws IOException {
        String many = ("\"QL-0001\",").repeat(9_999) + "\"QL-0002\"";
        try (RestSocket client = RestSocket.open(uri)) {
            for (String path : List.of(TOPS, "/api/v1/books")) {
                RestSocket.Answer answer = client.post(path, "{\"market_tickers\":[" + many + "]}").read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(json(answer).get("books")).hasSize(2);
            }
        }
    }

    @Test
    void requestsAskedInAdvance_areAnsweredAsTheClientReads_andCostNoMemoryMeanwhile() throws Exception {
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        try (RestSocket client = RestSocket.narrow(uri)) {
            for (int i = 0; i < 500; i++) {
                client.get(TOPS);
            }
            // until the client is disconnected for not reading
            await().during(Duration.ofMillis(500)).atMost(Duration.ofMillis(1_500)).untilAsserted(() ->
                    assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before).isLessThan(512 * 1024));
            for (int i = 0; i < 500; i++) {
                RestSocket.Answer answer = client.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).startsWith("{\"as_of_ms\":").endsWith("\"not_found\":[]}");
            }
        }
    }

    @Test
    void clientThatDoesNotRead_isClosed() throws Exception {
        double closed = meters.counter("orderbook.query.closed", "reason", "unread").count();
        try (RestSocket client = RestSocket.narrow(uri)) {
            for (int i = 0; i < 20; i++) {
                client.get(TOPS);
            }
            await().atMost(SOON).until(() ->
                    meters.counter("orderbook.query.closed", "reason", "unread").count() == closed + 1);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void clientThatReadsSlowly_getsTheWholeAnswer() throws Exception {
        try (RestSocket client = RestSocket.narrow(uri)) {
            client.get(TOPS);
            RestSocket.Answer answer = client.read();
            assertThat(json(answer).get("books")).hasSizeGreaterThanOrEqualTo(MARKETS);
            assertThat(answer.body()).hasSize(Integer.parseInt(answer.headers().get("content-length")));
        }
    }

    @Test
    void connectionTooMany_isRefused_untilAnotherGoes() throws IOException {
        List<RestSocket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < MAX_CONNECTIONS; i++) {
                RestSocket client = RestSocket.open(uri).get(TOPS + "?market_tickers=QL-0001");
                clients.add(client);
                assertThat(client.read().status()).isEqualTo(200);
            }
            try (RestSocket oneMore = RestSocket.open(uri).get(TOPS)) {
                RestSocket.Answer answer = oneMore.read();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.headers()).containsEntry("connection", "close").containsKey("retry-after");
                assertThat(oneMore.isClosed()).isTrue();
            }
            clients.remove(0).close();
            await().atMost(SOON).until(() -> metrics.connections().get() < MAX_CONNECTIONS);
            try (RestSocket another = RestSocket.open(uri).get(TOPS + "?market_tickers=QL-0001")) {
                assertThat(another.read().status()).isEqualTo(200);
            }
        } finally {
            for (RestSocket client : clients) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET | /api/v1/nothing | | 404 | not_found",
        "GET | /nothing | | 404 | not_found",
        "GET | /trade-api/v2/nothing | | 404 | not_found",
        "GET | /trade-api/v2/markets/NOPE/orderbook | | 404 | not_found",
        "DELETE | /api/v1/top-of-book | | 405 | method_not_allowed",
        "POST | /api/v1/markets | | 405 | method_not_allowed",
        "GET | /api/v1/books | | 405 | method_not_allowed",
        "PUT | /trade-api/v2/markets/orderbooks | | 405 | method_not_allowed",
        "GET | /api/v1/markets | Accept: text/csv | 406 | not_acceptable",
        "GET | /trade-api/v2/markets/orderbooks?tickers=QL-0001 | Accept: application/json;q=0 | 406 | not_acceptable",
        "POST | /api/v1/books | Content-Encoding: gzip | 415 | unsupported_media_type",
        "GET | /trade-api/v2/markets/orderbooks?tickers= | | 400 | bad_request",
        "GET | /trade-api/v2/markets/orderbooks?ticker=A | | 400 | bad_request",
        "GET | /trade-api/v2/markets/QL-0001/orderbook?depth=x | | 400 | bad_request",
        "GET | /trade-api/v2/markets/QL-0001;depth=1/orderbook | | 400 | bad_request",
        "GET | /api/v1/top-of-book;market_tickers=QL-0001 | | 400 | bad_request",
        "GET | /api/v1/books/QL-0001;depth=1 | | 400 | bad_request",
        "GET | /api/v1/books/QL-0001/levels | | 404 | not_found",
        "DELETE | /api/v1/books/QL-0001 | | 405 | method_not_allowed",
        "POST | /api/v1/status | | 405 | method_not_allowed",
    })
    void error_hasTheShapeOfItsPath(String method, String path, String header, int status, String code)
            throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            String body = method.equals("POST") || method.equals("PUT") ? "Content-Length: 2\r\n\r\n{}" : "\r\n";
            client.send(method + " " + path + " HTTP/1.1\r\nHost: here\r\n" + (header == null ? "" : header + "\r\n") + body);
            RestSocket.Answer answer = client.read();
            JsonNode problem = json(answer);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.headers()).containsEntry("content-type", "application/json");
            assertThat(answer.headers().containsKey("allow")).isEqualTo(status == 405);
            JsonNode shape = path.startsWith("/trade-api/") ? problem.get("error") : problem;
            assertThat(shape.get("code").asText()).isEqualTo(code);
            assertThat(shape.get("message").asText()).contains(": ");
            assertThat(shape.has("service")).isEqualTo(path.startsWith("/trade-api/"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/top-of-book?market_tickers=", "/trade-api/v2/markets/orderbooks?tickers="})
    void addressThatIsTooLong_isRefusedInTheShapeOfItsPath(String path) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            RestSocket.Answer answer = client.get(path + "A".repeat(131_072)).read();
            assertThat(answer.status()).isEqualTo(414);
            assertThat(answer.text()).contains("\"code\":\"too_long\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 4000", "-1, 4000", "-2147483648, 4000", "3, 3"})
    void depthOfZeroAndBelow_isAll_onTheExchangesPaths(int depth, int levels) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            RestSocket.Answer answer = client.get("/trade-api/v2/markets/QLD-DEEP/orderbook?depth=" + depth).read();
            assertThat(json(answer).at("/orderbook_fp/yes_dollars")).hasSize(levels);
        }
    }

    @ParameterizedTest
    @CsvSource({"200, 404", "201, 400"})
    void ticker_mayHave200Characters_onTheExchangesPaths(int length, int status) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            assertThat(client.get("/trade-api/v2/markets/" + "A".repeat(length) + "/orderbook").read().status())
                    .isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/top-of-book, 200, true", "/api/v1/books/QL-0001, 200, true", "/api/v1/books/NOPE, 404, true",
        // known only after the whole list was examined
        "/api/v1/markets, 200, false",
    })
    void head_isAnsweredAsGet_withoutABody(String path, int status, boolean saysHowLong) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send("HEAD " + path + " HTTP/1.1\r\nHost: here\r\n\r\n");
            RestSocket.Answer head = client.read(false);
            assertThat(head.status()).isEqualTo(status);
            RestSocket.Answer got = client.get(path).read();
            assertThat(head.headers().get("content-length"))
                    .isEqualTo(saysHowLong ? Integer.toString(got.body().length) : null);
            assertThat(client.get("/api/v1/books/QL-0001").read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/top-of-book?market_tickers=QL-0001", "/api/v1/books/QL-0001", "/api/v1/markets?limit=1",
        "/api/v1/status", "/api/v1/clients"})
    void everyAnswerOfOurOwn_saysHowFarItIsComplete(String path) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            RestSocket.Answer answer = client.get(path).read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).matches("(?s)\\{\"as_of_ms\":\\d{13},\"complete_to_ms\":\\d+,.*");
        }
    }

    @Test
    void halfSentHead_endsAfterTheIdleTime() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send("GET /api/v1/markets HTTP/1.1\r\nHost: he");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void headThatComesByteByByte_endsAfterTheIdleTime() throws Exception {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send("GET /api/v1/markets HTTP/1.1\r\nHost: ");
            await().atMost(SOON).pollInterval(Duration.ofMillis(200)).until(() -> {
                try {
                    client.send("h");
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TOPS, "/api/v1/books/QLD-DEEP?depth=500", "/api/v1/markets"})
    void answer_isCompressed_forWhoAcceptsIt(String path) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            byte[] plain = client.get(path).read().body();
            RestSocket.Answer packed =
                    client.send("GET " + path + " HTTP/1.1\r\nHost: here\r\nAccept-Encoding: gzip\r\n\r\n").read();
            assertThat(packed.headers()).containsEntry("content-encoding", "gzip");
            assertThat(packed.body().length).isLessThan(plain.length / 2);
            byte[] unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes();
            assertThat(timeless(unpacked))
                    .isEqualTo(timeless(plain));
        }
    }

    @Test
    void http2_isNotSpoken() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(client.read().status()).isBetween(400, 599);
        }
    }
}

package io.bookserver.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Netty cannot decode is answered as every other error is, first on a connection or behind other requests. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class BrokenRequestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GOOD = "GET /api/v1/status HTTP/1.1\r\nHost: here\r\n\r\n";
    private static final String CHUNKED = " HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n";

    @TestHTTPResource("/")
    URI uri;

    @Inject
    Completeness completeness;

    @Inject
    Vertx vertx;

    @BeforeEach
    void booksAreWhole() {
        await().atMost(Duration.ofSeconds(30)).until(completeness::isRebuilt);
    }

    private static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("GET /api/v1/top-of-book?market_tickers=" + "A".repeat(140_000) + " HTTP/1.1\r\nHost: here\r\n\r\n",
                        414, "too_long", "request line: must have at most 139264 bytes", false),
                Arguments.of("GET /api/v1/status HTTP/1.1\r\nHost: here\r\nX-Large: " + "A".repeat(30_000) + "\r\n\r\n",
                        431, "too_large", "headers: must have at most 20480 bytes", false),
                Arguments.of("GET /trade-api/v2/exchange/status HTTP/1.1\r\n" + "X-Many: 0123456789\r\n".repeat(2_000) + "\r\n",
                        431, "too_large", "headers: must have at most 20480 bytes", true),
                Arguments.of("what is this\r\n\r\n", 400, "bad_request", "request line: must be a method", false),
                Arguments.of("GET\r\nHost: here\r\n\r\n", 400, "bad_request", "request line: must be a method", false),
                Arguments.of("GET /api/v1/status JUNK/1.1\r\nHost: here\r\n\r\n", 400, "bad_request", "request line: ", false),
                Arguments.of("POST /trade-api/v2/markets HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                        400, "bad_request", "headers: must be valid HTTP/1.1 headers", true),
                Arguments.of("POST /api/v1/books HTTP/1.1\r\nHost: here\r\nContent-Length: many\r\n\r\nxx",
                        400, "bad_request", "headers: must be valid HTTP/1.1 headers", false),
                Arguments.of("POST /api/v1/books" + CHUNKED + "2\r\n{}\r\nno size\r\n",
                        400, "bad_request", "body: must come in valid chunks", false),
                Arguments.of("POST /trade-api/v2/markets" + CHUNKED + "zz\r\n",
                        400, "bad_request", "body: must come in valid chunks", true),
                Arguments.of("GET /api/v1/status HTTP/3.7\r\nHost: here\r\n\r\n", 400, "bad_request", "request line: ", false));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void requestThatCannotBeDecoded_isAnsweredAsJson_andIsTheLast(
            String request, int status, String code, String message, boolean ofTheExchange) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send(request);
            check(client, status, code, message, ofTheExchange);
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void requestThatCannotBeDecoded_isAnsweredBehindThoseBeforeIt(
            String request, int status, String code, String message, boolean ofTheExchange) throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send(GOOD);
            assertThat(client.read().status()).isEqualTo(200);
            client.send(GOOD + GOOD + request);
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.read().status()).isEqualTo(200);
            check(client, status, code, message, ofTheExchange);
        }
    }

    private static void check(RestSocket client, int status, String code, String message, boolean ofTheExchange)
            throws IOException {
        RestSocket.Answer answer = client.read();
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.headers()).containsEntry("content-type", "application/json").containsEntry("connection", "close");
        JsonNode problem = ofTheExchange ? JSON.readTree(answer.body()).get("error") : JSON.readTree(answer.body());
        assertThat(problem.get("code").asText()).isEqualTo(code);
        assertThat(problem.get("message").asText()).startsWith(message);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void requestWithoutAHost_isToldSo() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            for (String path : List.of("/api/v1/status", "/trade-api/v2/exchange/status")) {
                RestSocket.Answer answer = client.send("GET " + path + " HTTP/1.1\r\n\r\n").read();
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.text()).contains("\"code\":\"bad_request\",\"message\":\"Host: must name the server");
            }
            assertThat(client.send(GOOD).read().status()).isEqualTo(200);
        }
    }

    /** Data that the server has not read when it closes a socket would destroy the answer on its way. */
    @Test
    void clientThatIsStillSending_readsTheAnswer() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send("GET /api/v1/top-of-book?market_tickers=" + "A".repeat(4 << 20));
            assertThat(client.read().status()).isEqualTo(414);
        }
    }

    @Test
    void bodyOfAnUnservedRequest_thatCannotBeDecoded_isNotMistakenForTheNext() throws IOException {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send("POST /nothing" + CHUNKED + "zz\r\n" + GOOD);
            assertThat(client.read().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
        }
    }

    /** An event loop must not spend long on one connection that sends much at once. */
    @Test
    void connections_areReadALittleAtATime() throws Exception {
        try (RestSocket client = RestSocket.open(uri)) {
            client.send(GOOD).read();
            List<Integer> reads = new ArrayList<>();
            for (EventExecutor each : ((VertxInternal) vertx).getEventLoopGroup()) {
                SingleThreadEventLoop loop = (SingleThreadEventLoop) each;
                loop.submit(() -> loop.registeredChannelsIterator().forEachRemaining(channel -> {
                    if (channel.localAddress() instanceof InetSocketAddress local && local.getPort() == uri.getPort()) {
                        reads.add(((MaxMessagesRecvByteBufAllocator) channel.config().getRecvByteBufAllocator()).maxMessagesPerRead());
                    }
                })).get();
            }
            assertThat(reads).isNotEmpty().allMatch(count -> count == 2);
        }
    }
}

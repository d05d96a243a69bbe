package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.transport.StreamPath;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which handshakes are admitted, on a bare HTTP server. One that is admitted gets status 204 here. */
class AdmissionTest {
    private static final String ORIGIN = "https://good.example";
    private static final Map<String, Object> CONFIG =
            Map.of("allowedOrigins", Optional.of(Set.of(ORIGIN)), "maxConnections", 2);

    private final StreamRig rig = new StreamRig(Limits.WIDE);
    private final Vertx vertx = Vertx.vertx();
    private final RebuildingTest.Progress progress = new RebuildingTest.Progress();
    private final Admission admission = new Admission(rig.fanOut(), progress,
            (StreamConfig) Proxy.newProxyInstance(AdmissionTest.class.getClassLoader(), new Class<?>[] {StreamConfig.class},
                    (proxy, method, arguments) -> CONFIG.get(method.getName())),
            rig.metrics(), 1 << 20);
    private URI uri;

    @BeforeEach
    void start() throws Exception {
        progress.end();
        Filters filters = new Filters();
        admission.guard(filters);
        Router router = Router.router(vertx);
        router.route().handler(filters.getFilters().get(0).getHandler());
        router.route(StreamPath.PATH).handler(context -> context.response().setStatusCode(204).end());
        router.route().handler(context -> context.response().setStatusCode(404).end());
        int port = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1")
                .toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS).actualPort();
        uri = URI.create("http://127.0.0.1:" + port + StreamPath.PATH);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** The status, the reason and the message of the answer to a handshake with that query and these headers. */
    private List<String> answer(String query, Map<String, String> headers) throws IOException {
        try (WireSocket wire = WireSocket.ask(URI.create(uri + query), headers, 0)) {
            if (wire.status() == 204 || wire.status() == 404) {
                return List.of(wire.status() + "");
            }
            assertThat(wire.header("content-type")).isEqualTo("application/json");
            assertThat(wire.header("retry-after")).isEqualTo(wire.status() == 503 ? "5" : "");
            assertThat(wire.header("connection")).as("closed if its body is not read").isEqualTo(
                    wire.status() == 400 && query.isEmpty() ? "close" : "");
            var error = StreamClient.json(wire.body()).get("error");
            assertThat(rig.meters().counter("orderbook.stream.closed", "reason", "refused_" + error.get("code").asText()).count())
                    .isEqualTo(1);
            return List.of(wire.status() + "", error.get("code").asText(), error.get("message").asText());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Content-Length | 5 | body: must be none",
        "Transfer-Encoding | chunked | body: must be none",
        "Sec-WebSocket-Version | 99 | Sec-WebSocket-Version: must be 13",
        "Sec-WebSocket-Key | | Sec-WebSocket-Key: is missing",
        "Connection | close | Upgrade, Connection: must be websocket and Upgrade",
        "Connection | | Upgrade, Connection: must be websocket and Upgrade",
        "Upgrade | other | Upgrade, Connection: must be websocket and Upgrade",
    })
    void handshake_thatIsNone_isRefused(String header, String value, String message) throws IOException {
        Map<String, String> headers = new HashMap<>();
        headers.put(header, value);
        assertThat(answer("", headers)).isEqualTo(List.of("400", "bad_request", message));
    }

    @ParameterizedTest
    @CsvSource({"Connection, 'keep-alive, Upgrade'", "Connection, upgrade", "Upgrade, WebSocket", "Content-Length, 0",
        "Origin, https://good.example", "X-Other, any"})
    void handshake_thatIsOne_isAdmitted(String header, String value) throws IOException {
        assertThat(answer("", Map.of(header, value))).isEqualTo(List.of("204"));
    }

    @ParameterizedTest
    @CsvSource({"https://bad.example", "http://good.example", "null"})
    void origin_thatIsNotConfigured_isRefused(String origin) throws IOException {
        assertThat(answer("?legacy=true", Map.of("Origin", origin)))
                .isEqualTo(List.of("403", "origin", "Origin: must be one of the configured origins"));
    }

    @ParameterizedTest
    @CsvSource({"?legacy=true, 204", "?legacy=false, 204", "?other=yes, 204", "?legacy=yes, 400", "?legacy, 400"})
    void legacy_isTrueOrFalse(String query, String status) throws IOException {
        assertThat(answer(query, Map.of()).get(0)).isEqualTo(status);
    }

    @Test
    void handshake_whileTheBooksAreRebuilt_isToldHowFarTheyAre() throws IOException {
        progress.begin();
        assertThat(answer("", Map.of())).isEqualTo(List.of("503", "rebuilding", "901 of 1234 records"));
        progress.end();
        assertThat(answer("", Map.of())).isEqualTo(List.of("204"));
    }

    @Test
    void handshake_beyondTheConnectionsThatAreAllowed_isRefused_untilOneGoes() throws IOException {
        rig.connect();
        assertThat(answer("", Map.of())).isEqualTo(List.of("204"));
        StreamRig.Line second = rig.connect();
        assertThat(answer("", Map.of()))
                .isEqualTo(List.of("503", "max_connections", "there are 2 connections already"));
        second.session().end("disconnected");
        assertThat(answer("", Map.of())).isEqualTo(List.of("204"));
    }

    @Test
    void handshake_afterTheServerBeganToStop_isRefused_evenIfTheBooksAreNotComplete() throws IOException {
        admission.close();
        progress.begin();
        assertThat(answer("", Map.of())).isEqualTo(List.of("503", "shutdown", "the server is shutting down"));
    }

    @Test
    void requests_ofOtherPaths_areNotItsConcern() throws IOException {
        admission.close();
        uri = uri.resolve("/api/v1/status");
        assertThat(answer("", Map.of("Upgrade", "other"))).isEqualTo(List.of("404"));
    }

    /** The router leads all of these to the WebSocket, or none. */
    @ParameterizedTest
    @CsvSource({"/trade-api/ws/v2/, 204", "//trade-api/ws/v2, 204", "/trade-api//ws/v2, 204", "/trade-api/ws/v%32, 204",
        "/trade-api/x/../ws/v2, 204", "/trade-api/./ws/v2, 204", "/trade-api/ws/v2//, 204", "/trade-api/ws/v2;a=b, 404",
        "/trade-api/ws%2Fv2, 404", "/Trade-api/ws/v2, 404", "/trade-api/ws/v2/x, 404", "/, 404"})
    void otherSpellingsOfThePath_passTheSameChecks(String path, String status) throws IOException {
        uri = URI.create("http://127.0.0.1:" + uri.getPort() + path);
        assertThat(answer("", Map.of()).get(0)).isEqualTo(status);
        progress.begin();
        assertThat(answer("", Map.of()).get(0)).isEqualTo(status.equals("204") ? "503" : "404");
    }
}

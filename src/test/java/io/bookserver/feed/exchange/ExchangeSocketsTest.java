package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.feed.FeedClock;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sockets to a server that the test controls, frame by frame. */
@Timeout(60)
class ExchangeSocketsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Records a line's events, in order. */
    private static final class Heard implements Line.Events {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();
        private volatile Line.End last;

        @Override
        public void opened() {
            all.add("opened");
        }

        @Override
        public void received(byte[] payload, long receivedMs) {
            all.add("received " + new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public void ponged(long receivedMs) {
            all.add("ponged");
        }

        @Override
        public void pinged(long receivedMs) {
            all.add("pinged");
        }

        @Override
        public void ended(Line.End end) {
            last = end;
            all.add("ended " + end.reason());
        }

        private String next() throws InterruptedException {
            return Optional.ofNullable(all.poll(SOON.toSeconds(), TimeUnit.SECONDS)).orElse("nothing");
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<ServerWebSocket> clients = new LinkedBlockingQueue<>();
    private final HttpServer server = vertx.createHttpServer().webSocketHandler(clients::add)
            .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    private final ExchangeSockets sockets = to(server.actualPort(), "");

    private ExchangeSockets to(int port, String query) {
        return new ExchangeSockets(vertx, URI.create("ws://127.0.0.1:" + port + "/ws" + query), Optional.empty(), FeedClock.SYSTEM,
                new ExchangeTime(FeedClock.SYSTEM), Runnable::run, new PendingBytes(1 << 20, new AtomicLong()));
    }

    @AfterEach
    void stop() {
        sockets.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void asManySocketsAsConnectionsAreAllowed_areOpenAtOnce() {
        List<Heard> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(new Heard());
            sockets.open(all.get(i));
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(all).allMatch(heard -> "opened".equals(heard.all.peek())));
    }

    /** The client's socket at the server. */
    private ServerWebSocket opened(Heard heard) throws InterruptedException {
        sockets.open(heard);
        ServerWebSocket client = clients.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(heard.next()).isEqualTo("opened");
        return client;
    }

    @Test
    void query_ofTheUrl_isSent() throws InterruptedException {
        try (ExchangeSockets withQuery = to(server.actualPort(), "?legacy=true")) {
            withQuery.open(new Heard());
            assertThat(clients.poll(SOON.toSeconds(), TimeUnit.SECONDS).uri()).isEqualTo("/ws?legacy=true");
        }
    }

    @Test
    void pingOfTheExchange_isAnsweredWithItsBody_andHeard() throws InterruptedException {
        Heard heard = new Heard();
        ServerWebSocket client = opened(heard);
        BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
        client.pongHandler(body -> pongs.add(body.toString()));
        client.writePing(Buffer.buffer("heartbeat"));
        assertThat(pongs.poll(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("heartbeat");
        assertThat(heard.next()).isEqualTo("pinged");
    }

    @Test
    void message_ofSeveralFrames_withAPingBetweenThem_isOne() throws InterruptedException {
        Heard heard = new Heard();
        ServerWebSocket client = opened(heard);
        client.writeFrame(WebSocketFrame.textFrame("{\"type\":", false));
        client.writePing(Buffer.buffer("heartbeat"));
        client.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("\"ok\""), false));
        client.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("}"), true));
        client.writeBinaryMessage(Buffer.buffer("[]"));
        assertThat(List.of(heard.next(), heard.next(), heard.next()))
                .containsExactly("pinged", "received {\"type\":\"ok\"}", "received []");
    }

    @Test
    void message_thatDoesNotEnd_endsTheConnection() throws InterruptedException {
        Heard heard = new Heard();
        ServerWebSocket client = opened(heard);
        Buffer part = Buffer.buffer(new byte[60_000]);
        client.writeFrame(WebSocketFrame.binaryFrame(part, false));
        for (int i = 0; i < 300 && !client.isClosed(); i++) {
            client.writeFrame(WebSocketFrame.continuationFrame(part, false));
        }
        assertThat(heard.next()).isEqualTo("ended a message of more than 16777216 bytes");
        await().atMost(SOON).until(client::isClosed);
    }

    @Test
    void serverThatAcceptsAndSaysNothing_isGivenUp() throws Exception {
        Heard heard = new Heard();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ExchangeSockets toSilent = to(silent.getLocalPort(), "")) {
            toSilent.open(heard);
            assertThat(heard.next()).startsWith("ended no connection: ");
        }
    }

    @ParameterizedTest
    @CsvSource({"401, the exchange needs a login", "403, the exchange needs a login", "429, the handshake was rejected",
        "503, the handshake was rejected", "302, the handshake was rejected", "200, the handshake was rejected"})
    void handshakeThatIsRefused_isToldWithStatusAndTimeToWait(int status, String reason) throws Exception {
        HttpServer refusing = vertx.createHttpServer().requestHandler(request -> request.response().setStatusCode(status)
                .putHeader("Retry-After", "7").putHeader("Location", "/elsewhere").end("{}"))
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
        Heard heard = new Heard();
        try (ExchangeSockets toRefusing = to(refusing.actualPort(), "")) {
            toRefusing.open(heard);
            assertThat(heard.next()).startsWith("ended " + reason);
            assertThat(heard.last.httpStatus()).hasValue(status);
            assertThat(heard.last.retryAfterMs()).isEqualTo(7_000);
        }
    }

    @Test
    void end_namesTheCloseCodeAndItsReason() throws InterruptedException {
        Heard heard = new Heard();
        opened(heard).close((short) 1013, "come back later");
        assertThat(heard.next()).isEqualTo("ended closed by the exchange: 1013 come back later");
    }
}

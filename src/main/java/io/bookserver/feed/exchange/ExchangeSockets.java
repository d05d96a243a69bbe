package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/**
 * Opens WebSockets to the exchange. What a socket receives is handed to the connector's thread. A socket stops reading
 * by itself when too much is pending (backpressure).
 *
 * <p><i>Thread-safe: the connector's thread opens sockets, event loops receive.</i>
 */
final class ExchangeSockets implements Line.Opener, AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int CLOSING_TIMEOUT_S = 2;
    private static final String PING = "connector";

    private final WebSocketClient client;
    private final URI url;
    private final Optional<Login> login;
    private final FeedClock clock;
    private final ExchangeTime time;
    private final Executor connector;
    private final PendingBytes pending;

    /** @param connector runs tasks on the connector's thread, in order */
    ExchangeSockets(Vertx vertx, URI url, Optional<Login> login, FeedClock clock, ExchangeTime time, Executor connector,
            PendingBytes pending) {
        this.url = url;
        this.login = login;
        this.clock = clock;
        this.time = time;
        this.connector = connector;
        this.pending = pending;
        WebSocketClientOptions options = new WebSocketClientOptions()
                .setMaxFrameSize(MAX_MESSAGE_BYTES).setMaxMessageSize(MAX_MESSAGE_BYTES)
                .setClosingTimeout(CLOSING_TIMEOUT_S)
                // the sessions are the limit; by default the fifty-first would wait for ever
                .setMaxConnections(Integer.MAX_VALUE);
        options.setConnectTimeout(CONNECT_TIMEOUT_MS).setTcpNoDelay(true);
        client = vertx.createWebSocketClient(options);
    }

    @Override
    public Line open(Line.Events events) {
        boolean ssl = url.getScheme().equals("wss");
        WebSocketConnectOptions options = new WebSocketConnectOptions();
        options.setHost(url.getHost()).setSsl(ssl)
                .setURI(url.getRawQuery() == null ? url.getRawPath() : url.getRawPath() + "?" + url.getRawQuery())
                .setPort(url.getPort() >= 0 ? url.getPort() : ssl ? 443 : 80);
        options.setTimeout(CONNECT_TIMEOUT_MS);
        login.ifPresent(us -> us.headers(time.nowMs(), url.getPath()).forEach(options::addHeader));
        Socket socket = new Socket(client.webSocket(), events);
        socket.connect(options);
        return socket;
    }

    @Override
    public void close() {
        client.close();
    }

    private final class Socket implements Line {
        private final ClientWebSocket socket;
        private final Line.Events events;
        private volatile boolean connected;
        private volatile boolean paused;
        private volatile boolean over;
        /** The frames of an incomplete message. */
        private Buffer partial;

        Socket(ClientWebSocket socket, Line.Events events) {
            this.socket = socket;
            this.events = events;
            socket.frameHandler(this::frame);
            socket.pongHandler(pong -> {
                long nowMs = clock.epochMs();
                connector.execute(() -> events.ponged(nowMs));
            });
            socket.exceptionHandler(failure -> end(Line.End.of("socket: " + failure)));
            socket.closeHandler(closed -> end(Line.End.of("closed by the exchange: "
                    + socket.closeStatusCode() + (socket.closeReason() == null ? "" : " " + socket.closeReason()))));
        }

        void connect(WebSocketConnectOptions options) {
            socket.connect(options).onComplete(opening -> {
                if (opening.failed()) {
                    end(failed(opening.cause()));
                } else if (over) {
                    socket.close();
                } else {
                    connected = true;
                    connector.execute(events::opened);
                }
            });
        }

        private Line.End failed(Throwable cause) {
            if (!(cause instanceof UpgradeRejectedException rejected)) {
                return Line.End.of("no connection: " + Reason.of(cause));
            }
            time.heard(rejected.getHeaders().get("Date"));
            int status = rejected.getStatus();
            String reason = "the handshake was rejected";
            if (status == 401 || status == 403) {
                reason = login.isPresent()
                        ? "the exchange does not accept the login: is the key of this environment, and the clock right?"
                        : "the exchange needs a login: set orderbook.feed.exchange.key-id and .private-key";
            }
            return new Line.End(reason, OptionalInt.of(status),
                    RetryAfter.ms(rejected.getHeaders().get("Retry-After"), Instant.now()));
        }

        private void frame(WebSocketFrame frame) {
            if (frame.isPing()) {
                long nowMs = clock.epochMs();
                connector.execute(() -> events.pinged(nowMs));
                return;
            }
            if (frame.isText() || frame.isBinary()) {
                partial = null;
            } else if (!frame.isContinuation()) {
                return;
            }
            if (!frame.isFinal() || partial != null) {
                partial = partial == null ? Buffer.buffer() : partial;
                partial.appendBuffer(frame.binaryData());
                if (partial.length() > MAX_MESSAGE_BYTES) {
                    partial = null;
                    end(Line.End.of("a message of more than " + MAX_MESSAGE_BYTES + " bytes"));
                    close();
                    return;
                }
                if (!frame.isFinal()) {
                    return;
                }
            }
            byte[] payload = (partial == null ? frame.binaryData() : partial).getBytes();
            partial = null;
            hand(payload);
        }

        private void hand(byte[] payload) {
            long nowMs = clock.epochMs();
            pending.add(payload.length);
            if (pending.isExceeded()) {
                pause();
            }
            connector.execute(() -> {
                pending.remove(payload.length);
                events.received(payload, nowMs);
            });
        }

        private void pause() {
            if (!paused && connected) {
                paused = true;
                doIfOpen(socket::pause);
            }
        }

        private void end(Line.End end) {
            if (!over) {
                over = true;
                connector.execute(() -> events.ended(end));
            }
        }

        @Override
        public void send(String command) {
            doIfOpen(() -> socket.writeTextMessage(command));
        }

        @Override
        public void ping() {
            doIfOpen(() -> socket.writePing(Buffer.buffer(PING)));
        }

        /** The socket may have just ended; the connector's thread is then notified soon. */
        private void doIfOpen(Runnable action) {
            try {
                action.run();
            } catch (IllegalStateException e) {
                end(Line.End.of("socket: " + e.getMessage()));
            }
        }

        @Override
        public void read(boolean reads) {
            if (!reads) {
                pause();
            } else if (paused) {
                paused = false;
                doIfOpen(socket::resume);
            }
        }

        @Override
        public void close() {
            over = true;
            if (connected) {
                doIfOpen(socket::resume);
                doIfOpen(socket::close);
            }
        }
    }
}

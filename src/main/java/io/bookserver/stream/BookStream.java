package io.bookserver.stream;

import io.netty.channel.ChannelHandlerContext;
import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The WebSocket endpoint, which speaks the exchange's protocol.
 *
 * <p><i>Thread-safe: everything of a connection happens on its event loop.</i>
 */
@WebSocket(path = BookStream.PATH, inboundProcessingMode = InboundProcessingMode.SERIAL)
@ApplicationScoped
public class BookStream {
    static final String PATH = "/trade-api/ws/v2";

    private static final Logger LOG = Logger.getLogger(BookStream.class);
    private static final UserData.TypedKey<Session> SESSION = new UserData.TypedKey<>("orderbook.session");

    private final FanOut fanOut;
    private final StreamConfig config;

    BookStream(FanOut fanOut, StreamConfig config) {
        this.fanOut = fanOut;
        this.config = config;
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection connection) {
        ChannelHandlerContext socket = connection.userData().get(Admission.SOCKET);
        onLoop(socket, () -> {
            Session session = new Session(socket, fanOut, config);
            connection.userData().put(SESSION, session);
        });
    }

    @OnTextMessage
    @NonBlocking
    void text(String message, WebSocketConnection connection) {
        onLoop(connection, session -> session.command(message));
    }

    @OnBinaryMessage
    @NonBlocking
    void binary(Buffer message, WebSocketConnection connection) {
        onLoop(connection, Session::binary);
    }

    @OnPongMessage
    @NonBlocking
    void pong(Buffer body, WebSocketConnection connection) {
        onLoop(connection, Session::pong);
    }

    @OnClose
    @NonBlocking
    void close(WebSocketConnection connection) {
        onLoop(connection, session -> session.end("disconnected"));
    }

    /** A connection that broke: it is closed and leaves nothing behind. */
    @OnError
    @NonBlocking
    void broken(WebSocketConnection connection, Throwable failure) {
        LOG.debugf(failure, "connection broken id=%s", connection.id());
        onLoop(connection, session -> session.close(1011, "internal error", "error"));
    }

    private static void onLoop(WebSocketConnection connection, Consumer<Session> action) {
        onLoop(connection.userData().get(Admission.SOCKET), () -> {
            Session session = connection.userData().get(SESSION);
            if (session != null) {
                action.accept(session);
            }
        });
    }

    private static void onLoop(ChannelHandlerContext socket, Runnable action) {
        if (socket.executor().inEventLoop()) {
            action.run();
        } else {
            socket.executor().execute(action);
        }
    }
}

package io.bookserver.stream;

import io.bookserver.transport.StreamPath;
import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The WebSocket endpoint, which speaks the exchange's protocol. The framework does the handshake and reports the
 * beginning and the end of a connection; {@link Wire} handles the frames.
 *
 * <p><i>Thread-safe: everything of a connection happens on its event loop.</i>
 */
@WebSocket(path = StreamPath.PATH, inboundProcessingMode = InboundProcessingMode.SERIAL)
@ApplicationScoped
public class BookStream {
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
        Wire wire = connection.userData().get(Admission.WIRE);
        boolean legacy = connection.userData().get(Admission.LEGACY);
        onLoop(wire, () -> {
            if (wire.isConnected()) {
                connection.userData().put(SESSION, new Session(wire, fanOut, config, legacy));
            } else {
                wire.openedTooLate();
            }
        });
    }

    @OnClose
    @NonBlocking
    void close(WebSocketConnection connection) {
        onLoop(connection, session -> session.end("disconnected"));
    }

    /** Closes a broken connection. Nothing of it remains. */
    @OnError
    @NonBlocking
    void broken(WebSocketConnection connection, Throwable failure) {
        LOG.debugf(failure, "connection broken id=%s", connection.id());
        onLoop(connection, session -> session.close(1011, "internal error", "error"));
    }

    private static void onLoop(WebSocketConnection connection, Consumer<Session> action) {
        onLoop(connection.userData().get(Admission.WIRE), () -> {
            Session session = connection.userData().get(SESSION);
            if (session != null) {
                action.accept(session);
            }
        });
    }

    private static void onLoop(Wire wire, Runnable action) {
        if (wire.loop().inEventLoop()) {
            action.run();
        } else {
            wire.loop().execute(action);
        }
    }
}

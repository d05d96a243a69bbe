package io.bookserver.load;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The least that a Vert.x server can do to fan out: prebuilt text frames, at a fixed rate, to all connected clients. A
 * frame begins with the {@link System#nanoTime} at which it was due, which readers on the same machine can compare.
 *
 * <p><i>Thread-safe: each event loop has its own connections and its own schedule.</i>
 */
final class BareFanOut extends AbstractVerticle {
    static final String DUE = "{\"due\":";

    private final int port;
    private final long framesPerSecond;
    private final int clients;
    private final int bytes;
    private final AtomicInteger connected;
    private final List<ServerWebSocket> sockets = new ArrayList<>();
    private long startNanos;
    private long sent;

    private BareFanOut(int port, long framesPerSecond, int clients, int bytes, AtomicInteger connected) {
        this.port = port;
        this.framesPerSecond = framesPerSecond;
        this.clients = clients;
        this.bytes = bytes;
        this.connected = connected;
    }

    /** Arguments: port, frames per second and client, number of clients to wait for, bytes of a frame. */
    public static void main(String[] args) {
        var connected = new AtomicInteger();
        Vertx.vertx().deployVerticle(
                () -> new BareFanOut(Integer.parseInt(args[0]), Long.parseLong(args[1]), Integer.parseInt(args[2]),
                        Integer.parseInt(args[3]), connected),
                new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()));
    }

    @Override
    public void start() {
        vertx.createHttpServer(new HttpServerOptions().setPerMessageWebSocketCompressionSupported(false))
                .requestHandler(request -> request.response().end())
                .webSocketHandler(socket -> {
                    sockets.add(socket);
                    connected.incrementAndGet();
                    socket.closeHandler(closed -> sockets.remove(socket));
                })
                .listen(port, "127.0.0.1");
        vertx.setPeriodic(1, timer -> send());
    }

    private void send() {
        if (connected.get() < clients) {
            return;
        }
        long now = System.nanoTime();
        if (startNanos == 0) {
            startNanos = now;
        }
        long dueFrames = (now - startNanos) / 1_000 * framesPerSecond / 1_000_000;
        for (; sent < dueFrames; sent++) {
            String frame = String.format(Locale.ROOT, "%s%019d,\"filler\":\"", DUE,
                    startNanos + sent * 1_000_000_000L / framesPerSecond);
            String padded = frame + "x".repeat(Math.max(0, bytes - frame.length() - 3)) + "\"}\n";
            for (ServerWebSocket socket : sockets) {
                if (!socket.writeQueueFull()) {
                    socket.writeFinalTextFrame(padded);
                }
            }
        }
    }
}

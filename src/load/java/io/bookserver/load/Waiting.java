package io.bookserver.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Measures how long a client waits for its event loop: more connections than there are loops do nothing but ping. The
 * time runs from when a ping was due to its pong.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class Waiting implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int PING = 9;
    private static final int PONG = 10;

    private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    private final List<Future<Histogram>> pings = new ArrayList<>();
    private final URI url;
    private volatile boolean ended;

    Waiting(String url) {
        this.url = URI.create(url);
        for (int i = 0; i < CONNECTIONS; i++) {
            pings.add(threads.submit(this::ping));
        }
    }

    /** Ends the measurement; returns the times in nanoseconds. */
    Histogram end() throws InterruptedException, ExecutionException {
        ended = true;
        var all = new Histogram(3);
        for (Future<Histogram> one : pings) {
            all.add(one.get());
        }
        return all;
    }

    @Override
    public void close() {
        ended = true;
        threads.shutdownNow();
    }

    private Histogram ping() {
        var nanos = new Histogram(3);
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
            socket.getOutputStream().write(LoadClient.handshake(url, "").getBytes(StandardCharsets.US_ASCII));
            var in = new DataInputStream(socket.getInputStream());
            for (int newlines = 0; newlines < 2; ) {
                int next = in.readUnsignedByte();
                newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
            }
            byte[] ping = LoadClient.frame(PING, new byte[0]).array();
            long dueNanos = System.nanoTime();
            while (!ended) {
                for (long early = dueNanos - System.nanoTime(); early > 0; early = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                socket.getOutputStream().write(ping, 0, 6);
                for (int opcode = in.readUnsignedByte() & 0x0f; opcode != PONG; opcode = in.readUnsignedByte() & 0x0f) {
                    byte[] body = in.readNBytes(in.readUnsignedByte());
                    if (opcode == PING) {
                        ByteBuffer pong = LoadClient.frame(PONG, body);
                        socket.getOutputStream().write(pong.array(), 0, pong.limit());
                    }
                }
                in.readUnsignedByte();
                nanos.recordValue(System.nanoTime() - dueNanos);
                dueNanos = Math.max(dueNanos + INTERVAL_NANOS, System.nanoTime());
            }
            return nanos;
        } catch (IOException e) {
            throw new UncheckedIOException("a client that only pings was sent away", e);
        }
    }
}

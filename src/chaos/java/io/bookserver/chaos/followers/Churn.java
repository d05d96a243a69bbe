package io.bookserver.chaos.followers;

import io.bookserver.load.LoadClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Clients that come all the time and are reset, wherever in what they do or read: within the handshake, within a command,
 * with messages unread. What is left of one is the server's to clear away.
 *
 * <p><i>Thread-safe: the count may be read at any time.</i>
 */
public final class Churn implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int TIMEOUT_MS = 100;
    private static final int MARKETS = 20;

    /** Connections that were there and have been reset. */
    public final AtomicLong resets = new AtomicLong();
    private final URI server;
    private final Supplier<List<String>> tickers;
    private final long meanPauseMs;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * Begins at once.
     *
     * @param server past all links, for a link would make a close of a reset
     * @param perSecond resets, at most; none where it is 0
     */
    public Churn(URI server, Supplier<List<String>> tickers, int perSecond, long seed) {
        this.server = server;
        this.tickers = tickers;
        this.meanPauseMs = perSecond == 0 ? 0 : 1_000L * THREADS / perSecond;
        for (int i = 0; i < THREADS && perSecond > 0; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            Thread thread = new Thread(() -> run(random), "churn-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void run(SplittableRandom random) {
        while (!closed) {
            try (Socket socket = new Socket()) {
                socket.setSoLinger(true, 0);
                socket.setSoTimeout(TIMEOUT_MS);
                socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), TIMEOUT_MS);
                resets.incrementAndGet();
                live(socket, random);
            } catch (IOException e) {
                // it is away, or has not answered in time
            }
            try {
                Thread.sleep(random.nextLong(2 * meanPauseMs + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void live(Socket socket, SplittableRandom random) throws IOException {
        byte[] handshake = LoadClient.handshake(server, "").getBytes(StandardCharsets.US_ASCII);
        if (random.nextInt(8) == 0) {
            socket.getOutputStream().write(handshake, 0, random.nextInt(handshake.length));
            return;
        }
        socket.getOutputStream().write(handshake);
        ByteBuffer command = subscribe(random);
        if (random.nextInt(8) == 0) {
            socket.getOutputStream().write(command.array(), 0, random.nextInt(command.limit()));
            return;
        }
        socket.getOutputStream().write(command.array(), 0, command.limit());
        byte[] some = new byte[1 << 13];
        for (int reads = random.nextInt(6); reads > 0 && socket.getInputStream().read(some) > 0; ) {
            reads--;
        }
    }

    private ByteBuffer subscribe(SplittableRandom random) {
        List<String> all = tickers.get();
        StringBuilder text = new StringBuilder("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"")
                .append(random.nextBoolean() ? "orderbook_delta" : "top_of_book").append("\"],\"market_tickers\":[");
        for (int i = 0; i < MARKETS; i++) {
            text.append(i == 0 ? "\"" : ",\"").append(all.get(random.nextInt(all.size()))).append('"');
        }
        return LoadClient.frame(1, text.append("]}}").toString().getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}

package io.bookserver.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Clients that, all at the same time, try to make others pay: each kind repeats its attempts on its own thread, with
 * pauses that leave the machine's cores to the server. Attempts that the server rejects or closes are started again.
 *
 * <p><i>Thread-safe: the counts may be read at any time.</i>
 */
public final class HostileClients implements AutoCloseable {
    /** One attempt of one kind, with what it opens. */
    @FunctionalInterface
    private interface Attempt {
        void make(List<Socket> opened) throws IOException, InterruptedException;
    }

    private static final int MEGABYTE = 1 << 20;
    private static final int READ_MS = 200;

    private final URI url;
    /** Everything large is made once: what these clients cost themselves must not delay those that are measured. */
    private final byte[] halfBody;
    private final byte[] oneTicker;
    private final byte[] manyRequests;
    private final List<ByteBuffer> unknown;
    private final List<ByteBuffer> all;
    private final ByteBuffer largeUnsubscribe;
    private final ByteBuffer binary = LoadClient.frame(2, new byte[1_000]);
    private final ByteBuffer everything = command("subscribe", "\"channels\":[\"top_of_book\",\"ticker\"]");
    private final Map<String, AtomicLong> attempts = new LinkedHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Predicate<String> kinds;
    private volatile boolean ended;

    /**
     * Starts at once.
     *
     * @param sets the number of threads of each kind
     */
    public HostileClients(String url, List<String> tickers, int sets) {
        this(url, tickers, sets, kind -> true);
    }

    /** Starts at once, only those kinds. */
    HostileClients(String url, List<String> tickers, int sets, Predicate<String> kinds) {
        this.kinds = kinds;
        this.url = URI.create(url);
        String names = "{\"market_tickers\":[" + "\"KXHALF\",".repeat(100_000);
        this.halfBody = ascii("POST /api/v1/top-of-book HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(names.length() * 2) + "\r\n" + names);
        String body = "{\"market_tickers\":[" + ("\"" + tickers.get(0) + "\",").repeat(9_999) + "\"" + tickers.get(0) + "\"]}";
        this.oneTicker = ascii("POST /api/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        this.manyRequests = ascii("GET /api/v1/top-of-book HTTP/1.1\r\nHost: h\r\n\r\n".repeat(500));
        this.unknown = IntStream.range(0, 8).mapToObj(part -> subscribe(
                IntStream.range(part * 30_000, (part + 1) * 30_000).mapToObj(n -> "KXNOSUCHMARKET-" + n))).toList();
        this.all = IntStream.range(0, (tickers.size() + 29_999) / 30_000).mapToObj(part -> subscribe(
                tickers.subList(part * 30_000, Math.min(tickers.size(), (part + 1) * 30_000)).stream())).toList();
        this.largeUnsubscribe = command("unsubscribe", "\"sids\":[" + "99,".repeat(300_000) + "99]");
        for (int i = 0; i < sets; i++) {
            start("half_bodies", 8_000, this::halfBodies);
            start("one_ticker_10000_times", 200, this::oneTickerManyTimes);
            start("pipelined_unread", 10_000, this::pipelinedUnread);
            start("unknown_tickers", 1_000, this::unknownTickers);
            start("all_markets_and_back", 500, this::allMarketsAndBack);
            start("large_unsubscribe", 500, this::largeUnsubscribe);
            start("binary_frames", 500, this::binaryFrames);
            start("not_reading", 10_000, this::notReading);
            start("resets", 100, this::reset);
        }
    }

    /** The number of attempts of each kind. */
    String counts() {
        return attempts.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(" "));
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void start(String name, long pauseMs, Attempt attempt) {
        if (!kinds.test(name)) {
            return;
        }
        AtomicLong count = attempts.computeIfAbsent(name, fresh -> new AtomicLong());
        Thread thread = new Thread(() -> {
            while (!ended) {
                List<Socket> opened = new ArrayList<>();
                try {
                    count.incrementAndGet();
                    attempt.make(opened);
                    Thread.sleep(pauseMs);
                } catch (IOException e) {
                    // the server has closed it, which is allowed
                } catch (InterruptedException e) {
                    // it is over
                } finally {
                    opened.forEach(HostileClients::quietly);
                }
            }
        }, "hostile-" + name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void halfBodies(List<Socket> opened) throws IOException {
        for (int i = 0; i < 40; i++) {
            open(opened, 0).getOutputStream().write(halfBody);
        }
    }

    private void oneTickerManyTimes(List<Socket> opened) throws IOException {
        Socket socket = open(opened, 0);
        socket.getOutputStream().write(oneTicker);
        read(socket);
    }

    private void pipelinedUnread(List<Socket> opened) throws IOException {
        for (int i = 0; i < 4; i++) {
            open(opened, 4_096).getOutputStream().write(manyRequests);
        }
    }

    private void unknownTickers(List<Socket> opened) throws IOException {
        Socket socket = webSocket(opened, 0);
        for (ByteBuffer part : unknown) {
            write(socket, part);
        }
        read(socket);
    }

    private void allMarketsAndBack(List<Socket> opened) throws IOException {
        Socket socket = webSocket(opened, 0);
        write(socket, everything);
        for (ByteBuffer part : all) {
            write(socket, part);
        }
        write(socket, command("subscribe", "\"channels\":[\"top_of_book\"]"));
        write(socket, command("unsubscribe", "\"sids\":[1,2,3]"));
        read(socket);
    }

    private void largeUnsubscribe(List<Socket> opened) throws IOException {
        Socket socket = webSocket(opened, 0);
        write(socket, largeUnsubscribe);
        read(socket);
    }

    private void binaryFrames(List<Socket> opened) throws IOException {
        Socket socket = webSocket(opened, 0);
        for (int i = 0; i < 2_000; i++) {
            write(socket, binary);
        }
        read(socket);
    }

    private void notReading(List<Socket> opened) throws IOException {
        for (int i = 0; i < 5; i++) {
            write(webSocket(opened, 4_096), everything);
        }
    }

    private void reset(List<Socket> opened) throws IOException {
        Socket socket = webSocket(opened, 0);
        write(socket, command("subscribe", "\"channels\":[\"top_of_book\"]"));
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private Socket open(List<Socket> opened, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        opened.add(socket);
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setSoTimeout(READ_MS);
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        return socket;
    }

    private Socket webSocket(List<Socket> opened, int receiveBufferBytes) throws IOException {
        Socket socket = open(opened, receiveBufferBytes);
        socket.getOutputStream().write(ascii(LoadClient.handshake(url, "")));
        for (int last = 0, fourth = 0; fourth != '\n' || last != '\n'; ) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("refused");
            }
            if (next != '\r') {
                fourth = last;
                last = next;
            }
        }
        return socket;
    }

    private static ByteBuffer subscribe(Stream<String> names) {
        return command("subscribe", "\"channels\":[\"orderbook_delta\"],\"market_tickers\":["
                + names.map(name -> '"' + name + '"').collect(Collectors.joining(",")) + "]");
    }

    private static ByteBuffer command(String cmd, String params) {
        return LoadClient.frame(1, ascii("{\"id\":1,\"cmd\":\"" + cmd + "\",\"params\":{" + params + "}}"));
    }

    private static void write(Socket socket, ByteBuffer frame) throws IOException {
        socket.getOutputStream().write(frame.array(), 0, frame.limit());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads until nothing has arrived for a while, at most some megabytes. */
    private static void read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] some = new byte[1 << 16];
        try {
            for (int left = 16 * MEGABYTE; left > 0; ) {
                int count = in.read(some);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        } catch (SocketTimeoutException e) {
            // that was all
        }
    }

    private static void quietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed
        }
    }
}

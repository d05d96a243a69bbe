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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
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
    /** What they do, in what it is counted, and how long each pauses behind an attempt. */
    enum Kind {
        /** Bodies of which a megabyte is sent, and no end. Counted in bodies. */
        HALF_BODIES(8_000),
        /** Requests that name one market as often as is allowed. Counted in those answered. */
        ONE_TICKER_10000_TIMES(200),
        /** Requests for all tops of book, whose answers nobody reads. Counted in requests. */
        PIPELINED_UNREAD(10_000),
        /**
         * Subscriptions to markets that do not exist. Counted in tickers. All are written before any reply is read, so
         * the server soon stops reading, and closes the connection after its {@code max-unread-time}.
         */
        UNKNOWN_TICKERS(1_000, 30_000),
        /** Three subscriptions to all markets, by name and without, and their end. Counted in attempts answered. */
        ALL_MARKETS_AND_BACK(500),
        /** Commands to end 300,000 subscriptions that do not exist. Counted in those answered. */
        LARGE_UNSUBSCRIBE(500),
        /** Messages that are no commands. Counted in messages. */
        BINARY_FRAMES(500),
        /** Subscriptions to all markets, whose messages nobody reads. Counted in connections. */
        NOT_READING(10_000),
        /** Connections that are reset right after a subscription to all markets. Counted in connections. */
        RESETS(100);

        private final long pauseMs;
        private final long stuckMs;

        Kind(long pauseMs) {
            this(pauseMs, 0);
        }

        Kind(long pauseMs, long stuckMs) {
            this.pauseMs = pauseMs;
            this.stuckMs = stuckMs;
        }

        /** How long it may do nothing new although it is not held up. */
        long quietMs() {
            return pauseMs + stuckMs;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Those whose names match. */
        static List<Kind> matching(String regex) {
            List<Kind> kinds = Stream.of(values()).filter(kind -> kind.toString().matches(regex)).toList();
            if (kinds.isEmpty()) {
                throw new IllegalArgumentException("no kind of hostile client has such a name: " + regex);
            }
            return kinds;
        }
    }

    /** One attempt, with what it opens and what it has done. */
    @FunctionalInterface
    private interface Attempt {
        void make(List<Socket> opened, LongAdder done) throws IOException, InterruptedException;
    }

    private static final int MAX_READ_BYTES = 16 << 20;
    private static final int READ_MS = 200;
    private static final int PIPELINED = 500;
    private static final int UNKNOWN_A_COMMAND = 30_000;

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
    private final Map<Kind, LongAdder> done = new EnumMap<>(Kind.class);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /**
     * Starts at once.
     *
     * @param sets the number of threads of each kind
     */
    public HostileClients(String url, List<String> tickers, int sets) {
        this(url, tickers, sets, List.of(Kind.values()));
    }

    /** Starts at once, only those kinds. */
    HostileClients(String url, List<String> tickers, int sets, List<Kind> kinds) {
        this.url = URI.create(url);
        String names = "{\"market_tickers\":[" + "\"KXHALF\",".repeat(100_000);
        this.halfBody = ascii("POST /api/v1/top-of-book HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(names.length() * 2) + "\r\n" + names);
        String body = "{\"market_tickers\":[" + ("\"" + tickers.get(0) + "\",").repeat(9_999) + "\"" + tickers.get(0) + "\"]}";
        this.oneTicker = ascii("POST /api/v1/books HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        this.manyRequests = ascii("GET /api/v1/top-of-book HTTP/1.1\r\nHost: h\r\n\r\n".repeat(PIPELINED));
        this.unknown = IntStream.range(0, 8).mapToObj(part -> subscribe(
                IntStream.range(part * UNKNOWN_A_COMMAND, (part + 1) * UNKNOWN_A_COMMAND)
                        .mapToObj(n -> "KXNOSUCHMARKET-" + n))).toList();
        this.all = IntStream.range(0, (tickers.size() + 29_999) / 30_000).mapToObj(part -> subscribe(
                tickers.subList(part * 30_000, Math.min(tickers.size(), (part + 1) * 30_000)).stream())).toList();
        this.largeUnsubscribe = command("unsubscribe", "\"sids\":[" + "99,".repeat(300_000) + "99]");
        Map<Kind, Attempt> attempts = new EnumMap<>(Map.of(
                Kind.HALF_BODIES, this::halfBodies, Kind.ONE_TICKER_10000_TIMES, this::oneTickerManyTimes,
                Kind.PIPELINED_UNREAD, this::pipelinedUnread, Kind.UNKNOWN_TICKERS, this::unknownTickers,
                Kind.ALL_MARKETS_AND_BACK, this::allMarketsAndBack, Kind.LARGE_UNSUBSCRIBE, this::largeUnsubscribe,
                Kind.BINARY_FRAMES, this::binaryFrames, Kind.NOT_READING, this::notReading, Kind.RESETS, this::reset));
        kinds.forEach(kind -> done.put(kind, new LongAdder()));
        for (int i = 0; i < sets; i++) {
            kinds.forEach(kind -> start(kind, attempts.get(kind)));
        }
    }

    /** How much of each kind has been done. */
    Map<Kind, Long> done() {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        done.forEach((kind, count) -> counts.put(kind, count.sum()));
        return counts;
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void start(Kind kind, Attempt attempt) {
        Thread thread = new Thread(() -> {
            while (!ended) {
                List<Socket> opened = new ArrayList<>();
                try {
                    attempt.make(opened, done.get(kind));
                    Thread.sleep(kind.pauseMs);
                } catch (IOException e) {
                    // the server has closed it, which is allowed
                } catch (InterruptedException e) {
                    // it is over
                } finally {
                    opened.forEach(HostileClients::quietly);
                }
            }
        }, "hostile-" + kind);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void halfBodies(List<Socket> opened, LongAdder done) throws IOException {
        for (int i = 0; i < 40; i++) {
            open(opened, 0).getOutputStream().write(halfBody);
            done.increment();
        }
    }

    private void oneTickerManyTimes(List<Socket> opened, LongAdder done) throws IOException {
        Socket socket = open(opened, 0);
        socket.getOutputStream().write(oneTicker);
        if (read(socket)) {
            done.increment();
        }
    }

    private void pipelinedUnread(List<Socket> opened, LongAdder done) throws IOException {
        for (int i = 0; i < 4; i++) {
            open(opened, 4_096).getOutputStream().write(manyRequests);
            done.add(PIPELINED);
        }
    }

    private void unknownTickers(List<Socket> opened, LongAdder done) throws IOException {
        Socket socket = webSocket(opened, 0);
        for (ByteBuffer part : unknown) {
            write(socket, part);
            done.add(UNKNOWN_A_COMMAND);
        }
        read(socket);
    }

    private void allMarketsAndBack(List<Socket> opened, LongAdder done) throws IOException {
        Socket socket = webSocket(opened, 0);
        write(socket, everything);
        for (ByteBuffer part : all) {
            write(socket, part);
        }
        write(socket, command("subscribe", "\"channels\":[\"top_of_book\"]"));
        write(socket, command("unsubscribe", "\"sids\":[1,2,3]"));
        if (read(socket)) {
            done.increment();
        }
    }

    private void largeUnsubscribe(List<Socket> opened, LongAdder done) throws IOException {
        Socket socket = webSocket(opened, 0);
        write(socket, largeUnsubscribe);
        if (read(socket)) {
            done.increment();
        }
    }

    private void binaryFrames(List<Socket> opened, LongAdder done) throws IOException {
        Socket socket = webSocket(opened, 0);
        for (int i = 0; i < 2_000; i++) {
            write(socket, binary);
            done.increment();
        }
        read(socket);
    }

    private void notReading(List<Socket> opened, LongAdder done) throws IOException {
        for (int i = 0; i < 5; i++) {
            write(webSocket(opened, 4_096), everything);
            done.increment();
        }
    }

    private void reset(List<Socket> opened, LongAdder done) throws IOException {
        Socket socket = webSocket(opened, 0);
        write(socket, command("subscribe", "\"channels\":[\"top_of_book\"]"));
        socket.setSoLinger(true, 0);
        socket.close();
        done.increment();
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

    /** Reads until nothing has arrived for a while, at most some megabytes; returns whether anything has. */
    private static boolean read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] some = new byte[1 << 16];
        int left = MAX_READ_BYTES;
        try {
            for (int count = in.read(some); count >= 0 && left > 0; count = in.read(some)) {
                left -= count;
            }
        } catch (SocketTimeoutException e) {
            // that was all
        }
        return left < MAX_READ_BYTES;
    }

    private static void quietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed
        }
    }
}

package io.bookserver.chaos.soak;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.impl.WebSocketInternal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * WebSocket clients that come, follow some markets for a while, and go, half of them without a word. Half follow every
 * change of the books, the others the best prices; some follow trades, too.
 *
 * <p><i>Thread-safe: everything happens on one event loop.</i>
 */
public final class SoakClients implements AutoCloseable {
    private static final int STEP_MS = 100;
    private static final int CONNECTING_AT_MOST = 64;
    private static final long LONGEST_MS = 60_000;
    private static final String PUBLISHED = "\"kafka_published_ms\":";
    private static final String SEQ = "\"seq\":";
    private static final String SID = "\"sid\":";

    public final AtomicLong connections = new AtomicLong();
    public final AtomicLong aborts = new AtomicLong();
    public final AtomicLong messages = new AtomicLong();
    /** Numbers that did not follow the one before. */
    public final AtomicLong holes = new AtomicLong();
    /** Ended by the server, or not let in. */
    public final AtomicLong lost = new AtomicLong();
    private final Recorder latencyMs = new Recorder(LONGEST_MS, 3);
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(2));
    private final WebSocketClient client = vertx.createWebSocketClient(new WebSocketClientOptions()
            .setMaxConnections(1_000_000)
            .setMaxMessageSize(1 << 22).setMaxFrameSize(1 << 22).setConnectTimeout(10_000));
    private final URI url;
    private final Workload workload;
    private final int wanted;
    private final int follow;
    private final int stayMs;
    private final boolean forgetsToClose;
    private final SplittableRandom random;
    private final List<Client> here = new ArrayList<>();
    private final Set<String> addresses = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connecting = new AtomicInteger();
    private double leaving;
    private boolean closing;
    private boolean churns = true;

    /** One connection and the last seq of each of its subscriptions. */
    private static final class Client {
        private final WebSocket socket;
        private final long[] seqs = new long[8];
        private boolean leaves;

        private Client(WebSocket socket) {
            this.socket = socket;
        }

        private String address() {
            return socket.localAddress().hostAddress() + ":" + socket.localAddress().port();
        }
    }

    /**
     * @param stayMs how long a client stays on average
     * @param forgetsToClose planted: one in ten that go leaves its connection open
     */
    public SoakClients(URI url, Workload workload, int wanted, int follow, int stayMs, long seed,
            boolean forgetsToClose) {
        this.url = url;
        this.workload = workload;
        this.wanted = wanted;
        this.follow = follow;
        this.stayMs = stayMs;
        this.forgetsToClose = forgetsToClose;
        this.random = new SplittableRandom(seed);
        vertx.getOrCreateContext().runOnContext(ready -> vertx.setPeriodic(STEP_MS, id -> step()));
    }

    /** From a record's publication to its arrival at a client that follows its book, since the last call. */
    public Histogram latencyMs() {
        return latencyMs.getIntervalHistogram();
    }

    /** The connections' own ends, as the server lists them. */
    public Set<String> addresses() {
        return Set.copyOf(addresses);
    }

    /** From now on nobody comes or goes. */
    public void stay() {
        vertx.runOnContext(now -> churns = false);
    }

    /** Everybody goes. */
    public void leave() {
        vertx.runOnContext(now -> {
            closing = true;
            List.copyOf(here).forEach(this::leave);
        });
    }

    private void step() {
        if (closing || !churns) {
            return;
        }
        for (leaving += (double) here.size() * STEP_MS / stayMs; leaving >= 1 && !here.isEmpty(); leaving--) {
            leave(here.get(random.nextInt(here.size())));
        }
        int missing = wanted - here.size() - connecting.get();
        for (int i = Math.min(missing, CONNECTING_AT_MOST - connecting.get()); i > 0; i--) {
            connect();
        }
    }

    private void connect() {
        connecting.incrementAndGet();
        client.connect(url.getPort(), url.getHost(), "/trade-api/ws/v2").onComplete(opened -> {
            connecting.decrementAndGet();
            if (opened.failed()) {
                lost.incrementAndGet();
            } else {
                come(new Client(opened.result()));
            }
        });
    }

    private void come(Client one) {
        long number = connections.incrementAndGet();
        String address = one.address();
        here.add(one);
        addresses.add(address);
        one.socket.textMessageHandler(text -> take(one, text));
        one.socket.exceptionHandler(failure -> { });
        one.socket.closeHandler(closed -> {
            addresses.remove(address);
            here.remove(one);
            if (!one.leaves) {
                lost.incrementAndGet();
            }
        });
        String books = number % 2 == 0 ? "\"orderbook_delta\"" : "\"top_of_book\"";
        String channels = number % 4 < 2 ? books + ",\"trade\"" : books;
        String tickers = String.join("\",\"", workload.choose(follow, random));
        one.socket.writeTextMessage("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[" + channels
                + "],\"market_tickers\":[\"" + tickers + "\"]}}");
        if (closing) {
            leave(one);
        }
    }

    private void leave(Client one) {
        one.leaves = true;
        here.remove(one);
        addresses.remove(one.address());
        if (forgetsToClose && random.nextInt(10) == 0) {
            return;
        }
        if (random.nextBoolean()) {
            one.socket.close();
        } else {
            aborts.incrementAndGet();
            Channel channel = ((WebSocketInternal) one.socket).channelHandlerContext().channel();
            // its last packet is a reset, as of a process that is gone
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    private void take(Client one, String text) {
        messages.incrementAndGet();
        int seqAt = text.indexOf(SEQ);
        if (seqAt >= 0) {
            int sid = (int) number(text, text.indexOf(SID) + SID.length());
            long seq = number(text, seqAt + SEQ.length());
            if (seq != ++one.seqs[sid]) {
                holes.incrementAndGet();
                one.seqs[sid] = seq;
            }
        }
        if (text.startsWith("{\"type\":\"orderbook_delta\"")) {
            long publishedMs = number(text, text.indexOf(PUBLISHED) + PUBLISHED.length());
            latencyMs.recordValue(Math.max(0, Math.min(LONGEST_MS, System.currentTimeMillis() - publishedMs)));
        }
    }

    private static long number(String text, int from) {
        long value = 0;
        for (int at = from; at < text.length() && Character.isDigit(text.charAt(at)); at++) {
            value = 10 * value + text.charAt(at) - '0';
        }
        return value;
    }

    @Override
    public void close() throws InterruptedException {
        leave();
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            System.out.println("clients did not close: " + e);
        }
    }
}

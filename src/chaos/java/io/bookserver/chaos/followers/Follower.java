package io.bookserver.chaos.followers;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.chaos.oracle.Fingerprint;
import io.bookserver.chaos.oracle.Observation;
import io.bookserver.chaos.oracle.Oracle;
import io.bookserver.chaos.world.Http;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A client of the WebSocket that follows books and tops of markets, keeps what it is told as the protocol says, hands
 * every live state to the oracle, and connects again when its connection ends. A hole in seq, a version that goes back or a
 * level below zero is a violation at once.
 *
 * <p><i>Thread-safe: its connection's messages come one after the other.</i>
 */
final class Follower implements AutoCloseable {
    private static final int READ_AT_ONCE = 500;
    private static final long PAUSE_MS = 2_000;
    private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "followers");
        thread.setDaemon(true);
        return thread;
    });

    /** What it holds of one market. */
    private static final class Held {
        private final Map<Boolean, TreeMap<Integer, Long>> sides = Map.of(true, new TreeMap<>(), false, new TreeMap<>());
        private long sizes;
        private long version = -1;
        private long topVersion = -1;
        private boolean hasSnapshot;
    }

    private final String who;
    private final URI url;
    private final Supplier<List<String>> tickers;
    private final Oracle oracle;
    private final AtomicLong messages;
    private final AtomicLong connections;
    private final boolean slow;
    private volatile Connection current;
    private volatile boolean closed;

    /** @param slow whether it does not read for seconds, again and again */
    Follower(String who, URI server, Supplier<List<String>> tickers, Oracle oracle, AtomicLong messages, AtomicLong connections,
            boolean slow) {
        this.who = who;
        this.url = URI.create(server.toString().replace("http:", "ws:") + "/trade-api/ws/v2");
        this.tickers = tickers;
        this.oracle = oracle;
        this.messages = messages;
        this.connections = connections;
        this.slow = slow;
        TIMER.execute(this::connect);
    }

    private void connect() {
        if (closed) {
            return;
        }
        Connection connection = new Connection();
        current = connection;
        CLIENT.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(3)).buildAsync(url, connection).whenComplete((opened, failure) -> {
            if (failure != null) {
                connection.end();
            }
        });
    }

    private void again() {
        if (!closed) {
            TIMER.schedule(this::connect, 300, TimeUnit.MILLISECONDS);
        }
    }

    /** Ends the connection without a word, as a crash does; it comes back. */
    public void abort() {
        Connection connection = current;
        if (connection != null && connection.socket != null) {
            connection.socket.abort();
            connection.end();
        }
    }

    @Override
    public void close() {
        closed = true;
        WebSocket open = current == null ? null : current.socket;
        if (open != null) {
            try {
                open.sendClose(WebSocket.NORMAL_CLOSURE, "").get(3, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException | IllegalStateException e) {
                open.abort();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One connection and what was told on it. */
    private final class Connection implements WebSocket.Listener {
        private final Map<Integer, Long> seqs = new HashMap<>();
        private final Map<String, Held> held = new HashMap<>();
        private final StringBuilder text = new StringBuilder();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile WebSocket socket;
        private long read;

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
            connections.incrementAndGet();
            String names = tickers.get().stream().map(ticker -> '"' + ticker + '"').collect(Collectors.joining(","));
            opened.sendText("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"orderbook_delta\",\"top_of_book\"],"
                    + "\"market_tickers\":[" + names + "]}}", true);
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                try {
                    messages.incrementAndGet();
                    take(Http.JSON.readTree(whole));
                } catch (IOException | RuntimeException e) {
                    oracle.violated(who + " cannot read " + whole + ": " + e);
                }
            }
            if (slow && last && ++read % READ_AT_ONCE == 0) {
                TIMER.schedule(() -> from.request(1), PAUSE_MS, TimeUnit.MILLISECONDS);
            } else {
                from.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end();
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                again();
            }
        }

        private void take(JsonNode message) {
            String type = message.get("type").textValue();
            if (type.equals("error")) {
                oracle.violated(who + " was told " + message);
                return;
            }
            if (message.has("seq")) {
                int sid = message.get("sid").intValue();
                long seq = message.get("seq").longValue();
                if (seq != seqs.merge(sid, 1L, Long::sum)) {
                    oracle.violated(who + " has a hole in seq, expected " + seqs.get(sid) + ": " + message);
                }
            }
            JsonNode msg = message.path("msg");
            switch (type) {
                case "orderbook_snapshot" -> snapshot(msg);
                case "orderbook_delta" -> delta(msg);
                case "top_of_book" -> top(msg);
                case "subscribed", "ok" -> { }
                default -> oracle.violated(who + " does not know " + message);
            }
        }

        private Held held(JsonNode msg) {
            return held.computeIfAbsent(msg.get("market_ticker").textValue(), ticker -> new Held());
        }

        private void snapshot(JsonNode msg) {
            Held book = held(msg);
            book.hasSnapshot = true;
            book.sizes = 0;
            for (boolean isYes : List.of(true, false)) {
                book.sides.get(isYes).clear();
                msg.path(isYes ? "yes_dollars_fp" : "no_dollars_fp").forEach(level ->
                        set(book, isYes, Ladders.ticks(level.get(0)), Ladders.hundredths(level.get(1))));
            }
            shown(book, msg);
        }

        private void delta(JsonNode msg) {
            Held book = held(msg);
            if (!book.hasSnapshot) {
                oracle.violated(who + " has a delta without a snapshot: " + msg);
            }
            boolean isYes = msg.get("side").textValue().equals("yes");
            int ticks = Ladders.ticks(msg.get("price_dollars"));
            long quantity = book.sides.get(isYes).getOrDefault(ticks, 0L) + Ladders.hundredths(msg.get("delta_fp"));
            if (quantity < 0) {
                oracle.violated(who + " has a level below zero: " + msg);
            }
            set(book, isYes, ticks, quantity);
            shown(book, msg);
        }

        private void set(Held book, boolean isYes, int ticks, long quantity) {
            Long before = quantity == 0 ? book.sides.get(isYes).remove(ticks) : book.sides.get(isYes).put(ticks, quantity);
            book.sizes -= before == null ? 0 : Fingerprint.level(isYes, ticks, before, 0);
            book.sizes += quantity == 0 ? 0 : Fingerprint.level(isYes, ticks, quantity, 0);
        }

        private void shown(Held book, JsonNode msg) {
            long version = msg.get("version").longValue();
            if (version < book.version) {
                oracle.violated(who + " is taken back from version " + book.version + ": " + msg);
            }
            book.version = version;
            if (msg.get("state").textValue().equals("live")) {
                oracle.saw(Observation.ofSizes(who, msg.get("market_ticker").textValue(), book.sizes,
                        msg.path("server_published_ms").longValue(), msg.toString()));
            }
        }

        private void top(JsonNode msg) {
            Held book = held(msg);
            long version = msg.get("version").longValue();
            if (version < book.topVersion) {
                oracle.violated(who + " is taken back from top version " + book.topVersion + ": " + msg);
            }
            book.topVersion = version;
            if (msg.get("state").textValue().equals("live")) {
                oracle.saw(Observation.ofTops(who, msg.get("market_ticker").textValue(), Ladders.tops(msg),
                        msg.get("last_updated_ms").longValue(), msg.toString()));
            }
        }
    }
}

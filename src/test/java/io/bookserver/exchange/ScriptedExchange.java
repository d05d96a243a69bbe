package io.bookserver.exchange;

import io.bookserver.exchange.WireConnection.Request;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * An exchange for tests: markets whose books change at random, the exchange's WebSocket commands and REST lists on one
 * port of the loopback interface, logins verified with the public key, and faults on demand.
 *
 * <p><i>Thread-safe: everything happens on one event loop; calls from other threads wait for it.</i>
 */
public final class ScriptedExchange implements AutoCloseable {
    private static final String WS_PATH = "/trade-api/ws/v2";
    private static final String REST_PATH = "/trade-api/v2";
    /** A login with an older or later timestamp is rejected. */
    private static final long LOGIN_WITHIN_MS = 5_000;
    private static final int PAGE = 1_000;

    /** The current faults; set by {@link #script}. */
    static final class Faults {
        int ignoredSubscribes;
        int lostSnapshots;
        int refusedHandshakes;
        int refusedWith;
        int failedRest;
        int failedWith;
        boolean pagesOverlap;
        boolean pagesLoop;
        boolean pagesHoldNonsense;
        long clockAheadMs;
    }

    /** A level book: hundredths of a contract by ticks, both sides. */
    public record Book(Map<Integer, Long> yes, Map<Integer, Long> no) {}

    /** Is notified of every book, on the exchange's event loop. */
    @FunctionalInterface
    public interface Watcher {
        /** A book was created or has changed; the ladders are the exchange's own and must not be kept. */
        void changed(String ticker, Map<Integer, Long> yes, Map<Integer, Long> no);
    }

    final Faults faults = new Faults();
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Optional<PublicKey> key;
    private final SplittableRandom random;
    private final Map<String, ScriptedMarket> markets = new TreeMap<>();
    private final List<ScriptedMarket> active = new ArrayList<>();
    private final List<ScriptedSession> sessions = new ArrayList<>();
    private final Map<String, List<Long>> askedMs = new HashMap<>();
    private final List<String> refusals = new ArrayList<>();
    private Watcher watcher = (ticker, yes, no) -> { };
    private NetServer server;
    private long timer = -1;
    private double due;
    private long handshakes;
    private long restRequests;

    private ScriptedExchange(Optional<PublicKey> key, long seed) {
        this.key = key;
        this.random = new SplittableRandom(seed);
    }

    /** An exchange without markets that requires no login. */
    public static ScriptedExchange start(long seed) {
        return new ScriptedExchange(Optional.empty(), seed).listening();
    }

    /** An exchange that accepts only logins signed with the corresponding private key. */
    public static ScriptedExchange start(long seed, PublicKey key) {
        return new ScriptedExchange(Optional.of(key), seed).listening();
    }

    private ScriptedExchange listening() {
        CompletableFuture<NetServer> listening = new CompletableFuture<>();
        loop.runOnContext(go -> vertx.createNetServer(new NetServerOptions().setHost("127.0.0.1").setPort(0).setTcpNoDelay(true))
                .connectHandler(socket -> new WireConnection(socket, this::request))
                .listen().onComplete(done -> {
                    if (done.succeeded()) {
                        listening.complete(done.result());
                    } else {
                        listening.completeExceptionally(done.cause());
                    }
                }));
        server = get(listening);
        return this;
    }

    public String wsUrl() {
        return "ws://127.0.0.1:" + server.actualPort() + WS_PATH;
    }

    public String restUrl() {
        return "http://127.0.0.1:" + server.actualPort() + REST_PATH;
    }

    // --- requests
    // -----------------------------------------------------------------------------------------------------

    private void request(WireConnection wire, Request request) {
        if (request.path().equals(WS_PATH)) {
            handshake(wire, request);
        } else if (request.path().startsWith(REST_PATH)) {
            restRequests++;
            rest(wire, request);
        } else {
            wire.respond(404, date(), "{}");
        }
    }

    private void handshake(WireConnection wire, Request request) {
        handshakes++;
        if (faults.refusedHandshakes > 0) {
            faults.refusedHandshakes--;
            wire.respond(faults.refusedWith, date(), "{}");
            return;
        }
        Optional<String> refusal = key.flatMap(known -> refusal(known, request));
        if (refusal.isPresent()) {
            refusals.add(refusal.get());
            wire.respond(401, date(), "{\"error\":{\"code\":\"unauthorized\"}}");
            return;
        }
        ScriptedSession session = new ScriptedSession(this, wire);
        sessions.add(session);
        wire.upgrade(request, session::command, () -> sessions.remove(session));
    }

    /** Why a login is rejected. */
    private Optional<String> refusal(PublicKey known, Request request) {
        String timestamp = request.headers().get("KALSHI-ACCESS-TIMESTAMP");
        String signed = request.headers().get("KALSHI-ACCESS-SIGNATURE");
        if (timestamp == null || signed == null || request.headers().get("KALSHI-ACCESS-KEY") == null) {
            return Optional.of("no login");
        }
        if (Math.abs(Long.parseLong(timestamp) - nowMs()) > LOGIN_WITHIN_MS) {
            return Optional.of("timestamp");
        }
        try {
            Signature signature = Signature.getInstance(known.getAlgorithm().equals("RSA") ? "RSASSA-PSS" : "Ed25519");
            if (known.getAlgorithm().equals("RSA")) {
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            signature.initVerify(known);
            signature.update((timestamp + "GET" + request.path()).getBytes(StandardCharsets.UTF_8));
            return signature.verify(Base64.getDecoder().decode(signed)) ? Optional.empty() : Optional.of("signature");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of(e.toString());
        }
    }

    private void rest(WireConnection wire, Request request) {
        if (faults.failedRest > 0) {
            faults.failedRest--;
            wire.respond(faults.failedWith, date(), "{\"error\":{}}");
            return;
        }
        Map<String, List<String>> query = query(request.query());
        switch (request.path().substring(REST_PATH.length())) {
            case "/markets" -> wire.respond(200, date(), page(query));
            case "/markets/orderbooks" -> wire.respond(200, date(), query.getOrDefault("tickers", List.of()).stream()
                    .filter(markets::containsKey).map(ticker -> markets.get(ticker).restBook())
                    .collect(Collectors.joining(",", "{\"orderbooks\":[", "]}")));
            default -> wire.respond(404, date(), "{\"error\":{\"code\":\"not_found\"}}");
        }
    }

    private static Map<String, List<String>> query(String text) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.computeIfAbsent(pair.substring(0, equals), name -> new ArrayList<>())
                        .add(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    private String page(Map<String, List<String>> query) {
        List<ScriptedMarket> listed = markets.values().stream().filter(market -> matches(market, query)).toList();
        int from = query.containsKey("cursor") ? Integer.parseInt(query.get("cursor").get(0)) : 0;
        int to = Math.min(listed.size(), from + PAGE);
        String next = to < listed.size() ? Integer.toString(faults.pagesOverlap ? to - PAGE / 10 : to) : "";
        if (faults.pagesLoop && !next.isEmpty()) {
            next = Integer.toString(PAGE);
        }
        String entries = listed.subList(from, to).stream().map(ScriptedMarket::restEntry).collect(Collectors.joining(","));
        String nonsense = faults.pagesHoldNonsense
                ? "{\"ticker\":7},{\"status\":\"active\"},{\"ticker\":\"X\",\"status\":\"strange\"}" + (entries.isEmpty() ? "" : ",") : "";
        return "{\"markets\":[" + nonsense + entries + "],\"cursor\":\"" + next + "\"}";
    }

    private static boolean matches(ScriptedMarket market, Map<String, List<String>> query) {
        if (query.containsKey("tickers")) {
            return List.of(query.get("tickers").get(0).split(",")).contains(market.ticker);
        }
        boolean prefix = !query.containsKey("series_ticker") || market.ticker.startsWith(query.get("series_ticker").get(0) + "-");
        String status = query.get("status").get(0);
        return prefix && market.status.equals(switch (status) {
            case "open" -> "active";
            case "unopened" -> "initialized";
            case "paused" -> "inactive";
            default -> status;
        });
    }

    private long nowMs() {
        return System.currentTimeMillis() + faults.clockAheadMs;
    }

    private String date() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.ofEpochMilli(nowMs()).atZone(ZoneOffset.UTC));
    }

    // --- the market place
    // ----------------------------------------------------------------------------------------------

    ScriptedMarket market(String ticker) {
        return markets.get(ticker);
    }

    void asked(Collection<String> tickers) {
        long nowMs = System.currentTimeMillis();
        tickers.forEach(ticker -> askedMs.computeIfAbsent(ticker, name -> new ArrayList<>()).add(nowMs));
    }

    /** Adds markets that are already open, without a message on the WebSocket. */
    public void addMarkets(String prefix, int count) {
        script(() -> {
            long nowS = System.currentTimeMillis() / 1000;
            for (int i = 0; i < count; i++) {
                ScriptedMarket market = new ScriptedMarket(prefix + "-" + i, nowS - 60, nowS + 86_400, random);
                list(market);
            }
            return null;
        });
    }

    /** Lists a market now, with a lifecycle message; it can be traded at once. */
    public void create(String ticker, long closesInS) {
        script(() -> {
            long nowS = System.currentTimeMillis() / 1000;
            ScriptedMarket market = new ScriptedMarket(ticker, nowS, nowS + closesInS, random);
            list(market);
            lifecycle(ticker, "created", ",\"open_ts\":" + nowS + ",\"close_ts\":" + market.closeS);
            return null;
        });
    }

    private void list(ScriptedMarket market) {
        markets.put(market.ticker, market);
        active.add(market);
        watcher.changed(market.ticker, market.yes, market.no);
    }

    /** Adds a listener for every change of a book. */
    public void watch(Watcher newWatcher) {
        script(() -> watcher = newWatcher);
    }

    /** Determines a market, with a lifecycle message; its resting orders are cancelled. */
    public void determine(String ticker) {
        script(() -> {
            ScriptedMarket market = markets.get(ticker);
            market.status = "determined";
            active.remove(market);
            lifecycle(ticker, "determined", ",\"result\":\"yes\",\"determination_ts\":" + System.currentTimeMillis() / 1000);
            return null;
        });
    }

    private void lifecycle(String ticker, String event, String fields) {
        String msg = "\"market_ticker\":\"" + ticker + "\",\"event_type\":\"" + event + "\"" + fields;
        sessions.forEach(session -> session.publish("market_lifecycle_v2", "market_lifecycle_v2", ticker, msg));
    }

    /** Changes books at random, that many times per second; 0 for none. */
    public void traffic(int changesPerSecond) {
        script(() -> {
            vertx.cancelTimer(timer);
            if (changesPerSecond > 0) {
                timer = vertx.setPeriodic(5, tick -> {
                    due += changesPerSecond / 200.0;
                    for (; due >= 1; due--) {
                        changeOne();
                    }
                });
            }
            return null;
        });
    }

    private void changeOne() {
        if (active.isEmpty()) {
            return;
        }
        ScriptedMarket market = active.get(random.nextInt(active.size()));
        String fields = market.change(random);
        // before any client can know it
        watcher.changed(market.ticker, market.yes, market.no);
        for (ScriptedSession session : sessions) {
            session.publish("orderbook_delta", "orderbook_delta", market.ticker, fields);
        }
    }

    /** Changes a market's book without a message: a fault that no sequence number shows. */
    public void changeUnseen(String ticker) {
        script(() -> {
            ScriptedMarket market = markets.get(ticker);
            market.change(random);
            watcher.changed(ticker, market.yes, market.no);
            return null;
        });
    }

    // --- queries of tests
    // ----------------------------------------------------------------------------------------------

    public Map<String, Book> books() {
        return script(() -> {
            Map<String, Book> books = new HashMap<>();
            markets.forEach((ticker, market) -> books.put(ticker, new Book(Map.copyOf(market.yes), Map.copyOf(market.no))));
            return books;
        });
    }

    public int connections() {
        return script(sessions::size);
    }

    /** The markets whose books the clients follow, over all connections. */
    public int followed() {
        return script(() -> sessions.stream().mapToInt(ScriptedSession::bookMarkets).sum());
    }

    /** When each market was requested by {@code get_snapshot}, epoch ms. */
    public Map<String, List<Long>> asked() {
        return script(() -> new HashMap<>(askedMs));
    }

    public List<String> refusals() {
        return script(() -> List.copyOf(refusals));
    }

    public long handshakes() {
        return script(() -> handshakes);
    }

    public long restRequests() {
        return script(() -> restRequests);
    }

    // --- faults
    // --------------------------------------------------------------------------------------------------------

    /** Drops the next messages of the books of one connection, with their sequence numbers. */
    public void lose(int messages) {
        script(() -> {
            one().ifPresent(session -> session.loses = messages);
            return null;
        });
    }

    /** Never sends the next {@code count} snapshots; they take no sequence number. */
    public void loseSnapshots(int count) {
        script(() -> faults.lostSnapshots = count);
    }

    public void ignoreSubscribes(int count) {
        script(() -> faults.ignoredSubscribes = count);
    }

    /** Ends one connection's subscription to the books: 25 or 10. */
    public void endBooks(int code) {
        script(() -> {
            one().ifPresent(session -> session.endBooks(code));
            return null;
        });
    }

    /** Keeps one connection open but sends nothing more on it. */
    public void fallSilent() {
        script(() -> {
            one().ifPresent(session -> session.wire.fallSilent());
            return null;
        });
    }

    /** Closes one connection in the middle of a frame. */
    public void cut() {
        script(() -> {
            one().ifPresent(session -> session.wire.cut("{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":1,\"msg\":{}}"));
            return null;
        });
    }

    public void closeAll() {
        script(() -> {
            List.copyOf(sessions).forEach(session -> session.wire.close());
            return null;
        });
    }

    public void refuseHandshakes(int status, int count) {
        script(() -> {
            faults.refusedWith = status;
            return faults.refusedHandshakes = count;
        });
    }

    public void failRest(int status, int count) {
        script(() -> {
            faults.failedWith = status;
            return faults.failedRest = count;
        });
    }

    /** Lists pages that repeat entries, whose cursor leads back to earlier ones, and that contain invalid entries. */
    public void pages(boolean overlap, boolean loop, boolean nonsense) {
        script(() -> {
            faults.pagesOverlap = overlap;
            faults.pagesLoop = loop;
            return faults.pagesHoldNonsense = nonsense;
        });
    }

    public void clockAhead(long ms) {
        script(() -> faults.clockAheadMs = ms);
    }

    private Optional<ScriptedSession> one() {
        return sessions.isEmpty() ? Optional.empty() : Optional.of(sessions.get(random.nextInt(sessions.size())));
    }

    /** Runs the action on the exchange's event loop and waits for it. */
    private <T> T script(Callable<T> action) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(go -> {
            try {
                done.complete(action.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return get(done);
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        get(vertx.close().toCompletionStage().toCompletableFuture());
    }
}

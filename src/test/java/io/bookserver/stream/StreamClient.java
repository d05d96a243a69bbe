package io.bookserver.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A client of the exchange, written from its documents alone. It maintains books from snapshots and deltas and fails at
 * the first frame that violates a rule. The rules: every frame ends with a newline; seq is consecutive per sid from 1;
 * a market's data comes after the reply that grants it, and none after the reply that ends it; a delta continues a
 * snapshot and takes no level below zero; versions grow.
 *
 * <p><i>Not thread-safe; confined to one thread, and reads only when asked to.</i>
 */
final class StreamClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** The client's state of one market in one subscription. */
    static final class Held {
        private final String ticker;
        private final TreeMap<Integer, Long> yes = new TreeMap<>();
        private final TreeMap<Integer, Long> no = new TreeMap<>();
        private long version = -1;
        private JsonNode top;

        private Held(String ticker) {
            this.ticker = ticker;
        }

        String ticker() {
            return ticker;
        }

        /** Hundredths of a contract by ticks. */
        Map<Integer, Long> yes() {
            return Collections.unmodifiableMap(yes);
        }

        Map<Integer, Long> no() {
            return Collections.unmodifiableMap(no);
        }

        long version() {
            return version;
        }

        /** The last top of book; empty for a subscription to books. */
        Optional<JsonNode> top() {
            return Optional.ofNullable(top);
        }
    }

    private static final class Channel {
        private final String name;
        private final Set<String> granted = new HashSet<>();
        private final Map<String, Held> held = new HashMap<>();
        private boolean all;
        private long seq;

        private Channel(String name) {
            this.name = name;
        }
    }

    private record Asked(Set<String> tickers, boolean deletes) {}

    private final WireSocket wire;
    private final Consumer<Held> observer;
    private final Map<Long, Channel> channels = new HashMap<>();
    private final Map<Long, Asked> asked = new HashMap<>();
    private final List<String> pings = new ArrayList<>();
    private long lastId = 1_000_000;
    private long dataFrames;
    private long conflated;

    StreamClient(WireSocket wire, Consumer<Held> observer) {
        this.wire = wire;
        this.observer = observer;
    }

    static StreamClient connect(URI uri) throws IOException {
        return new StreamClient(WireSocket.open(uri), held -> { });
    }

    static JsonNode json(String text) throws IOException {
        return JSON.readTree(text);
    }

    /** The type of a frame and its market, without times and versions. */
    static String brief(JsonNode frame) {
        String market = frame.at("/msg/market_ticker").asText();
        return frame.get("type").asText()
                + (frame.has("id") ? " id=" + frame.get("id") : "")
                + (frame.has("sid") ? " sid=" + frame.get("sid") : "")
                + (frame.has("seq") ? " seq=" + frame.get("seq") : "")
                + (market.isEmpty() ? "" : " " + market);
    }

    WireSocket wire() {
        return wire;
    }

    /** Sends a command unchanged, after noting what it requests. */
    StreamClient send(String command) throws IOException {
        note(command);
        wire.sendText(command);
        return this;
    }

    /** Notes what a command requests that is sent by other means. */
    void note(String command) throws IOException {
        JsonNode json = JSON.readTree(command);
        Set<String> tickers = new TreeSet<>();
        json.at("/params/market_tickers").forEach(ticker -> tickers.add(ticker.asText()));
        if (json.at("/params/market_ticker").isTextual()) {
            tickers.add(json.at("/params/market_ticker").asText());
        }
        boolean deletes = json.at("/params/action").asText().equals("delete_markets");
        asked.put(json.path("id").asLong(), new Asked(tickers, deletes));
    }

    /** Sends a command with a new id, which is returned. */
    long send(String cmd, String params) throws IOException {
        long id = ++lastId;
        send("{\"id\":" + id + ",\"cmd\":\"" + cmd + "\"" + (params.isEmpty() ? "" : ",\"params\":{" + params + "}") + "}");
        return id;
    }

    /** The next text frame, checked and applied; pings before it are answered. */
    JsonNode next() throws IOException {
        return next(DEADLINE);
    }

    JsonNode next(Duration deadline) throws IOException {
        WireSocket.Frame frame = nextFrame(deadline);
        if (frame.opcode() != WireSocket.TEXT) {
            throw new AssertionError("closed: code=" + frame.closeCode());
        }
        return apply(frame.text());
    }

    List<JsonNode> next(int count) throws IOException {
        List<JsonNode> frames = new ArrayList<>();
        while (frames.size() < count) {
            frames.add(next());
        }
        return frames;
    }

    /** Reads until the reply to that command, and returns it: the snapshot itself, if one was requested. */
    JsonNode reply(long id) throws IOException {
        JsonNode frame = next();
        while (frame.path("id").asLong() != id) {
            frame = next();
        }
        return frame;
    }

    /** Everything that arrives before the server answers one more command; it must be data only. */
    List<JsonNode> settle() throws IOException {
        long id = send("list_subscriptions", "");
        List<JsonNode> frames = new ArrayList<>();
        for (JsonNode frame = next(); frame.path("id").asLong() != id; frame = next()) {
            frames.add(frame);
        }
        return frames;
    }

    /** Reads until the server closes, and returns its code. */
    int awaitClose(Duration deadline) throws IOException {
        WireSocket.Frame frame = nextFrame(deadline);
        while (frame.opcode() != WireSocket.CLOSE) {
            apply(frame.text());
            frame = nextFrame(deadline);
        }
        return frame.closeCode();
    }

    List<String> pings() {
        return pings;
    }

    long dataFrames() {
        return dataFrames;
    }

    /** The sum of all {@code conflated_count}. */
    long conflated() {
        return conflated;
    }

    Map<String, Held> held(long sid) {
        return channels.get(sid).held;
    }

    /** Whether that subscription is to every market. */
    boolean isToAll(long sid) {
        return channels.get(sid).all;
    }

    Set<Long> sids() {
        return Collections.unmodifiableSet(new TreeSet<>(channels.keySet()));
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    private WireSocket.Frame nextFrame(Duration deadline) throws IOException {
        long endNanos = System.nanoTime() + deadline.toNanos();
        wire.timeout(deadline);
        WireSocket.Frame frame = wire.read();
        while (frame.opcode() == WireSocket.PING || frame.opcode() == WireSocket.PONG) {
            check(System.nanoTime() < endNanos, "an answer comes within " + deadline, "nothing but pings");
            if (frame.opcode() == WireSocket.PING) {
                pings.add(frame.text());
                wire.send(WireSocket.PONG, frame.payload());
            }
            frame = wire.read();
        }
        return frame;
    }

    /** Checks one text frame and applies it. */
    JsonNode apply(String text) throws IOException {
        check(text.endsWith("}\n"), "a frame ends with a newline", text);
        JsonNode frame = JSON.readTree(text);
        switch (frame.path("type").asText()) {
            case "subscribed" -> subscribed(frame);
            case "ok" -> ok(frame);
            case "unsubscribed" -> {
                sequenced(frame);
                channels.remove(frame.get("sid").longValue());
            }
            case "orderbook_snapshot" -> snapshot(frame);
            case "orderbook_delta" -> delta(frame);
            case "top_of_book" -> top(frame);
            case "ticker" -> data(frame);
            case "trade" -> {
                sequenced(frame);
                data(frame);
            }
            case "market_lifecycle_v2", "event_lifecycle", "multivariate_market_lifecycle" -> sequenced(frame);
            case "error" -> {
                check(frame.at("/msg/code").isInt(), "an error has a code", text);
                check(!frame.has("sid") || channels.remove(frame.get("sid").longValue()) != null, "the sid was announced", text);
            }
            default -> check(false, "the type is one that StreamClient knows", text);
        }
        return frame;
    }

    private void subscribed(JsonNode frame) {
        JsonNode msg = frame.get("msg");
        check(!frame.has("seq") && !frame.has("sid"), "subscribed has no seq", frame);
        Channel channel = new Channel(msg.get("channel").asText());
        grant(channel, asked.get(frame.path("id").asLong()));
        check(channels.put(msg.get("sid").longValue(), channel) == null, "a sid is given once", frame);
    }

    private void ok(JsonNode frame) {
        if (!frame.has("sid")) {
            return;
        }
        // the exchange's ok on ticker has none (rec)
        Channel channel = frame.has("seq") ? sequenced(frame) : channels.get(frame.get("sid").longValue());
        check(frame.has("seq") != channel.name.equals("ticker"), "ok has a seq where data has", frame);
        JsonNode listed = frame.at("/msg/market_tickers");
        if (listed.isArray()) {
            List<String> tickers = new ArrayList<>();
            listed.forEach(ticker -> tickers.add(ticker.asText()));
            check(tickers.equals(List.copyOf(new TreeSet<>(tickers))), "the list is sorted", frame);
            channel.granted.clear();
            channel.granted.addAll(tickers);
            if (!channel.all) {
                channel.held.keySet().retainAll(channel.granted);
            }
        }
        Asked command = asked.get(frame.path("id").asLong());
        if (command != null && command.deletes) {
            channel.granted.removeAll(command.tickers);
            channel.held.keySet().removeAll(command.tickers);
        } else {
            grant(channel, command);
        }
    }

    private static void grant(Channel channel, Asked command) {
        if (command != null) {
            channel.granted.addAll(command.tickers);
            channel.all |= command.tickers.isEmpty();
        }
    }

    private Channel sequenced(JsonNode frame) {
        Channel channel = channels.get(frame.path("sid").longValue());
        check(channel != null, "the sid was announced", frame);
        check(frame.path("seq").longValue() == ++channel.seq, "seq follows " + (channel.seq - 1), frame);
        return channel;
    }

    private Held data(JsonNode frame) {
        Channel channel = channels.get(frame.path("sid").longValue());
        check(channel != null, "the sid was announced", frame);
        String ticker = frame.at("/msg/market_ticker").asText();
        check(channel.all || channel.granted.contains(ticker), "the reply comes before the data", frame);
        dataFrames++;
        conflated += frame.path("conflated_count").longValue();
        return channel.held.computeIfAbsent(ticker, Held::new);
    }

    private void snapshot(JsonNode frame) {
        sequenced(frame);
        Held held = data(frame);
        JsonNode msg = frame.get("msg");
        check(msg.get("market_id").isTextual(), "market_id is a string", frame);
        replace(held.yes, msg.path("yes_dollars_fp"), frame);
        replace(held.no, msg.path("no_dollars_fp"), frame);
        check(msg.get("version").longValue() >= held.version, "versions grow", frame);
        held.version = msg.get("version").longValue();
        observer.accept(held);
    }

    private static void replace(TreeMap<Integer, Long> side, JsonNode levels, JsonNode frame) {
        side.clear();
        for (JsonNode level : levels) {
            int ticks = ticks(level.get(0));
            check(side.isEmpty() || side.lastKey() < ticks, "ladders ascend", frame);
            side.put(ticks, hundredths(level.get(1)));
        }
        check(levels.isMissingNode() || !side.isEmpty(), "a side without bids has no key", frame);
    }

    private void delta(JsonNode frame) {
        sequenced(frame);
        Held held = data(frame);
        JsonNode msg = frame.get("msg");
        check(held.version >= 0, "a snapshot comes before its deltas", frame);
        check(msg.get("version").longValue() > held.version, "versions grow", frame);
        held.version = msg.get("version").longValue();
        TreeMap<Integer, Long> side = msg.get("side").asText().equals("yes") ? held.yes : held.no;
        int ticks = ticks(msg.get("price_dollars"));
        long quantity = side.merge(ticks, hundredths(msg.get("delta_fp")), Long::sum);
        check(quantity >= 0, "no level below zero", frame);
        if (quantity == 0) {
            side.remove(ticks);
        }
        observer.accept(held);
    }

    private void top(JsonNode frame) {
        sequenced(frame);
        Held held = data(frame);
        JsonNode msg = frame.get("msg");
        long version = msg.get("version").longValue();
        check(version > held.version || frame.has("id") && version == held.version, "versions grow", frame);
        held.version = version;
        held.top = msg;
        observer.accept(held);
    }

    static int ticks(JsonNode dollars) {
        return new BigDecimal(dollars.textValue()).movePointRight(4).intValueExact();
    }

    static long hundredths(JsonNode contracts) {
        return new BigDecimal(contracts.textValue()).movePointRight(2).longValueExact();
    }

    private static void check(boolean kept, String rule, Object frame) {
        if (!kept) {
            throw new AssertionError("broken: " + rule + ": " + frame);
        }
    }
}

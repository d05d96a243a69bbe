package io.bookserver.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One client of the scripted exchange's WebSocket, with its subscriptions. Each subscription numbers all its messages
 * in one sequence.
 *
 * <p><i>Not thread-safe; confined to the exchange's event loop.</i>
 */
final class ScriptedSession {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOOKS = "orderbook_delta";

    /** One subscription. */
    static final class Sub {
        final int sid;
        final String channel;
        final Set<String> tickers = new LinkedHashSet<>();
        long seq;

        Sub(int sid, String channel) {
            this.sid = sid;
            this.channel = channel;
        }

        boolean covers(String ticker) {
            return tickers.isEmpty() && !channel.equals(BOOKS) || tickers.contains(ticker);
        }
    }

    final WireConnection wire;
    private final ScriptedExchange exchange;
    private final Map<String, Sub> subs = new TreeMap<>();
    private int lastSid;
    /** The number of messages of the books to drop on the way to the client, with their sequence numbers. */
    int loses;

    ScriptedSession(ScriptedExchange exchange, WireConnection wire) {
        this.exchange = exchange;
        this.wire = wire;
    }

    void command(String text) {
        JsonNode command = parse(text);
        long id = command.path("id").longValue();
        JsonNode params = command.path("params");
        switch (command.path("cmd").asText()) {
            case "subscribe" -> params.path("channels").forEach(channel -> subscribe(id, channel.asText(), params));
            case "update_subscription" -> update(id, params);
            default -> wire.send("{\"type\":\"error\",\"id\":" + id + ",\"msg\":{\"code\":5,\"msg\":\"Unknown command\"}}");
        }
    }

    private void subscribe(long id, String channel, JsonNode params) {
        if (exchange.faults.ignoredSubscribes > 0 && channel.equals(BOOKS)) {
            exchange.faults.ignoredSubscribes--;
            return;
        }
        Sub sub = subs.get(channel);
        if (sub == null) {
            sub = new Sub(++lastSid, channel);
            subs.put(channel, sub);
            wire.send("{\"type\":\"subscribed\",\"id\":" + id + ",\"msg\":{\"channel\":\"" + channel + "\",\"sid\":" + sub.sid + "}}");
        } else {
            ok(id, sub);
        }
        add(sub, tickers(params), 0);
    }

    private void update(long id, JsonNode params) {
        int sid = params.path("sids").path(0).intValue();
        Sub sub = subs.values().stream().filter(one -> one.sid == sid).findFirst().orElse(null);
        if (sub == null) {
            wire.send("{\"type\":\"error\",\"id\":" + id + ",\"msg\":{\"code\":7,\"msg\":\"Unknown subscription ID\"}}");
            return;
        }
        List<String> tickers = tickers(params);
        switch (params.path("action").asText()) {
            case "add_markets" -> {
                ok(id, sub);
                add(sub, tickers, 0);
            }
            case "delete_markets" -> {
                tickers.forEach(sub.tickers::remove);
                ok(id, sub);
            }
            case "get_snapshot" -> {
                exchange.asked(tickers);
                tickers.forEach(ticker -> snapshot(sub, ticker, id));
            }
            default -> wire.send("{\"type\":\"error\",\"id\":" + id + ",\"msg\":{\"code\":13,\"msg\":\"Unsupported action\"}}");
        }
    }

    private void add(Sub sub, List<String> tickers, long id) {
        for (String ticker : tickers) {
            if (sub.tickers.add(ticker) && sub.channel.equals(BOOKS)) {
                snapshot(sub, ticker, id);
            }
        }
    }

    private void snapshot(Sub sub, String ticker, long id) {
        ScriptedMarket market = exchange.market(ticker);
        String fields = market == null ? "\"market_ticker\":\"" + ticker + "\",\"market_id\":\"\"" : market.snapshotFields();
        if (exchange.faults.lostSnapshots > 0) {
            // never sent and not numbered: only its absence shows
            exchange.faults.lostSnapshots--;
            return;
        }
        numbered(sub, "orderbook_snapshot", fields, id);
    }

    private void ok(long id, Sub sub) {
        wire.send("{\"type\":\"ok\",\"id\":" + id + ",\"sid\":" + sub.sid + ",\"seq\":" + ++sub.seq + ",\"msg\":{}}");
    }

    private void numbered(Sub sub, String type, String fields, long id) {
        sub.seq++;
        if (loses > 0 && sub.channel.equals(BOOKS)) {
            loses--;
            return;
        }
        wire.send("{\"type\":\"" + type + "\"" + (id == 0 ? "" : ",\"id\":" + id) + ",\"sid\":" + sub.sid + ",\"seq\":"
                + sub.seq + ",\"msg\":{" + fields + "}}");
    }

    /** Sends an event on that channel. */
    void publish(String channel, String type, String ticker, String fields) {
        Sub sub = subs.get(channel);
        if (sub != null && sub.covers(ticker)) {
            if (channel.equals("ticker")) {
                wire.send("{\"type\":\"ticker\",\"sid\":" + sub.sid + ",\"msg\":{" + fields + "}}");
            } else {
                numbered(sub, type, fields, 0);
            }
        }
    }

    /** Ends the subscription to the books with that error. */
    void endBooks(int code) {
        Sub sub = subs.remove(BOOKS);
        if (sub != null) {
            wire.send("{\"type\":\"error\",\"sid\":" + sub.sid + ",\"msg\":{\"code\":" + code + ",\"msg\":\"ended\"}}");
        }
    }

    int bookMarkets() {
        return subs.containsKey(BOOKS) ? subs.get(BOOKS).tickers.size() : 0;
    }

    Set<String> bookTickers() {
        return subs.containsKey(BOOKS) ? subs.get(BOOKS).tickers : Set.of();
    }

    private static List<String> tickers(JsonNode params) {
        List<String> tickers = new ArrayList<>();
        params.path("market_tickers").forEach(ticker -> tickers.add(ticker.textValue()));
        if (params.has("market_ticker")) {
            tickers.add(params.get("market_ticker").textValue());
        }
        return tickers;
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.bookserver.feed.exchange;

import io.bookserver.kalshi.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * The exchange's commands as JSON text, each with its own id.
 *
 * <p><i>Not thread-safe; confined to one connection.</i>
 */
final class Commands {
    private long lastId;

    /** The id of the last command. */
    long lastId() {
        return lastId;
    }

    /**
     * A subscription to a channel; without tickers, to all of its markets. The reply is to leave out the list of
     * markets.
     */
    String subscribe(String channel, Collection<String> tickers) {
        JsonBytes out = head("subscribe").ascii("\"channels\":[").string(channel).ascii("],\"skip_ticker_ack\":true");
        if (!tickers.isEmpty()) {
            list(out, tickers);
        }
        return tail(out);
    }

    String addMarkets(long sid, Collection<String> tickers) {
        return update(sid, "add_markets", tickers);
    }

    String deleteMarkets(long sid, Collection<String> tickers) {
        return update(sid, "delete_markets", tickers);
    }

    String getSnapshot(long sid, Collection<String> tickers) {
        return update(sid, "get_snapshot", tickers);
    }

    private String update(long sid, String action, Collection<String> tickers) {
        JsonBytes out = head("update_subscription").ascii("\"sids\":[").number(sid).ascii("],\"action\":")
                .string(action);
        out.ascii(",\"skip_ticker_ack\":true");
        list(out, tickers);
        return tail(out);
    }

    private JsonBytes head(String command) {
        return new JsonBytes(256).ascii("{\"id\":").number(++lastId).ascii(",\"cmd\":").string(command)
                .ascii(",\"params\":{");
    }

    private static void list(JsonBytes out, Collection<String> tickers) {
        out.ascii(",\"market_tickers\":[");
        for (String ticker : tickers) {
            out.string(ticker).ascii(",");
        }
        out.dropLast(',').ascii("]");
    }

    private static String tail(JsonBytes out) {
        return new String(out.ascii("}}").toByteArray(), StandardCharsets.UTF_8);
    }
}

package io.bookserver.bench;

import io.bookserver.kalshi.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Records as the market-data server writes them: every field of the contract's example, in its order and with its
 * spaces.
 *
 * <p><i>Stateless.</i>
 */
public final class RecordText {
    private RecordText() {}

    /** A delta of {@code deltaHundredths} at one price, that the proxy published at {@code publishedMs}. */
    public static byte[] delta(
            String ticker, boolean yes, int priceTicks, long deltaHundredths, long seq, long publishedMs) {
        JsonBytes out = open(640, "orderbook_delta", ticker, seq);
        out.ascii(",\"price_dollars\":\"").dollars(priceTicks);
        out.ascii("\",\"delta_fp\":\"").contracts(deltaHundredths);
        out.ascii(yes ? "\",\"side\":\"yes\",\"ts\":\"" : "\",\"side\":\"no\",\"ts\":\"");
        out.ascii(Instant.ofEpochMilli(publishedMs - 170).plusNanos(710_000).toString());
        out.ascii("\",\"ts_ms\":").number(publishedMs - 170);
        return close(out, "orderbook_delta", ticker, seq, publishedMs);
    }

    /** A whole book, that the proxy published at {@code publishedMs}. */
    public static byte[] snapshot(MarketPopulation.Book book, long seq, long publishedMs) {
        JsonBytes out = open(4096, "orderbook_snapshot", book.ticker(), seq);
        side(out, "yes_dollars_fp", book.yes());
        side(out, "no_dollars_fp", book.no());
        return close(out, "orderbook_snapshot", book.ticker(), seq, publishedMs);
    }

    private static JsonBytes open(int capacity, String type, String ticker, long seq) {
        JsonBytes out = new JsonBytes(capacity);
        out.ascii("{\"payload\": {\"type\":\"").ascii(type).ascii("\",\"sid\":1,\"seq\":").number(seq);
        out.ascii(",\"msg\":{\"market_ticker\":\"").ascii(ticker).ascii("\",\"market_id\":\"");
        return out.ascii(UUID.nameUUIDFromBytes(ticker.getBytes(StandardCharsets.US_ASCII)).toString()).ascii("\"");
    }

    private static byte[] close(JsonBytes out, String type, String ticker, long seq, long publishedMs) {
        out.ascii("}}, \"receivedTimestamp\": ").number(publishedMs - 1);
        out.ascii(", \"publishedTimestamp\": ").number(publishedMs);
        out.ascii(", \"channel\": \"").ascii(type).ascii("\", \"marketTicker\": \"").ascii(ticker);
        out.ascii("\", \"sequence\": ").number(seq);
        return out.ascii(", \"source\": \"kalshi-websocket\", \"version\": 1}").toByteArray();
    }

    private static void side(JsonBytes out, String name, Map<Integer, Long> levels) {
        if (levels.isEmpty()) {
            return;
        }
        out.ascii(",\"").ascii(name).ascii("\":[");
        levels.forEach((priceTicks, quantityHundredths) -> out.ascii("[\"").dollars(priceTicks)
                .ascii("\",\"").contracts(quantityHundredths).ascii("\"],"));
        out.dropLast(',').ascii("]");
    }
}

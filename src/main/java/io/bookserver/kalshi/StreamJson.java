package io.bookserver.kalshi;

import io.bookserver.book.BookSnapshot;
import io.bookserver.book.BookState;
import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The messages for subscribers: complete replies, and the {@code msg} of data messages, which is the same for all
 * recipients. Each frame ends with a newline, as the exchange's do (rec).
 *
 * <p><i>Stateless.</i>
 */
public final class StreamJson {
    private StreamJson() {}

    /** {@code {"type":"subscribed","id":2,"msg":{"channel":"orderbook_delta","sid":1}}}, without seq (rec). */
    public static byte[] subscribed(long id, String channel, long sid) {
        JsonBytes out = head("subscribed", id);
        return out.ascii(",\"msg\":{\"channel\":").string(channel).ascii(",\"sid\":").number(sid).ascii("}}\n")
                .toByteArray();
    }

    /**
     * The beginning of {@code {"type":"ok","id":4,"sid":1,"seq":2,"msg":{"market_tickers":[...]}}}. The tickers follow,
     * each in quotes, separated by commas.
     *
     * @param seq 0 if the channel has none
     * @param lists whether there is a list
     */
    public static void beginOk(JsonBytes out, long id, long sid, long seq, boolean lists) {
        head(out, "ok", id).ascii(",\"sid\":").number(sid);
        if (seq != 0) {
            out.ascii(",\"seq\":").number(seq);
        }
        out.ascii(lists ? ",\"msg\":{\"market_tickers\":[" : ",\"msg\":{");
    }

    public static void endOk(JsonBytes out, boolean lists) {
        out.ascii(lists ? "]}}\n" : "}}\n");
    }

    /** A channel and its subscription. */
    public record Listed(String channel, long sid) {}

    /** The answer to {@code list_subscriptions}. */
    public static byte[] subscriptions(long id, List<Listed> listed) {
        JsonBytes out = head("ok", id).ascii(",\"msg\":[");
        for (Listed one : listed) {
            out.ascii("{\"channel\":").string(one.channel()).ascii(",\"sid\":").number(one.sid()).ascii("},");
        }
        return out.dropLast(',').ascii("]}\n").toByteArray();
    }

    /** {@code {"type":"unsubscribed","id":5,"sid":1,"seq":7}} (doc). */
    public static byte[] unsubscribed(long id, long sid, long seq) {
        return head("unsubscribed", id).ascii(",\"sid\":").number(sid).ascii(",\"seq\":").number(seq).ascii("}\n")
                .toByteArray();
    }

    /** {@code {"type":"error","id":1,"msg":{"code":8,"msg":"Unknown channel name"}}} (rec). */
    public static byte[] error(long id, ErrorCode error) {
        return head("error", id).ascii(",\"msg\":{\"code\":").number(error.code()).ascii(",\"msg\":")
                .string(error.text()).ascii("}}\n").toByteArray();
    }

    /** Reports the end of one subscription that no command has caused. */
    public static byte[] subscriptionError(long sid, ErrorCode error) {
        return head("error", 0).ascii(",\"sid\":").number(sid).ascii(",\"msg\":{\"code\":").number(error.code())
                .ascii(",\"msg\":").string(error.text()).ascii("}}\n").toByteArray();
    }

    /** The body of a rejected handshake: {@code {"error":{"code":...,"message":...,"service":...}}} (client). */
    public static byte[] refused(String code, String message) {
        return new JsonBytes(256).ascii("{\"error\":{\"code\":").string(code).ascii(",\"message\":").string(message)
                .ascii(",\"service\":\"orderbook-server\"}}").toByteArray();
    }

    /**
     * The {@code msg} of an {@code orderbook_snapshot}: a side without bids has no key (rec). The exchange's fields are
     * followed by ours: the book's state and version, and the timestamps of the last record applied.
     *
     * @param yesScale whether levels of the no side are quoted as a dollar minus their price
     */
    public static byte[] snapshot(MarketSnapshot market, boolean yesScale) {
        BookSnapshot book = market.book();
        JsonBytes out = new JsonBytes(256 + 24 * (book.yes().depth() + book.no().depth()));
        ids(out, market);
        if (!book.yes().isEmpty()) {
            out.ascii(",\"yes_dollars_fp\":");
            BookJson.pairs(out, book.yes(), 0);
        }
        if (!book.no().isEmpty()) {
            out.ascii(",\"no_dollars_fp\":");
            if (yesScale) {
                flippedPairs(out, book.no());
            } else {
                BookJson.pairs(out, book.no(), 0);
            }
        }
        state(out, market);
        return out.ascii("}").toByteArray();
    }

    /**
     * The {@code msg} of an {@code orderbook_delta}: the change of that level from one snapshot to the next.
     *
     * @param deltaHundredths the change of the level, hundredths of a contract
     */
    public static byte[] delta(MarketSnapshot after, Side side, int priceTicks, long deltaHundredths,
            boolean yesScale) {
        JsonBytes out = new JsonBytes(512);
        ids(out, after);
        boolean flipped = yesScale && side == Side.NO;
        out.ascii(",\"price_dollars\":\"").dollars(flipped ? Level.TICKS_PER_DOLLAR - priceTicks : priceTicks);
        out.ascii("\",\"delta_fp\":\"").contracts(deltaHundredths);
        out.ascii(side == Side.YES ? "\",\"side\":\"yes\"" : "\",\"side\":\"no\"");
        RecordStamp record = after.book().lastRecord();
        if (record.exchangeMs().isPresent()) {
            long exchangeMs = record.exchangeMs().getAsLong();
            out.ascii(",\"ts\":\"").ascii(Instant.ofEpochMilli(exchangeMs).toString());
            out.ascii("\",\"ts_ms\":").number(exchangeMs);
        }
        state(out, after);
        return out.ascii("}").toByteArray();
    }

    /**
     * The {@code msg} of a {@code ticker}. Statistics that the feed has not reported are zero: typed clients need the
     * keys. An empty side is bid 0 or ask 1 dollar, size 0 (inferred).
     */
    public static byte[] ticker(TopOfBook top, String marketId, MarketStatistics traded) {
        Optional<Level> bid = top.bestBid(Side.YES);
        Optional<Level> no = top.bestBid(Side.NO);
        JsonBytes out = new JsonBytes(512);
        out.ascii("{\"market_ticker\":\"").ascii(top.ticker()).ascii("\",\"market_id\":\"").ascii(marketId);
        out.ascii("\",\"price_dollars\":\"").dollars(traded.lastPriceTicks());
        out.ascii("\",\"yes_bid_dollars\":\"").dollars(bid.map(Level::priceTicks).orElse(0));
        out.ascii("\",\"yes_ask_dollars\":\"")
                .dollars(Level.TICKS_PER_DOLLAR - no.map(Level::priceTicks).orElse(0));
        out.ascii("\",\"yes_bid_size_fp\":\"").contracts(bid.map(Level::quantityHundredths).orElse(0L));
        out.ascii("\",\"yes_ask_size_fp\":\"").contracts(no.map(Level::quantityHundredths).orElse(0L));
        out.ascii("\",\"last_trade_size_fp\":\"").contracts(traded.lastTradeHundredths());
        out.ascii("\",\"volume_fp\":\"").contracts(traded.volumeHundredths());
        out.ascii("\",\"open_interest_fp\":\"").contracts(traded.openInterestHundredths());
        out.ascii("\",\"dollar_volume\":").number(traded.dollarVolume());
        out.ascii(",\"dollar_open_interest\":").number(traded.dollarOpenInterest());
        out.ascii(",\"ts\":").number(top.lastUpdatedMs() / 1000).ascii(",\"ts_ms\":").number(top.lastUpdatedMs());
        out.ascii(",\"time\":\"").ascii(Instant.ofEpochMilli(top.lastUpdatedMs()).toString());
        out.ascii("\",\"state\":\"").ascii(top.state().wireName());
        return out.ascii("\"}").toByteArray();
    }

    private static JsonBytes head(String type, long id) {
        return head(new JsonBytes(128), type, id);
    }

    private static JsonBytes head(JsonBytes out, String type, long id) {
        out.ascii("{\"type\":\"").ascii(type).ascii("\"");
        return id == 0 ? out : out.ascii(",\"id\":").number(id);
    }

    private static void ids(JsonBytes out, MarketSnapshot market) {
        out.ascii("{\"market_ticker\":\"").ascii(market.ticker()).ascii("\",\"market_id\":\"").ascii(market.marketId())
                .ascii("\"");
    }

    private static void state(JsonBytes out, MarketSnapshot market) {
        RecordStamp record = market.book().lastRecord();
        out.ascii(",\"state\":\"").ascii(market.book().state().wireName()).ascii("\",\"version\":")
                .number(market.version());
        if (market.book().state() != BookState.AWAITING_SNAPSHOT) {
            if (record.feedReceivedMs().isPresent()) {
                out.ascii(",\"feed_received_ms\":").number(record.feedReceivedMs().getAsLong());
            }
            out.ascii(",\"kafka_published_ms\":").number(record.kafkaPublishedMs());
            out.ascii(",\"received_ms\":").number(record.receivedMs());
            out.ascii(",\"kafka_latency_ms\":").number(record.kafkaLatencyMs());
            out.ascii(",\"server_published_ms\":").number(market.lastUpdatedMs());
        }
    }

    /** The no side on the yes scale, ascending by the displayed price. */
    private static void flippedPairs(JsonBytes out, Ladder ladder) {
        out.ascii("[");
        for (int rank = 0; rank < ladder.depth(); rank++) {
            Level level = ladder.level(rank);
            out.ascii("[\"").dollars(Level.TICKS_PER_DOLLAR - level.priceTicks()).ascii("\",\"")
                    .contracts(level.quantityHundredths()).ascii("\"],");
        }
        out.dropLast(',').ascii("]");
    }
}

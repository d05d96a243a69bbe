package io.bookserver.kalshi;

import io.bookserver.book.BookSnapshot;
import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Markets as JSON: our own answers (contract, section 3) and the exchange's {@code orderbook_fp}.
 *
 * <p><i>Stateless.</i>
 */
public final class BookJson {
    private static final int TOP_CAPACITY = 768;

    private BookJson() {}

    /** The top of book as one object; built once per version of a market. The caller must not modify the array. */
    public static byte[] topOfBook(TopOfBook top) {
        return top.rendered(BookJson::render);
    }

    /**
     * The top of book's fields and both ladders, best level first.
     *
     * @param depth the maximum number of levels per side; 0 for all
     */
    public static void book(JsonBytes out, MarketSnapshot market, int depth) {
        out.raw(topOfBook(market.topOfBook())).dropLast('}').ascii(",\"yes\":");
        levels(out, market.book().yes(), depth);
        out.ascii(",\"no\":");
        levels(out, market.book().no(), depth);
        out.ascii("}");
    }

    /**
     * One line of the market list: the market's description and best prices, without their timestamps.
     *
     * @param title the market's title; empty if no record has given it
     */
    public static void market(JsonBytes out, MarketSnapshot market, String title) {
        TopOfBook top = market.topOfBook();
        out.ascii("{");
        head(out, top);
        out.ascii(",\"title\":").string(title);
        out.ascii(",\"market_id\":\"").ascii(market.marketId()).ascii("\",\"yes_bid_dollars\":");
        dollars(out, top.bestBid(Side.YES));
        out.ascii(",\"yes_bid_size_fp\":");
        contracts(out, top.bestBid(Side.YES));
        out.ascii(",\"yes_ask_dollars\":");
        ask(out, top.bestAskTicks(Side.YES));
        out.ascii(",\"yes_ask_size_fp\":");
        contracts(out, top.bestBid(Side.NO));
        out.ascii("}");
    }

    /**
     * The exchange's own ladders, ascending by price, both sides always present.
     *
     * @param depth the number of best levels per side; 0 for all
     */
    public static void exchangeBook(JsonBytes out, BookSnapshot book, int depth) {
        out.ascii("{\"yes_dollars\":");
        pairs(out, book.yes(), depth);
        out.ascii(",\"no_dollars\":");
        pairs(out, book.no(), depth);
        out.ascii("}");
    }

    /** {@code [["0.4200","10.00"],...]}, ascending by price. */
    public static void pairs(JsonBytes out, Ladder ladder, int depth) {
        int shown = depth == 0 ? ladder.depth() : Math.min(depth, ladder.depth());
        out.ascii("[");
        for (int rank = shown - 1; rank >= 0; rank--) {
            Level level = ladder.level(rank);
            out.ascii("[\"").dollars(level.priceTicks()).ascii("\",\"")
                    .contracts(level.quantityHundredths()).ascii("\"],");
        }
        out.dropLast(',').ascii("]");
    }

    private static byte[] render(TopOfBook top) {
        JsonBytes out = new JsonBytes(TOP_CAPACITY);
        out.ascii("{");
        head(out, top);
        out.ascii(",\"yes_bid\":");
        bestBid(out, top.bestBid(Side.YES));
        out.ascii(",\"no_bid\":");
        bestBid(out, top.bestBid(Side.NO));
        out.ascii(",\"yes_ask_dollars\":");
        ask(out, top.bestAskTicks(Side.YES));
        out.ascii(",\"no_ask_dollars\":");
        ask(out, top.bestAskTicks(Side.NO));
        return out.ascii("}").toByteArray();
    }

    private static void head(JsonBytes out, TopOfBook top) {
        out.ascii("\"market_ticker\":\"").ascii(top.ticker());
        out.ascii("\",\"status\":\"").ascii(top.status().phase().wireName()).ascii("\",\"closed_ms\":");
        time(out, top.status().closedMs());
        out.ascii(",\"state\":\"").ascii(top.state().wireName());
        out.ascii(top.isCrossed() ? "\",\"crossed\":true" : "\",\"crossed\":false");
        out.ascii(",\"version\":").number(top.version());
        out.ascii(",\"last_updated_ms\":").number(top.lastUpdatedMs());
    }

    private static void bestBid(JsonBytes out, Optional<Level> best) {
        if (best.isEmpty()) {
            out.ascii("null");
        } else {
            level(out, best.get());
        }
    }

    private static void levels(JsonBytes out, Ladder ladder, int depth) {
        int shown = depth == 0 ? ladder.depth() : Math.min(depth, ladder.depth());
        out.ascii("[");
        for (int rank = 0; rank < shown; rank++) {
            level(out, ladder.level(rank));
            out.ascii(",");
        }
        out.dropLast(',').ascii("]");
    }

    private static void level(JsonBytes out, Level level) {
        RecordStamp stamp = level.stamp();
        out.ascii("{\"price_dollars\":\"").dollars(level.priceTicks());
        out.ascii("\",\"quantity_fp\":\"").contracts(level.quantityHundredths());
        out.ascii("\",\"exchange_ms\":");
        time(out, stamp.exchangeMs());
        out.ascii(",\"feed_received_ms\":");
        time(out, stamp.feedReceivedMs());
        out.ascii(",\"kafka_published_ms\":").number(stamp.kafkaPublishedMs());
        out.ascii(",\"received_ms\":").number(stamp.receivedMs());
        out.ascii(",\"kafka_latency_ms\":").number(stamp.kafkaLatencyMs());
        out.ascii(",\"server_published_ms\":").number(level.serverPublishedMs());
        out.ascii("}");
    }

    private static void ask(JsonBytes out, OptionalInt askTicks) {
        if (askTicks.isEmpty()) {
            out.ascii("null");
        } else {
            out.ascii("\"").dollars(askTicks.getAsInt()).ascii("\"");
        }
    }

    private static void dollars(JsonBytes out, Optional<Level> level) {
        if (level.isEmpty()) {
            out.ascii("null");
        } else {
            out.ascii("\"").dollars(level.get().priceTicks()).ascii("\"");
        }
    }

    private static void contracts(JsonBytes out, Optional<Level> level) {
        if (level.isEmpty()) {
            out.ascii("null");
        } else {
            out.ascii("\"").contracts(level.get().quantityHundredths()).ascii("\"");
        }
    }

    private static void time(JsonBytes out, OptionalLong ms) {
        if (ms.isEmpty()) {
            out.ascii("null");
        } else {
            out.number(ms.getAsLong());
        }
    }
}

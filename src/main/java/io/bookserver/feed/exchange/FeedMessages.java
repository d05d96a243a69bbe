package io.bookserver.feed.exchange;

import io.bookserver.book.MarketDetails;
import io.bookserver.kalshi.JsonBytes;
import java.util.OptionalLong;

/**
 * The messages that the connector adds to the exchange's: the state of a connection, losses, and what REST reports of a
 * market.
 *
 * <p><i>Stateless.</i>
 */
final class FeedMessages {
    static final String STATUS = "feed_status";
    static final String GAP = "feed_gap";
    static final String MARKET_STATUS = "market_status";

    private FeedMessages() {}

    /** @param heardMs epoch ms, when the exchange was last heard */
    static byte[] status(boolean connected, long heardMs, int markets) {
        return new JsonBytes(128).ascii("{\"type\":\"feed_status\",\"msg\":{\"connected\":").ascii(connected ? "true" : "false")
                .ascii(",\"exchange_heard_ms\":").number(heardMs).ascii(",\"markets\":").number(markets).ascii("}}")
                .toByteArray();
    }

    static byte[] gap(OptionalLong sid, String reason) {
        JsonBytes out = new JsonBytes(128).ascii("{\"type\":\"feed_gap\"");
        if (sid.isPresent()) {
            out.ascii(",\"sid\":").number(sid.getAsLong());
        }
        return out.ascii(",\"msg\":{\"reason\":").string(reason).ascii("}}").toByteArray();
    }

    /** A market's times, in the format in which the exchange announces a new market. */
    static byte[] created(ListedMarket market) {
        JsonBytes out = new JsonBytes(256).ascii("{\"type\":\"market_lifecycle_v2\",\"msg\":{\"market_ticker\":")
                .string(market.ticker()).ascii(",\"event_type\":\"created\"");
        if (market.openS().isPresent()) {
            out.ascii(",\"open_ts\":").number(market.openS().getAsLong());
        }
        if (market.closeS().isPresent()) {
            out.ascii(",\"close_ts\":").number(market.closeS().getAsLong());
        }
        details(out, market.details());
        return out.ascii("}}").toByteArray();
    }

    /** The fields are where the exchange's own message has them; empty ones are left out. */
    private static void details(JsonBytes out, MarketDetails details) {
        if (details.eventTicker().isEmpty()) {
            return;
        }
        if (!details.priceLevelStructure().isEmpty()) {
            out.ascii(",\"price_level_structure\":").string(details.priceLevelStructure());
        }
        out.ascii(",\"additional_metadata\":{\"title\":").string(details.title());
        out.ascii(",\"yes_sub_title\":").string(details.yesSubTitle()).ascii(",\"no_sub_title\":")
                .string(details.noSubTitle());
        out.ascii(",\"event_ticker\":").string(details.eventTicker()).ascii("}");
    }

    static byte[] marketStatus(ListedMarket market) {
        return new JsonBytes(128).ascii("{\"type\":\"market_status\",\"msg\":{\"market_ticker\":").string(market.ticker())
                .ascii(",\"status\":\"").ascii(market.phase().wireName()).ascii("\"}}").toByteArray();
    }
}

package io.bookserver.kalshi;

import io.bookserver.book.Level;
import io.bookserver.book.Market;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.MarketLifecycle;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Markets, events and series in the format of the exchange's REST interface (doc). Prices come from the books,
 * everything else from lifecycle, ticker and trade messages. A value that no message gives is written as the exchange
 * writes absent values: an empty text, zero, null, or the time {@code 0001-01-01T00:00:00Z}.
 *
 * <p><i>Stateless.</i>
 */
public final class ExchangeJson {
    /** More than a market needs: its texts are truncated to 256 characters, each of which may take six bytes. */
    public static final int MAX_MARKET_BYTES = 12_000;

    private static final String NO_TIME = "0001-01-01T00:00:00Z";
    /** The end of the year 9999: a later opening time means that the market has none yet. */
    private static final long LAST_MS = 253_402_300_799_000L;

    private ExchangeJson() {}

    /** A market. It also has the fields {@code phase} and {@code state}, which are ours. */
    public static void market(JsonBytes out, Market known) {
        MarketSnapshot market = known.current();
        MarketDetails details = known.details();
        out.ascii("{\"ticker\":\"").ascii(market.ticker()).ascii("\",\"event_ticker\":\"").ascii(details.eventTicker());
        out.ascii("\",\"market_type\":\"binary\",\"title\":").string(details.title());
        out.ascii(",\"subtitle\":\"\",\"yes_sub_title\":").string(details.yesSubTitle());
        out.ascii(",\"no_sub_title\":").string(details.noSubTitle());
        life(out, market, details);
        prices(out, market.topOfBook());
        traded(out, known.statistics());
        result(out, market, details);
        out.ascii(",\"price_level_structure\":").string(details.priceLevelStructure()).ascii(",\"price_ranges\":");
        out.ascii(PriceGrid.named(details.priceLevelStructure()));
        out.ascii(",\"phase\":\"").ascii(market.status().phase().wireName());
        out.ascii("\",\"state\":\"").ascii(market.book().state().wireName()).ascii("\"}");
    }

    /**
     * An event without its markets.
     *
     * @param first one of its markets: no message that is read has an event's own title
     */
    public static void event(JsonBytes out, MarketDetails first) {
        out.ascii("{\"event_ticker\":\"").ascii(first.eventTicker()).ascii("\",\"series_ticker\":\"")
                .ascii(first.seriesTicker());
        out.ascii("\",\"sub_title\":\"\",\"title\":").string(first.title());
        out.ascii(",\"collateral_return_type\":\"\",\"mutually_exclusive\":false,\"category\":\"\",\"strike_date\":null");
        out.ascii(",\"strike_period\":null,\"settlement_sources\":[]}");
    }

    /** A series, of which only the ticker is known. */
    public static void series(JsonBytes out, String ticker) {
        out.ascii("{\"ticker\":\"").ascii(ticker)
                .ascii("\",\"frequency\":\"\",\"title\":\"\",\"category\":\"\",\"categories\":[]");
        out.ascii(",\"tags\":[],\"settlement_sources\":[],\"contract_url\":\"\",\"contract_terms_url\":\"\"");
        out.ascii(",\"fee_type\":\"\",\"fee_multiplier\":0,\"additional_prohibitions\":[]}");
    }

    /** The REST interface's name of a phase; without a lifecycle message, that of an open market. */
    public static String status(MarketPhase phase) {
        switch (phase) {
            case INITIALIZED:
                return "initialized";
            case PAUSED:
                return "inactive";
            case CLOSED:
                return "closed";
            case DETERMINED:
                return "determined";
            case SETTLED:
                return "finalized";
            default:
                return "active";
        }
    }

    private static void life(JsonBytes out, MarketSnapshot market, MarketDetails details) {
        MarketLifecycle life = market.lifecycle();
        out.ascii(",\"created_time\":\"" + NO_TIME + "\",\"updated_time\":\"" + NO_TIME + "\",\"open_time\":\"");
        time(out, life.openMs());
        out.ascii("\",\"close_time\":\"");
        time(out, life.closeMs());
        out.ascii("\",\"expected_expiration_time\":");
        timeOrNull(out, details.expectedExpirationMs());
        out.ascii(",\"latest_expiration_time\":\"" + NO_TIME + "\",\"settlement_timer_seconds\":0,\"status\":\"");
        out.ascii(status(market.status().phase())).ascii("\",\"can_close_early\":");
        out.ascii(details.canCloseEarly().orElse(false) ? "true" : "false");
    }

    private static void prices(JsonBytes out, TopOfBook top) {
        Optional<Level> yes = top.bestBid(Side.YES);
        Optional<Level> no = top.bestBid(Side.NO);
        int yesTicks = yes.map(Level::priceTicks).orElse(0);
        int noTicks = no.map(Level::priceTicks).orElse(0);
        dollars(out, "yes_bid_dollars", yesTicks);
        contracts(out, "yes_bid_size_fp", yes.map(Level::quantityHundredths).orElse(0L));
        dollars(out, "yes_ask_dollars", Level.TICKS_PER_DOLLAR - noTicks);
        contracts(out, "yes_ask_size_fp", no.map(Level::quantityHundredths).orElse(0L));
        dollars(out, "no_bid_dollars", noTicks);
        dollars(out, "no_ask_dollars", Level.TICKS_PER_DOLLAR - yesTicks);
    }

    private static void traded(JsonBytes out, MarketStatistics traded) {
        dollars(out, "last_price_dollars", traded.lastPriceTicks());
        contracts(out, "volume_fp", traded.volumeHundredths());
        contracts(out, "volume_24h_fp", 0);
        contracts(out, "open_interest_fp", traded.openInterestHundredths());
        dollars(out, "notional_value_dollars", Level.TICKS_PER_DOLLAR);
        dollars(out, "previous_yes_bid_dollars", 0);
        dollars(out, "previous_yes_ask_dollars", 0);
        dollars(out, "previous_price_dollars", 0);
        dollars(out, "liquidity_dollars", 0);
    }

    private static void result(JsonBytes out, MarketSnapshot market, MarketDetails details) {
        out.ascii(",\"result\":").string(details.result());
        if (!details.settlementValue().isEmpty()) {
            out.ascii(",\"settlement_value_dollars\":").string(details.settlementValue());
        }
        out.ascii(",\"settlement_ts\":");
        timeOrNull(out, market.lifecycle().settledMs());
        out.ascii(",\"expiration_value\":\"\",\"rules_primary\":\"\",\"rules_secondary\":\"\"");
    }

    private static void dollars(JsonBytes out, String name, int ticks) {
        out.ascii(",\"").ascii(name).ascii("\":\"").dollars(ticks).ascii("\"");
    }

    private static void contracts(JsonBytes out, String name, long hundredths) {
        out.ascii(",\"").ascii(name).ascii("\":\"").contracts(hundredths).ascii("\"");
    }

    private static void time(JsonBytes out, OptionalLong ms) {
        boolean isTime = ms.isPresent() && ms.getAsLong() <= LAST_MS;
        out.ascii(isTime ? Instant.ofEpochMilli(ms.getAsLong()).toString() : NO_TIME);
    }

    private static void timeOrNull(JsonBytes out, OptionalLong ms) {
        if (ms.isPresent() && ms.getAsLong() <= LAST_MS) {
            out.ascii("\"").ascii(Instant.ofEpochMilli(ms.getAsLong()).toString()).ascii("\"");
        } else {
            out.ascii("null");
        }
    }
}

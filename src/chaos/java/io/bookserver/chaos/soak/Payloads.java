package io.bookserver.chaos.soak;

import io.bookserver.kalshi.JsonBytes;
import java.time.Instant;

/**
 * The exchange's side of one connection: its messages as it writes them, each sid numbered from 1 without a hole.
 *
 * <p><i>Not thread-safe; confined to the workload's lock.</i>
 */
final class Payloads {
    private static final int BOOKS = 1;
    private static final int LIFECYCLE = 2;
    private static final int COMBINATIONS = 3;
    private static final int TRADES = 4;

    private final JsonBytes out = new JsonBytes(4096);
    private final long[] seqs = new long[TRADES + 1];
    private long lastSeq;

    /** Of the message that was written last. */
    long lastSeq() {
        return lastSeq;
    }

    byte[] snapshot(SoakMarket market) {
        open("orderbook_snapshot", BOOKS, market.ticker).ascii(",\"market_id\":\"").ascii(market.marketId())
                .ascii("\"");
        // a side without bids is absent
        if (!market.isEmpty(true)) {
            out.ascii(",\"yes_dollars_fp\":").ascii(market.ladder(true));
        }
        if (!market.isEmpty(false)) {
            out.ascii(",\"no_dollars_fp\":").ascii(market.ladder(false));
        }
        return end();
    }

    byte[] delta(SoakMarket market, SoakMarket.Change change, long nowMs) {
        open("orderbook_delta", BOOKS, market.ticker).ascii(",\"market_id\":\"").ascii(market.marketId());
        out.ascii("\",\"price_dollars\":\"").dollars(change.priceTicks());
        out.ascii("\",\"delta_fp\":\"").contracts(change.deltaHundredths());
        out.ascii(change.isYes() ? "\",\"side\":\"yes\",\"ts\":\"" : "\",\"side\":\"no\",\"ts\":\"");
        out.ascii(Instant.ofEpochMilli(nowMs).toString()).ascii("\",\"ts_ms\":").number(nowMs);
        return end();
    }

    byte[] trade(SoakMarket market, long number, long nowMs) {
        int ticks = market.bestTicks(true);
        open("trade", TRADES, market.ticker).ascii(",\"trade_id\":\"soak-").number(number);
        out.ascii("\",\"yes_price_dollars\":\"").dollars(ticks).ascii("\",\"no_price_dollars\":\"")
                .dollars(10_000 - ticks);
        out.ascii("\",\"count_fp\":\"").contracts(100 + number % 5_000).ascii("\",\"taker_side\":\"no\",\"ts\":")
                .number(nowMs / 1_000);
        out.ascii(",\"ts_ms\":").number(nowMs);
        return end();
    }

    /** Carries no seq, as at the exchange. */
    byte[] ticker(SoakMarket market, long number, long nowMs) {
        out.clear().ascii("{\"type\":\"ticker\",\"sid\":5,\"msg\":{\"market_ticker\":").string(market.ticker);
        out.ascii(",\"market_id\":\"").ascii(market.marketId()).ascii("\",\"price_dollars\":\"")
                .dollars(market.bestTicks(true));
        out.ascii("\",\"volume_fp\":\"").contracts(number * 100).ascii("\",\"open_interest_fp\":\"")
                .contracts(number * 50);
        out.ascii("\",\"ts\":").number(nowMs / 1_000).ascii(",\"ts_ms\":").number(nowMs);
        return end();
    }

    byte[] created(String ticker, boolean isCombination, long openS, long closeS) {
        lifecycle(ticker, isCombination, "created").ascii(",\"open_ts\":").number(openS).ascii(",\"close_ts\":")
                .number(closeS);
        out.ascii(",\"additional_metadata\":{\"title\":\"Will ").ascii(ticker).ascii(" settle?\"");
        out.ascii(",\"yes_sub_title\":\"Yes\",\"no_sub_title\":\"No\",\"event_ticker\":");
        out.string(ticker.substring(0, ticker.lastIndexOf('-'))).ascii("}");
        return end();
    }

    byte[] determined(String ticker, boolean isCombination, long nowMs) {
        lifecycle(ticker, isCombination, "determined").ascii(",\"determination_ts\":").number(nowMs / 1_000);
        out.ascii(",\"result\":\"yes\",\"settlement_value\":\"1.0000\"");
        return end();
    }

    byte[] settled(String ticker, boolean isCombination, long nowMs) {
        lifecycle(ticker, isCombination, "settled").ascii(",\"settled_ts\":").number(nowMs / 1_000);
        return end();
    }

    byte[] status(long heardMs, int markets) {
        out.clear().ascii("{\"type\":\"feed_status\",\"msg\":{\"connected\":true,\"exchange_heard_ms\":")
                .number(heardMs);
        out.ascii(",\"markets\":").number(markets);
        return end();
    }

    private JsonBytes lifecycle(String ticker, boolean isCombination, String event) {
        return open(type(isCombination), isCombination ? COMBINATIONS : LIFECYCLE, ticker)
                .ascii(",\"event_type\":\"").ascii(event).ascii("\"");
    }

    static String type(boolean isCombination) {
        return isCombination ? "multivariate_market_lifecycle" : "market_lifecycle_v2";
    }

    private JsonBytes open(String type, int sid, String ticker) {
        lastSeq = ++seqs[sid];
        out.clear().ascii("{\"type\":\"").ascii(type).ascii("\",\"sid\":").number(sid);
        return out.ascii(",\"seq\":").number(lastSeq).ascii(",\"msg\":{\"market_ticker\":").string(ticker);
    }

    private byte[] end() {
        return out.ascii("}}").toByteArray();
    }
}

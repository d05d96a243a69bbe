package io.bookserver.feed.simulator;

import io.bookserver.kalshi.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/**
 * The simulated exchange's side of one WebSocket connection: books with sid 1, lifecycle with sid 2, trades with sid 3,
 * each numbered from 1 without a gap, in the exchange's fixed-point format.
 *
 * <p><i>Not thread-safe; confined to its exchange.</i>
 */
final class FrameWriter {
    static final int BOOKS_SID = 1;
    static final int LIFECYCLE_SID = 2;
    static final int TRADES_SID = 3;
    /** Ticks of $0.0001 in a dollar. */
    private static final int DOLLAR_TICKS = 10_000;

    private static final byte[] DELTA_HEAD = ascii("{\"type\":\"orderbook_delta\",\"sid\":" + BOOKS_SID + ",\"seq\":");
    private static final byte[] MSG = ascii(",\"msg\":{");
    private static final byte[] PRICE = ascii(",\"price_dollars\":\"");
    private static final byte[] DELTA = ascii("\",\"delta_fp\":\"");
    private static final byte[] YES_TS = ascii("\",\"side\":\"yes\",\"ts\":\"");
    private static final byte[] NO_TS = ascii("\",\"side\":\"no\",\"ts\":\"");
    private static final byte[] TS_MS = ascii("Z\",\"ts_ms\":");
    private static final byte[] END = ascii("}}");

    private final JsonBytes buffer = new JsonBytes(4096);
    private long booksSeq;
    private long lifecycleSeq;
    private long tradesSeq;
    private long commandId;
    private long formattedS = Long.MIN_VALUE;
    private byte[] formattedSecond = new byte[0];

    /** A new connection: all subscriptions start at seq 1 again. */
    void reconnect() {
        booksSeq = 0;
        lifecycleSeq = 0;
        tradesSeq = 0;
        commandId = 3;
    }

    /** @param micros the microseconds within the millisecond, 0 to 999 */
    Frame delta(SimulatedMarket market, LevelChange change, long nowMs, int micros) {
        buffer.clear().raw(DELTA_HEAD).number(++booksSeq).raw(MSG).raw(market.identityJson());
        buffer.raw(PRICE).dollars(change.priceTicks()).raw(DELTA).contracts(change.deltaHundredths());
        buffer.raw(change.yes() ? YES_TS : NO_TS);
        time(nowMs, micros);
        buffer.raw(TS_MS).number(nowMs).raw(END);
        return new Frame(market.ticker(), Frame.DELTA, booksSeq, buffer.toByteArray());
    }

    /** The trade by which a resting bid was filled; the taker is on the other side. */
    Frame trade(SimulatedMarket market, LevelChange filled, UUID tradeId, long nowMs) {
        int yesTicks = filled.yes() ? filled.priceTicks() : DOLLAR_TICKS - filled.priceTicks();
        buffer.clear().ascii("{\"type\":\"trade\",\"sid\":").number(TRADES_SID).ascii(",\"seq\":").number(++tradesSeq);
        buffer.raw(MSG).ascii("\"trade_id\":\"").ascii(tradeId.toString()).ascii("\",").raw(market.identityJson());
        buffer.ascii(",\"yes_price_dollars\":\"").dollars(yesTicks);
        buffer.ascii("\",\"no_price_dollars\":\"").dollars(DOLLAR_TICKS - yesTicks);
        buffer.ascii("\",\"count_fp\":\"").contracts(-filled.deltaHundredths());
        buffer.ascii(filled.yes() ? "\",\"taker_side\":\"no\",\"ts\":" : "\",\"taker_side\":\"yes\",\"ts\":");
        buffer.number(Math.floorDiv(nowMs, 1000)).ascii(",\"ts_ms\":").number(nowMs).raw(END);
        return new Frame(market.ticker(), Frame.TRADE, tradesSeq, buffer.toByteArray());
    }

    /** A snapshot as sent after a subscription. */
    Frame snapshot(SimulatedMarket market) {
        buffer.clear().ascii("{\"type\":\"orderbook_snapshot\",\"sid\":");
        return snapshotTail(market);
    }

    /** A snapshot in answer to a {@code get_snapshot}: it has the id of that command. */
    Frame requestedSnapshot(SimulatedMarket market) {
        buffer.clear().ascii("{\"type\":\"orderbook_snapshot\",\"id\":").number(++commandId).ascii(",\"sid\":");
        return snapshotTail(market);
    }

    private Frame snapshotTail(SimulatedMarket market) {
        buffer.number(BOOKS_SID).ascii(",\"seq\":").number(++booksSeq).raw(MSG).raw(market.identityJson());
        side("yes", market.book().yes());
        side("no", market.book().no());
        return new Frame(market.ticker(), Frame.SNAPSHOT, booksSeq, buffer.raw(END).toByteArray());
    }

    private void side(String name, SimulatedLadder ladder) {
        if (ladder.depth() == 0) {
            return;
        }
        buffer.ascii(",\"").ascii(name).ascii("_dollars_fp\":");
        String separator = "[";
        for (int slot = 1; slot <= ladder.best(); slot++) {
            if (ladder.quantityHundredthsAt(slot) > 0) {
                buffer.ascii(separator).ascii("[\"").dollars(slot * ladder.ticksPerSlot());
                buffer.ascii("\",\"").contracts(ladder.quantityHundredthsAt(slot)).ascii("\"]");
                separator = ",";
            }
        }
        buffer.ascii("]");
    }

    Frame created(SimulatedMarket market) {
        lifecycle(market).ascii(",\"open_ts\":").number(market.openS());
        buffer.ascii(",\"close_ts\":").number(market.closeMs() / 1000);
        buffer.ascii(",\"additional_metadata\":{\"name\":\"Yes\",\"title\":").string(market.names().title());
        buffer.ascii(",\"yes_sub_title\":\"Yes\",\"no_sub_title\":\"No\",\"rules_primary\":\"Simulated.\"");
        buffer.ascii(",\"can_close_early\":true,\"event_ticker\":").string(market.names().eventTicker());
        buffer.ascii(",\"expected_expiration_ts\":").number(market.closeMs() / 1000).ascii("}");
        return event(market, "created");
    }

    Frame paused(SimulatedMarket market) {
        lifecycle(market).ascii(",\"is_deactivated\":true");
        return event(market, "deactivated");
    }

    Frame resumed(SimulatedMarket market) {
        lifecycle(market).ascii(",\"is_deactivated\":false");
        return event(market, "activated");
    }

    Frame closeMoved(SimulatedMarket market) {
        lifecycle(market).ascii(",\"close_ts\":").number(market.closeMs() / 1000);
        return event(market, "close_date_updated");
    }

    Frame determined(SimulatedMarket market) {
        lifecycle(market).ascii(",\"determination_ts\":").number(market.determinedS());
        buffer.ascii(market.yesWins()
                ? ",\"result\":\"yes\",\"settlement_value\":\"1.0000\""
                : ",\"result\":\"no\",\"settlement_value\":\"0.0000\"");
        return event(market, "determined");
    }

    Frame settled(SimulatedMarket market, long nowMs) {
        lifecycle(market).ascii(",\"settled_ts\":").number(nowMs / 1000);
        return event(market, "settled");
    }

    private JsonBytes lifecycle(SimulatedMarket market) {
        buffer.clear().ascii("{\"type\":\"market_lifecycle_v2\",\"sid\":").number(LIFECYCLE_SID);
        buffer.ascii(",\"seq\":").number(++lifecycleSeq).raw(MSG);
        return buffer.ascii("\"market_ticker\":").string(market.ticker());
    }

    private Frame event(SimulatedMarket market, String eventType) {
        buffer.ascii(",\"event_type\":").string(eventType).raw(END);
        return new Frame(market.ticker(), Frame.LIFECYCLE, lifecycleSeq, buffer.toByteArray());
    }

    /** RFC 3339 in UTC without the Z, to the microsecond, without trailing zeros. */
    private void time(long nowMs, int micros) {
        long second = Math.floorDiv(nowMs, 1000);
        if (second != formattedS) {
            formattedS = second;
            var time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC).toString();
            formattedSecond = ascii(time.length() == "2026-08-07T06:46".length() ? time + ":00" : time);
        }
        buffer.raw(formattedSecond);
        long fraction = Math.floorMod(nowMs, 1000) * 1000L + micros;
        int digits = 6;
        for (; fraction % 10 == 0 && digits > 0; digits--) {
            fraction /= 10;
        }
        if (digits > 0) {
            buffer.ascii(".").padded(fraction, digits);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

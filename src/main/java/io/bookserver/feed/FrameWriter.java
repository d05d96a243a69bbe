package io.bookserver.feed;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The simulated exchange's side of one WebSocket connection: books under sid 1, lifecycles under sid 2, each numbered
 * from 1 without a hole, in the exchange's fixed-point shape.
 *
 * <p><i>Not thread-safe; confined to its exchange.</i>
 */
final class FrameWriter {
    static final int BOOKS_SID = 1;
    static final int LIFECYCLE_SID = 2;

    private static final byte[] DELTA_HEAD = ascii("{\"type\":\"orderbook_delta\",\"sid\":" + BOOKS_SID + ",\"seq\":");
    private static final byte[] MSG = ascii(",\"msg\":{");
    private static final byte[] PRICE = ascii(",\"price_dollars\":\"");
    private static final byte[] DELTA = ascii("\",\"delta_fp\":\"");
    private static final byte[] YES_TS = ascii("\",\"side\":\"yes\",\"ts\":\"");
    private static final byte[] NO_TS = ascii("\",\"side\":\"no\",\"ts\":\"");
    private static final byte[] TS_MS = ascii("Z\",\"ts_ms\":");
    private static final byte[] END = ascii("}}");

    private final JsonBuffer buffer = new JsonBuffer();
    private long booksSeq;
    private long lifecycleSeq;
    private long commandId;
    private long formattedS = Long.MIN_VALUE;
    private byte[] formattedSecond = new byte[0];

    /** A new connection: both subscriptions start at seq 1 again. */
    void reconnect() {
        booksSeq = 0;
        lifecycleSeq = 0;
        commandId = 2;
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

    /** A snapshot as it follows a subscription. */
    Frame snapshot(SimulatedMarket market) {
        buffer.clear().raw("{\"type\":\"orderbook_snapshot\",\"sid\":");
        return snapshotTail(market);
    }

    /** A snapshot as the answer to a {@code get_snapshot}: it bears the id of that command. */
    Frame requestedSnapshot(SimulatedMarket market) {
        buffer.clear().raw("{\"type\":\"orderbook_snapshot\",\"id\":").number(++commandId).raw(",\"sid\":");
        return snapshotTail(market);
    }

    private Frame snapshotTail(SimulatedMarket market) {
        buffer.number(BOOKS_SID).raw(",\"seq\":").number(++booksSeq).raw(MSG).raw(market.identityJson());
        side("yes", market.book().yes());
        side("no", market.book().no());
        return new Frame(market.ticker(), Frame.SNAPSHOT, booksSeq, buffer.raw(END).toByteArray());
    }

    private void side(String name, SimulatedLadder ladder) {
        if (ladder.depth() == 0) {
            return;
        }
        buffer.raw(",\"").raw(name).raw("_dollars_fp\":");
        char separator = '[';
        for (int slot = 1; slot <= ladder.best(); slot++) {
            if (ladder.quantityHundredthsAt(slot) > 0) {
                buffer.raw(separator).raw("[\"").dollars(slot * ladder.ticksPerSlot());
                buffer.raw("\",\"").contracts(ladder.quantityHundredthsAt(slot)).raw("\"]");
                separator = ',';
            }
        }
        buffer.raw(']');
    }

    Frame created(SimulatedMarket market) {
        lifecycle(market).raw(",\"open_ts\":").number(market.openS());
        buffer.raw(",\"close_ts\":").number(market.closeMs() / 1000);
        buffer.raw(",\"additional_metadata\":{\"name\":\"Yes\",\"title\":").quoted(market.names().title());
        buffer.raw(",\"yes_sub_title\":\"Yes\",\"no_sub_title\":\"No\",\"rules_primary\":\"Simulated.\"");
        buffer.raw(",\"can_close_early\":true,\"event_ticker\":").quoted(market.names().eventTicker());
        buffer.raw(",\"expected_expiration_ts\":").number(market.closeMs() / 1000).raw('}');
        return event(market, "created");
    }

    Frame paused(SimulatedMarket market) {
        lifecycle(market).raw(",\"is_deactivated\":true");
        return event(market, "deactivated");
    }

    Frame resumed(SimulatedMarket market) {
        lifecycle(market).raw(",\"is_deactivated\":false");
        return event(market, "activated");
    }

    Frame closeMoved(SimulatedMarket market) {
        lifecycle(market).raw(",\"close_ts\":").number(market.closeMs() / 1000);
        return event(market, "close_date_updated");
    }

    Frame determined(SimulatedMarket market) {
        lifecycle(market).raw(",\"determination_ts\":").number(market.determinedS());
        buffer.raw(market.yesWins()
                ? ",\"result\":\"yes\",\"settlement_value\":\"1.0000\""
                : ",\"result\":\"no\",\"settlement_value\":\"0.0000\"");
        return event(market, "determined");
    }

    Frame settled(SimulatedMarket market, long nowMs) {
        lifecycle(market).raw(",\"settled_ts\":").number(nowMs / 1000);
        return event(market, "settled");
    }

    private JsonBuffer lifecycle(SimulatedMarket market) {
        buffer.clear().raw("{\"type\":\"market_lifecycle_v2\",\"sid\":").number(LIFECYCLE_SID);
        buffer.raw(",\"seq\":").number(++lifecycleSeq).raw(MSG);
        return buffer.raw("\"market_ticker\":").quoted(market.ticker());
    }

    private Frame event(SimulatedMarket market, String eventType) {
        buffer.raw(",\"event_type\":").quoted(eventType).raw(END);
        return new Frame(market.ticker(), Frame.LIFECYCLE, lifecycleSeq, buffer.toByteArray());
    }

    /** RFC 3339 in UTC without its Z, to the microsecond, no trailing zeros. */
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
            buffer.raw('.').digits(fraction, digits);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

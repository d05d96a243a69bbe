package io.bookserver.book;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One message about one market's book as a proxy writes it into an envelope: prices in ticks, quantities in
 * hundredths of a contract, {@code receivedMs} by the proxy's clock. An optional field that is empty is left out of
 * the envelope.
 *
 * <p><i>Immutable: the ladders are not changed after they were handed over.</i>
 */
record ProxyMessage(
        Kind kind,
        String ticker,
        OptionalLong connection,
        OptionalLong sid,
        OptionalLong seq,
        OptionalLong receivedMs,
        Side side,
        int priceTicks,
        long deltaHundredths,
        Map<Integer, Long> yes,
        Map<Integer, Long> no) {

    enum Kind {
        SNAPSHOT,
        DELTA,
        /** Cut short in the middle of a delta. */
        CUT_SHORT,
        /** A delta whose seq is a text, ahead of its ticker. */
        BAD_FIELD,
        /** A delta in an envelope of a later version. */
        LATER_VERSION,
        /** Not about a market but about a connection, or one sid of it: something was lost. */
        GAP
    }

    static ProxyMessage snapshot(String ticker, Map<Integer, Long> yes, Map<Integer, Long> no) {
        return new ProxyMessage(Kind.SNAPSHOT, ticker, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
                OptionalLong.empty(), Side.YES, 0, 0, yes, no);
    }

    static ProxyMessage delta(String ticker, Side side, int priceTicks, long deltaHundredths) {
        return new ProxyMessage(Kind.DELTA, ticker, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
                OptionalLong.empty(), side, priceTicks, deltaHundredths, new TreeMap<>(), new TreeMap<>());
    }

    static ProxyMessage gap(long connection, OptionalLong sid) {
        return new ProxyMessage(Kind.GAP, "", OptionalLong.of(connection), sid, OptionalLong.empty(),
                OptionalLong.empty(), Side.YES, 0, 0, new TreeMap<>(), new TreeMap<>());
    }

    ProxyMessage connection(OptionalLong number) {
        return new ProxyMessage(
                kind, ticker, number, sid, seq, receivedMs, side, priceTicks, deltaHundredths, yes, no);
    }

    ProxyMessage at(long newSid, long newSeq) {
        return new ProxyMessage(kind, ticker, connection, OptionalLong.of(newSid), OptionalLong.of(newSeq), receivedMs,
                side, priceTicks, deltaHundredths, yes, no);
    }

    ProxyMessage received(OptionalLong ms) {
        return new ProxyMessage(kind, ticker, connection, sid, seq, ms, side, priceTicks, deltaHundredths, yes, no);
    }

    /** The same message, damaged on its way. */
    ProxyMessage damaged(Kind how) {
        return new ProxyMessage(
                how, ticker, connection, sid, seq, receivedMs, side, priceTicks, deltaHundredths, yes, no);
    }

    boolean isRefused() {
        return kind == Kind.CUT_SHORT || kind == Kind.BAD_FIELD || kind == Kind.LATER_VERSION;
    }

    boolean isGap() {
        return kind == Kind.GAP;
    }

    /** Kafka's key of the record; null where it is about no market. */
    byte[] key() {
        return isGap() ? null : ticker.getBytes(StandardCharsets.UTF_8);
    }

    /** Kafka's value of the record. */
    byte[] value() {
        String text = envelope();
        if (kind == Kind.CUT_SHORT) {
            text = text.substring(0, text.indexOf("\"msg\"") + 10);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String envelope() {
        StringBuilder json = new StringBuilder(256).append("{\"payload\":{\"type\":\"")
                .append(type()).append('"');
        sid.ifPresent(value -> json.append(",\"sid\":").append(value));
        if (kind == Kind.BAD_FIELD) {
            json.append(",\"seq\":\"none\"");
        } else {
            seq.ifPresent(value -> json.append(",\"seq\":").append(value));
        }
        if (isGap()) {
            return json.append(",\"msg\":{\"reason\":\"hole\"}},\"connection\":").append(connection.getAsLong())
                    .append(",\"version\":1}").toString();
        }
        json.append(",\"msg\":{\"market_ticker\":\"").append(ticker).append("\",\"market_id\":\"\"");
        if (kind == Kind.SNAPSHOT) {
            ladder(json, "yes_dollars_fp", yes);
            ladder(json, "no_dollars_fp", no);
        } else {
            json.append(",\"price_dollars\":\"");
            decimal(json, priceTicks, 4);
            json.append("\",\"delta_fp\":\"");
            decimal(json, deltaHundredths, 2);
            json.append("\",\"side\":\"").append(side == Side.YES ? "yes" : "no").append('"');
        }
        json.append("}}");
        receivedMs.ifPresent(value -> json.append(",\"receivedTimestamp\":").append(value));
        connection.ifPresent(value -> json.append(",\"connection\":").append(value));
        return json.append(",\"version\":").append(kind == Kind.LATER_VERSION ? 2 : 1).append('}').toString();
    }

    private String type() {
        return isGap() ? "feed_gap" : kind == Kind.SNAPSHOT ? "orderbook_snapshot" : "orderbook_delta";
    }

    /** A side with no bids is absent, as at the exchange. */
    private static void ladder(StringBuilder json, String name, Map<Integer, Long> levels) {
        if (levels.isEmpty()) {
            return;
        }
        json.append(",\"").append(name).append("\":[");
        String separator = "";
        for (Map.Entry<Integer, Long> level : levels.entrySet()) {
            json.append(separator).append("[\"");
            decimal(json, level.getKey(), 4);
            json.append("\",\"");
            decimal(json, level.getValue(), 2);
            json.append("\"]");
            separator = ",";
        }
        json.append(']');
    }

    private static void decimal(StringBuilder json, long units, int places) {
        if (units < 0) {
            json.append('-');
        }
        String digits = Long.toString(Math.abs(units));
        String padded = "0".repeat(Math.max(0, places + 1 - digits.length())) + digits;
        int point = padded.length() - places;
        json.append(padded, 0, point).append('.').append(padded, point, padded.length());
    }
}

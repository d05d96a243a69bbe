package io.bookserver.book;

import io.bookserver.testkit.RecordText;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One message about one market's book, as a proxy puts it into an envelope: prices in ticks, quantities in hundredths
 * of a contract, {@code receivedMs} by the proxy's clock. Optional fields that are empty are absent in the envelope.
 *
 * <p><i>Immutable: the ladders are not changed after they were handed over.</i>
 */
public record ProxyMessage(
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

    public enum Kind {
        SNAPSHOT,
        DELTA,
        /** Cut short in the middle of a delta. */
        CUT_SHORT,
        /** A delta whose seq is a text, before its ticker. */
        BAD_FIELD,
        /** A delta in an envelope of a later version. */
        LATER_VERSION,
        /** Not for a market but for a connection, or one sid of it: something was lost. */
        GAP
    }

    public static ProxyMessage snapshot(String ticker, Map<Integer, Long> yes, Map<Integer, Long> no) {
        return new ProxyMessage(Kind.SNAPSHOT, ticker, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
                OptionalLong.empty(), Side.YES, 0, 0, yes, no);
    }

    public static ProxyMessage delta(String ticker, Side side, int priceTicks, long deltaHundredths) {
        return new ProxyMessage(Kind.DELTA, ticker, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
                OptionalLong.empty(), side, priceTicks, deltaHundredths, new TreeMap<>(), new TreeMap<>());
    }

    public static ProxyMessage gap(long connection, OptionalLong sid) {
        return new ProxyMessage(Kind.GAP, "", OptionalLong.of(connection), sid, OptionalLong.empty(),
                OptionalLong.empty(), Side.YES, 0, 0, new TreeMap<>(), new TreeMap<>());
    }

    public ProxyMessage connection(OptionalLong number) {
        return new ProxyMessage(
                kind, ticker, number, sid, seq, receivedMs, side, priceTicks, deltaHundredths, yes, no);
    }

    public ProxyMessage at(long newSid, long newSeq) {
        return new ProxyMessage(kind, ticker, connection, OptionalLong.of(newSid), OptionalLong.of(newSeq), receivedMs,
                side, priceTicks, deltaHundredths, yes, no);
    }

    public ProxyMessage received(OptionalLong ms) {
        return new ProxyMessage(kind, ticker, connection, sid, seq, ms, side, priceTicks, deltaHundredths, yes, no);
    }

    /** The same message, damaged on its way. */
    public ProxyMessage damaged(Kind how) {
        return new ProxyMessage(
                how, ticker, connection, sid, seq, receivedMs, side, priceTicks, deltaHundredths, yes, no);
    }

    public boolean isRefused() {
        return kind == Kind.CUT_SHORT || kind == Kind.BAD_FIELD || kind == Kind.LATER_VERSION;
    }

    public boolean isGap() {
        return kind == Kind.GAP;
    }

    /** Kafka's key of the record; null if it is of no market. */
    public byte[] key() {
        return isGap() ? null : ticker.getBytes(StandardCharsets.UTF_8);
    }

    /** Kafka's value of the record. */
    public byte[] value() {
        String text = record().toString();
        if (kind == Kind.CUT_SHORT) {
            text = text.substring(0, text.indexOf("\"msg\"") + 10);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private RecordText record() {
        RecordText record = isGap() ? RecordText.of("feed_gap").fields("\"reason\":\"hole\"") : RecordText.of(
                kind == Kind.SNAPSHOT ? RecordText.SNAPSHOT : RecordText.DELTA, ticker).fields("\"market_id\":\"\"");
        sid.ifPresent(record::sid);
        if (kind == Kind.BAD_FIELD) {
            record.payloadFields("\"seq\":\"none\"");
        } else {
            seq.ifPresent(record::seq);
        }
        if (kind == Kind.SNAPSHOT) {
            record.sides(yes, no);
        } else if (!isGap()) {
            record.level(side == Side.YES, priceTicks, deltaHundredths);
        }
        if (!isGap()) {
            receivedMs.ifPresent(record::receivedMs);
        }
        connection.ifPresent(record::connection);
        return record.version(kind == Kind.LATER_VERSION ? 2 : 1);
    }
}

package io.bookserver.testkit;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The value of one record: the exchange's message as the payload of an envelope. It is written field by field, with the
 * spaces of the contract's example. A field that is not set is absent.
 *
 * <p><i>Not thread-safe.</i>
 */
public final class RecordText {
    public static final String SNAPSHOT = "orderbook_snapshot";
    public static final String DELTA = "orderbook_delta";

    private final StringBuilder payload = new StringBuilder(64);
    private final StringBuilder msg = new StringBuilder(512);
    private final StringBuilder envelope = new StringBuilder(256);

    private RecordText(String type) {
        payload.append("\"type\":\"").append(type).append('"');
    }

    /** A message of that type without a market. */
    public static RecordText of(String type) {
        return new RecordText(type);
    }

    /** A message of that type for one market. */
    public static RecordText of(String type, String ticker) {
        return of(type).fields("\"market_ticker\":\"" + ticker + "\"");
    }

    /** A delta with every field of the contract's example, published at {@code publishedMs}. */
    public static byte[] delta(
            String ticker, boolean yes, int priceTicks, long deltaHundredths, long seq, long publishedMs) {
        long changedMs = publishedMs - 170;
        return of(DELTA, ticker).sequence(1, seq).marketId(ticker).level(yes, priceTicks, deltaHundredths)
                .fields("\"ts\":\"" + Instant.ofEpochMilli(changedMs).plusNanos(710_000) + "\",\"ts_ms\":" + changedMs)
                .complete(DELTA, ticker, seq, publishedMs);
    }

    /** A whole book with every field of the contract's example, published at {@code publishedMs}. */
    public static byte[] snapshot(MarketPopulation.Book book, long seq, long publishedMs) {
        return of(SNAPSHOT, book.ticker()).sequence(1, seq).marketId(book.ticker()).sides(book.yes(), book.no())
                .complete(SNAPSHOT, book.ticker(), seq, publishedMs);
    }

    /** A price in ticks as dollars: {@code 0.4300}. */
    public static String dollars(int priceTicks) {
        return BigDecimal.valueOf(priceTicks, 4).toPlainString();
    }

    /** Hundredths of a contract as contracts: {@code -100.00}. */
    public static String contracts(long quantityHundredths) {
        return BigDecimal.valueOf(quantityHundredths, 2).toPlainString();
    }

    public RecordText sid(long sid) {
        return payloadFields("\"sid\":" + sid);
    }

    public RecordText seq(long seq) {
        return payloadFields("\"seq\":" + seq);
    }

    public RecordText sequence(long sid, long seq) {
        return sid(sid).seq(seq);
    }

    /** Adds fields of the payload besides {@code msg}. */
    public RecordText payloadFields(String json) {
        payload.append(',').append(json);
        return this;
    }

    /** Adds fields of {@code msg}. */
    public RecordText fields(String json) {
        msg.append(msg.isEmpty() ? "" : ",").append(json);
        return this;
    }

    /** Adds the two sides of a snapshot: hundredths of a contract by ticks. A side without bids is absent. */
    public RecordText sides(Map<Integer, Long> yes, Map<Integer, Long> no) {
        return side("yes_dollars_fp", yes).side("no_dollars_fp", no);
    }

    /** Adds a delta's price, change and side. */
    public RecordText level(boolean yes, int priceTicks, long deltaHundredths) {
        return fields("\"price_dollars\":\"" + dollars(priceTicks) + "\",\"delta_fp\":\"" + contracts(deltaHundredths)
                + "\",\"side\":\"" + (yes ? "yes" : "no") + '"');
    }

    /** Sets the envelope's number of the connection to the exchange. */
    public RecordText connection(long number) {
        return envelopeFields("\"connection\": " + number);
    }

    public RecordText receivedMs(long epochMs) {
        return envelopeFields("\"receivedTimestamp\": " + epochMs);
    }

    public RecordText publishedMs(long epochMs) {
        return envelopeFields("\"publishedTimestamp\": " + epochMs);
    }

    public RecordText version(int number) {
        return envelopeFields("\"version\": " + number);
    }

    /** Adds fields of the envelope. */
    public RecordText envelopeFields(String json) {
        envelope.append(", ").append(json);
        return this;
    }

    @Override
    public String toString() {
        return "{\"payload\": {" + payload + ",\"msg\":{" + msg + "}}" + envelope + "}";
    }

    public byte[] toBytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    private RecordText marketId(String ticker) {
        return fields("\"market_id\":\"" + UUID.nameUUIDFromBytes(ticker.getBytes(StandardCharsets.US_ASCII)) + '"');
    }

    private RecordText side(String name, Map<Integer, Long> levels) {
        return levels.isEmpty() ? this : fields(levels.entrySet().stream()
                .map(level -> "[\"" + dollars(level.getKey()) + "\",\"" + contracts(level.getValue()) + "\"]")
                .collect(Collectors.joining(",", "\"" + name + "\":[", "]")));
    }

    private byte[] complete(String channel, String ticker, long seq, long publishedMs) {
        return receivedMs(publishedMs - 1).publishedMs(publishedMs)
                .envelopeFields("\"channel\": \"" + channel + "\", \"marketTicker\": \"" + ticker + "\", \"sequence\": " + seq
                        + ", \"source\": \"kalshi-websocket\"")
                .version(1).toBytes();
    }
}

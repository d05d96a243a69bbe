package io.bookserver.stream;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.kalshi.RelayListener;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Records for a registry, past Kafka, through the decoder: every one is the next of partition 0, and carries no sid and seq unless
 * it is told to.
 *
 * <p><i>Not thread-safe; confined to one writer. Several writers of different markets share the offsets.</i>
 */
final class Records {
    private static final AtomicLong OFFSET = new AtomicLong();

    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final BookRegistry registry;

    Records(BookRegistry registry) {
        this.registry = registry;
    }

    ApplyOutcome apply(String type, String ticker, String fields) {
        return apply(type, "", ticker, fields);
    }

    /** The same with a seq, of sid 1, and when the proxy received it: equal times and seqs are a repetition. */
    ApplyOutcome sequenced(String type, String ticker, long seq, long receivedMs, String fields) {
        return apply(type, ",\"sid\":1,\"seq\":" + seq, ticker, receivedMs, fields);
    }

    private ApplyOutcome apply(String type, String sequence, String ticker, String fields) {
        return apply(type, sequence, ticker, registry.nowMs(), fields);
    }

    private ApplyOutcome apply(String type, String sequence, String ticker, long now, String fields) {
        String value = "{\"payload\":{\"type\":\"" + type + "\"" + sequence + ",\"msg\":{\"market_ticker\":\"" + ticker + "\"," + fields
                + "}},\"receivedTimestamp\":" + now + ",\"publishedTimestamp\":" + now + "}";
        try {
            return registry.apply(decoder.decode(
                    value.getBytes(StandardCharsets.UTF_8), 0, OFFSET.getAndIncrement(), now, now).orElseThrow());
        } catch (MalformedRecordException e) {
            throw new IllegalArgumentException("a test's record must be well-formed: " + value, e);
        }
    }

    /** A message that is passed on, as the reading of the topic hands it over. */
    void relay(RelayListener to, String type, String msg, boolean isNews) {
        String value = "{\"payload\":{\"type\":\"" + type + "\",\"sid\":7,\"seq\":9,\"msg\":" + msg + "}}";
        try {
            decoder.decode(value.getBytes(StandardCharsets.UTF_8), 0, OFFSET.getAndIncrement(), 1, 1);
        } catch (MalformedRecordException e) {
            throw new IllegalArgumentException("a test's record must be well-formed: " + value, e);
        }
        to.heard(decoder.lastRelayed().orElseThrow(), isNews);
    }

    /** A book of 0.4200 and 0.4300 on the yes side and 0.5500 on the no side. */
    ApplyOutcome book(String ticker) {
        return snapshot(ticker, "[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]", "[\"0.5500\",\"300.00\"]");
    }

    /** The whole book; an empty text for a side without bids. */
    ApplyOutcome snapshot(String ticker, String yes, String no) {
        return apply("orderbook_snapshot", ticker, "\"market_id\":\"id-" + ticker + "\""
                + (yes.isEmpty() ? "" : ",\"yes_dollars_fp\":[" + yes + "]")
                + (no.isEmpty() ? "" : ",\"no_dollars_fp\":[" + no + "]"));
    }

    ApplyOutcome delta(String ticker, String side, String price, String delta) {
        return apply("orderbook_delta", ticker, "\"market_id\":\"id-" + ticker + "\",\"price_dollars\":\"" + price
                + "\",\"delta_fp\":\"" + delta + "\",\"side\":\"" + side + "\"");
    }
}

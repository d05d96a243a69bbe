package io.bookserver.testkit;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookUpdate;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.kalshi.RelayListener;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Applies records to a registry through the decoder, without Kafka. Each is the next record of partition 0, and has no
 * sid and seq unless they are given.
 *
 * <p><i>Not thread-safe; confined to one writer. Several writers of different markets share the offsets.</i>
 */
public final class Records {
    private static final AtomicLong OFFSET = new AtomicLong();

    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final BookRegistry registry;

    public Records(BookRegistry registry) {
        this.registry = registry;
    }

    /** Applies a record published now. */
    public ApplyOutcome apply(String type, String ticker, String fields) {
        return apply(RecordText.of(type, ticker).fields(fields), registry.nowMs());
    }

    /**
     * The same with sid 1, a seq, and the time at which the proxy received it. Equal times and seqs make a duplicate.
     */
    public ApplyOutcome sequenced(String type, String ticker, long seq, long receivedMs, String fields) {
        return apply(RecordText.of(type, ticker).sequence(1, seq).fields(fields), receivedMs);
    }

    private ApplyOutcome apply(RecordText record, long nowMs) {
        return apply(record.receivedMs(nowMs).publishedMs(nowMs), nowMs, nowMs);
    }

    /** Applies whole books of a population, published and read at that time. */
    public void fill(MarketPopulation population, long nowMs) {
        long seq = 0;
        for (MarketPopulation.Book book : population.books()) {
            apply(RecordText.snapshot(book, ++seq, nowMs), nowMs);
        }
    }

    /** Applies a given record, which must change a market, published and read at that time. */
    public ApplyOutcome apply(byte[] record, long nowMs) {
        return registry.apply(decode(record, nowMs, nowMs).orElseThrow());
    }

    /**
     * Applies a given record, which must change a market.
     *
     * @param recordMs its timestamp in the topic
     * @param readMs when the server read it
     */
    public ApplyOutcome apply(RecordText record, long recordMs, long readMs) {
        return registry.apply(decode(record.toBytes(), recordMs, readMs).orElseThrow());
    }

    private Optional<BookUpdate> decode(byte[] record, long recordMs, long readMs) {
        try {
            return decoder.decode(record, 0, OFFSET.getAndIncrement(), recordMs, readMs);
        } catch (MalformedRecordException e) {
            throw new IllegalArgumentException(
                    "a test's record must be well-formed: " + new String(record, StandardCharsets.UTF_8), e);
        }
    }

    /** Hands over a relayed message, as the reader of the topic does. */
    public void relay(RelayListener to, String type, String msg, boolean isNews) {
        decode(RecordText.of(type).sequence(7, 9).fields(msg.substring(1, msg.length() - 1)).toBytes(), 1, 1);
        to.heard(decoder.lastRelayed().orElseThrow(), isNews);
    }

    /** A book with 0.4200 and 0.4300 on the yes side and 0.5500 on the no side. */
    public ApplyOutcome book(String ticker) {
        return snapshot(ticker, "[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]", "[\"0.5500\",\"300.00\"]");
    }

    /** A whole book; an empty text stands for a side without bids. */
    public ApplyOutcome snapshot(String ticker, String yes, String no) {
        return apply(RecordText.SNAPSHOT, ticker, "\"market_id\":\"id-" + ticker + "\""
                + (yes.isEmpty() ? "" : ",\"yes_dollars_fp\":[" + yes + "]")
                + (no.isEmpty() ? "" : ",\"no_dollars_fp\":[" + no + "]"));
    }

    public ApplyOutcome delta(String ticker, String side, String price, String delta) {
        return apply(RecordText.DELTA, ticker, "\"market_id\":\"id-" + ticker + "\",\"price_dollars\":\"" + price
                + "\",\"delta_fp\":\"" + delta + "\",\"side\":\"" + side + "\"");
    }
}

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
 * Records for a registry, past Kafka, through the decoder: every one is the next of partition 0, and carries no sid and
 * seq unless it is told to.
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

    /** A record of now. */
    public ApplyOutcome apply(String type, String ticker, String fields) {
        return apply(RecordText.of(type, ticker).fields(fields), registry.nowMs());
    }

    /** The same with a seq, of sid 1, and when the proxy received it: equal times and seqs are a repetition. */
    public ApplyOutcome sequenced(String type, String ticker, long seq, long receivedMs, String fields) {
        return apply(RecordText.of(type, ticker).sequence(1, seq).fields(fields), receivedMs);
    }

    private ApplyOutcome apply(RecordText record, long nowMs) {
        return apply(record.receivedMs(nowMs).publishedMs(nowMs), nowMs, nowMs);
    }

    /** Whole books of a population, published and read at that time. */
    public void fill(MarketPopulation population, long nowMs) {
        long seq = 0;
        for (MarketPopulation.Book book : population.books()) {
            apply(RecordText.snapshot(book, ++seq, nowMs), nowMs);
        }
    }

    /** A record as it is, which must change a market, published and read at that time. */
    public ApplyOutcome apply(byte[] record, long nowMs) {
        return registry.apply(decode(record, nowMs, nowMs).orElseThrow());
    }

    /**
     * A record as it is, which must change a market.
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

    /** A message that is passed on, as the reading of the topic hands it over. */
    public void relay(RelayListener to, String type, String msg, boolean isNews) {
        decode(RecordText.of(type).sequence(7, 9).fields(msg.substring(1, msg.length() - 1)).toBytes(), 1, 1);
        to.heard(decoder.lastRelayed().orElseThrow(), isNews);
    }

    /** A book of 0.4200 and 0.4300 on the yes side and 0.5500 on the no side. */
    public ApplyOutcome book(String ticker) {
        return snapshot(ticker, "[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]", "[\"0.5500\",\"300.00\"]");
    }

    /** The whole book; an empty text for a side without bids. */
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

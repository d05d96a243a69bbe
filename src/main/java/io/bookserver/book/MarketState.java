package io.bookserver.book;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The complete state of one market: all that a registry needs to continue it as if it had never stopped. Fields of
 * later versions go here, with a default for states that were written without them.
 *
 * <p><i>Immutable.</i>
 *
 * @param version of the newest snapshot, 0 or more
 * @param lastUpdatedMs when that was published, epoch milliseconds
 * @param partition Kafka's, of the last record applied; negative if there is none
 * @param offset of the last record applied; -1 if there is none
 * @param firstPartition Kafka's, of the first record that named the market; negative if there is none
 * @param newestRecordMs Kafka's timestamp of the newest record that named the market, epoch milliseconds
 * @param unused the latest delta that was ignored although the book lacks it
 * @param statusPartition Kafka's, of the last lifecycle message; negative if it is not known
 * @param spread how far each partition was read for this market, if it has records in several (rule 8); else empty
 */
public record MarketState(
        String ticker,
        String marketId,
        MarketLifecycle lifecycle,
        MarketStatus status,
        BookSnapshot book,
        long version,
        long lastUpdatedMs,
        int partition,
        long offset,
        MarketStatistics statistics,
        MarketDetails details,
        int firstPartition,
        long newestRecordMs,
        Optional<RecordStamp> unused,
        int statusPartition,
        Map<Integer, Read> spread) {

    /**
     * How far a partition was read: the last offset, and Kafka's timestamp of the newest record, epoch milliseconds.
     */
    public record Read(long offset, long newestRecordMs) {}

    public MarketState {
        Objects.requireNonNull(ticker, "ticker");
        Objects.requireNonNull(book, "book");
        spread = Map.copyOf(spread);
        if (version < 0) {
            throw new IllegalArgumentException("version must not be negative: version=" + version);
        }
    }

    /**
     * A number that differs after any change of the market. It is a hash of the version, which covers every change of
     * the book, and of what changes without a new version. The probability that two states have the same is 1 in 2^64.
     */
    public long mark() {
        return mark(version, lastUpdatedMs, newestRecordMs, statistics, details, unused.orElse(null), spread);
    }

    static long mark(long version, long lastUpdatedMs, long newestRecordMs, MarketStatistics statistics,
            MarketDetails details, RecordStamp unused, Map<Integer, Read> spread) {
        long mark = mixed(version, lastUpdatedMs);
        mark = mixed(mark, newestRecordMs);
        if (!statistics.equals(MarketStatistics.NONE)) {
            mark = mixed(mark, statistics.hashCode());
        }
        if (!details.equals(MarketDetails.NONE)) {
            mark = mixed(mark, details.hashCode());
        }
        if (unused != null) {
            mark = mixed(mark, unused.partition());
            mark = mixed(mark, unused.offset());
        }
        return spread.isEmpty() ? mark : mixed(mark, spread.hashCode());
    }

    /** The finalizer of SplitMix64 over one more number. */
    private static long mixed(long mark, long value) {
        long z = mark * 0x9E3779B97F4A7C15L + value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}

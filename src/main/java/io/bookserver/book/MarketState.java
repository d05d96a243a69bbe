package io.bookserver.book;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One market taken apart: all that a registry needs to go on with it as if it had never stopped. What a later version
 * knows more of a market goes here, with a value for those that were written without it.
 *
 * <p><i>Immutable.</i>
 *
 * @param version of the newest snapshot, 0 or more
 * @param lastUpdatedMs when that was published, epoch milliseconds
 * @param partition Kafka's, of the last record applied; negative before it
 * @param offset of the last record applied; -1 before it
 * @param firstPartition Kafka's, of the first record that named the market; negative before it
 * @param newestRecordMs Kafka's timestamp of the newest record that named the market, epoch milliseconds
 * @param unused the latest delta that was passed over though the book lacks it
 * @param spread how far each partition was read for this market, where its records stand in several (rule 8); else empty
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
        Map<Integer, Read> spread) {

    /** How far a partition was read: the last offset, and Kafka's timestamp of the newest record, epoch milliseconds. */
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
     * A number that is another one after any change of the market. It is mixed from the version, which alone tells every
     * change of the book, and from what changes without one; that two states have the same is as likely as 1 in 2^64.
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

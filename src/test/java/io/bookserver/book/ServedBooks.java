package io.bookserver.book;

import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.FeedReport;
import io.bookserver.kalshi.MalformedRecordException;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The server's books, fed with the bytes of Kafka records as ingest does. Everything that these tests know of the
 * decoder and the registry is here.
 *
 * <p><i>Not thread-safe; confined to one test.</i>
 */
final class ServedBooks {
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final BookRegistry registry;

    ServedBooks(LongSupplier clockMs) {
        registry = new BookRegistry(clockMs);
    }

    void read(TopicRecord record) {
        read(record.partition(), record.offset(), record.kafkaMs(), record.message().key(), record.message().value());
    }

    void read(int partition, long offset, long kafkaMs, byte[] key, byte[] value) {
        try {
            decoder.decode(key, value, partition, offset, kafkaMs, registry.nowMs()).ifPresent(registry::apply);
            decoder.lastFeedReport().ifPresent(report -> {
                if (report instanceof FeedReport.FeedGap gap) {
                    registry.lose(new FeedLoss(partition, gap.connection(), gap.sid(), offset));
                }
            });
        } catch (MalformedRecordException e) {
            e.lost().ifPresent(registry::apply);
        }
    }

    BookRegistry registry() {
        return registry;
    }

    /** The market as readers see it; {@code unknown} if no record has named it. */
    MarketSnapshot market(String ticker) {
        return registry.market(ticker).map(Market::current).orElse(MarketSnapshot.unknown(ticker));
    }

    /** A ladder by price, each level with the offset of the record that set it. */
    static TreeMap<Integer, ReferenceBook.Resting> resting(Ladder ladder) {
        TreeMap<Integer, ReferenceBook.Resting> levels = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            Level level = ladder.level(rank);
            levels.put(level.priceTicks(),
                    new ReferenceBook.Resting(level.quantityHundredths(), level.stamp().offset()));
        }
        return levels;
    }
}

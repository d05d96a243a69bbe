package io.bookserver.checkpoint;

import io.bookserver.book.RecordStamp;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads the stamps of one market that {@link StampsWritten} wrote.
 *
 * <p><i>Not thread-safe; confined to the reading of one market.</i>
 */
final class StampsRead {
    /** One per level, and some more. */
    private static final int MAX_STAMPS = 20_100;

    private final RecordStamp[] stamps;

    StampsRead(int partition, long offset, long lastUpdatedMs, FieldReader in) throws IOException {
        stamps = new RecordStamp[MarketFields.count(in, MAX_STAMPS)];
        RecordStamp.Builder stamp = new RecordStamp.Builder();
        long connection = 0;
        long sid = 0;
        long seq = 0;
        for (int i = 0; i < stamps.length; i++) {
            long flags = in.number();
            int ofPartition = StampsWritten.isOfAnotherPartition(flags) ? Math.toIntExact(in.number()) : partition;
            long atOffset = offset - in.number();
            long recordMs = lastUpdatedMs - in.number();
            long publishedMs = recordMs + in.number();
            stamp.reset(ofPartition, atOffset, recordMs, recordMs + in.number()).kafkaPublishedMs(publishedMs);
            if (StampsWritten.hasConnection(flags)) {
                connection += in.number();
                stamp.connection(connection);
            }
            if (StampsWritten.hasSequence(flags)) {
                sid += in.number();
                seq += in.number();
                stamp.sid(sid).seq(seq);
            }
            if (StampsWritten.hasExchangeTime(flags)) {
                stamp.exchangeMs(recordMs + in.number());
            }
            if (StampsWritten.hasFeedTime(flags)) {
                stamp.feedReceivedMs(recordMs + in.number());
            }
            stamps[i] = stamp.build();
        }
    }

    RecordStamp get(long index) {
        return stamps[Math.toIntExact(index)];
    }

    /** For one more than the index; empty for 0. */
    Optional<RecordStamp> optional(long indexAndOne) {
        return indexAndOne == 0 ? Optional.empty() : Optional.of(get(indexAndOne - 1));
    }
}

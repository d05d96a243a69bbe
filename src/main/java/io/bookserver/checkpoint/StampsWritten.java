package io.bookserver.checkpoint;

import io.bookserver.book.MarketState;
import io.bookserver.book.RecordStamp;
import java.util.Arrays;
import java.util.Optional;

/**
 * The stamps of one market, each once, in the order of their first use. They are found by identity, in a hash table
 * with open addressing: levels that share a stamp share the object.
 *
 * <p>An {@code IdentityHashMap} would box every index.
 *
 * <p><i>Not thread-safe; confined to the writing of one market.</i>
 */
final class StampsWritten {
    private static final int HAS_CONNECTION = 1;
    private static final int HAS_SEQUENCE = 2;
    private static final int HAS_EXCHANGE_TIME = 4;
    private static final int HAS_FEED_TIME = 8;
    private static final int OTHER_PARTITION = 16;

    private RecordStamp[] stamps = new RecordStamp[16];
    /** 0 for a free slot, else one more than the index. */
    private int[] places = new int[64];
    private int size;

    void add(Optional<RecordStamp> stamp) {
        stamp.ifPresent(this::add);
    }

    void add(RecordStamp stamp) {
        int at = placeOf(stamp);
        if (places[at] != 0) {
            return;
        }
        if (size == stamps.length) {
            grow();
            at = placeOf(stamp);
        }
        stamps[size++] = stamp;
        places[at] = size;
    }

    /** One more than the index; 0 for none. */
    int indexOf(Optional<RecordStamp> stamp) {
        return stamp.isPresent() ? 1 + indexOf(stamp.get()) : 0;
    }

    int indexOf(RecordStamp stamp) {
        return places[placeOf(stamp)] - 1;
    }

    void write(MarketState market, FieldWriter out) {
        out.number(size);
        long connection = 0;
        long sid = 0;
        long seq = 0;
        for (int i = 0; i < size; i++) {
            RecordStamp stamp = stamps[i];
            long recordMs = stamp.recordMs();
            out.number(flags(stamp, market.partition()));
            if (stamp.partition() != market.partition()) {
                out.number(stamp.partition());
            }
            out.number(market.offset() - stamp.offset());
            out.number(market.lastUpdatedMs() - recordMs);
            out.number(stamp.kafkaPublishedMs() - recordMs);
            out.number(stamp.receivedMs() - recordMs);
            if (stamp.connection().isPresent()) {
                out.number(stamp.connection().getAsLong() - connection);
                connection = stamp.connection().getAsLong();
            }
            if (stamp.hasSequence()) {
                out.number(stamp.sid() - sid);
                out.number(stamp.seq() - seq);
                sid = stamp.sid();
                seq = stamp.seq();
            }
            if (stamp.exchangeMs().isPresent()) {
                out.number(stamp.exchangeMs().getAsLong() - recordMs);
            }
            if (stamp.feedReceivedMs().isPresent()) {
                out.number(stamp.feedReceivedMs().getAsLong() - recordMs);
            }
        }
    }

    private static int flags(RecordStamp stamp, int partition) {
        return (stamp.hasConnection() ? HAS_CONNECTION : 0)
                | (stamp.hasSequence() ? HAS_SEQUENCE : 0)
                | (stamp.exchangeMs().isPresent() ? HAS_EXCHANGE_TIME : 0)
                | (stamp.feedReceivedMs().isPresent() ? HAS_FEED_TIME : 0)
                | (stamp.partition() != partition ? OTHER_PARTITION : 0);
    }

    /** Decodes a stamp's flags. */
    static boolean hasConnection(long flags) {
        return (flags & HAS_CONNECTION) != 0;
    }

    static boolean hasSequence(long flags) {
        return (flags & HAS_SEQUENCE) != 0;
    }

    static boolean hasExchangeTime(long flags) {
        return (flags & HAS_EXCHANGE_TIME) != 0;
    }

    static boolean hasFeedTime(long flags) {
        return (flags & HAS_FEED_TIME) != 0;
    }

    static boolean isOfAnotherPartition(long flags) {
        return (flags & OTHER_PARTITION) != 0;
    }

    private int placeOf(RecordStamp stamp) {
        int mask = places.length - 1;
        int at = (int) ((stamp.offset() * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (places[at] != 0 && stamps[places[at] - 1] != stamp) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        stamps = Arrays.copyOf(stamps, size * 2);
        places = new int[places.length * 2];
        for (int i = 0; i < size; i++) {
            places[placeOf(stamps[i])] = i + 1;
        }
    }
}

package io.bookserver.book;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Creates updates of one market: each {@code at(...)} is the next record of partition 0. */
final class Updates {
    static final String TICKER = "KXTEST-26NOV23-A";
    static final long PUBLISHED_MS = 1_000_000;

    private int partition;
    private long offset = -1;
    private OptionalLong sid = OptionalLong.empty();
    private OptionalLong seq = OptionalLong.empty();
    private OptionalLong connection = OptionalLong.empty();
    private long feedReceivedMs = PUBLISHED_MS;
    private long recordMs = PUBLISHED_MS;

    /** The next record of that partition has this sid and seq. */
    Updates at(long newSid, long newSeq) {
        offset++;
        sid = OptionalLong.of(newSid);
        seq = OptionalLong.of(newSeq);
        return this;
    }

    /** The next record has neither sid nor seq. */
    Updates unsequenced() {
        offset++;
        sid = OptionalLong.empty();
        seq = OptionalLong.empty();
        return this;
    }

    Updates partition(int number) {
        partition = number;
        return this;
    }

    Updates offset(long number) {
        offset = number;
        return this;
    }

    Updates feedReceived(long ms) {
        feedReceivedMs = ms;
        return this;
    }

    Updates connection(long number) {
        connection = OptionalLong.of(number);
        return this;
    }

    /** Sets Kafka's timestamp of the following records. */
    Updates recordMs(long ms) {
        recordMs = ms;
        return this;
    }

    RecordStamp stamp() {
        RecordStamp.Builder stamp = new RecordStamp.Builder()
                .reset(partition, offset, recordMs, PUBLISHED_MS + 3)
                .feedReceivedMs(feedReceivedMs);
        connection.ifPresent(stamp::connection);
        sid.ifPresent(stamp::sid);
        seq.ifPresent(stamp::seq);
        return stamp.build();
    }

    BookReplaced snapshot(Map<Integer, Long> yes, Map<Integer, Long> no) {
        return new BookReplaced(TICKER, "", levels(yes), levels(no), stamp());
    }

    LevelChanged delta(Side side, int priceTicks, long deltaHundredths) {
        return new LevelChanged(TICKER, side, priceTicks, deltaHundredths, stamp());
    }

    MarketStatusChanged status(MarketStatusChanged.Event event, long eventMs, OptionalLong openMs, OptionalLong closeMs) {
        return new MarketStatusChanged(TICKER, event, eventMs, openMs, closeMs, stamp());
    }

    static PriceLevels levels(Map<Integer, Long> quantityHundredthsByPriceTicks) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        quantityHundredthsByPriceTicks.forEach(levels::add);
        return levels.build();
    }

    /** A ladder without its times, for comparison with a reference. */
    static TreeMap<Integer, Long> sizes(Ladder ladder) {
        TreeMap<Integer, Long> sizes = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            Level level = ladder.level(rank);
            sizes.put(level.priceTicks(), level.quantityHundredths());
        }
        return sizes;
    }
}

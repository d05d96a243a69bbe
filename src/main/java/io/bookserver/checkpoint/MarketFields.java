package io.bookserver.checkpoint;

import io.bookserver.book.BookSnapshot;
import io.bookserver.book.BookState;
import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.MarketLifecycle;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketState;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.MarketStatus;
import io.bookserver.book.RecordStamp;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A market as a sequence of numbers and texts. Times and offsets are written as differences, so that they are small,
 * and a stamp that several levels share is written once. New fields go to the end: an older version stops before them,
 * and a newer version that misses them uses a default.
 *
 * <p><i>Stateless.</i>
 */
final class MarketFields {
    private static final int NO_PARTITION = -1;
    private static final MarketPhase[] PHASES = MarketPhase.values();
    private static final int MAX_LEVELS = Level.MAX_PRICE_TICKS;

    private MarketFields() {}

    static void write(MarketState market, FieldWriter out) {
        out.text(market.marketId());
        out.number(market.version());
        out.number(market.lastUpdatedMs());
        out.number(market.partition());
        out.number(market.offset());
        out.number(market.firstPartition());
        out.number(market.newestRecordMs() - market.lastUpdatedMs());
        lifecycle(market.lifecycle(), market.lastUpdatedMs(), out);
        out.number(market.status().phase().ordinal());
        optional(market.status().closedMs(), market.lastUpdatedMs(), out);
        statistics(market.statistics(), out);
        book(market, out);
        out.number(market.spread().size());
        new TreeMap<>(market.spread()).forEach((partition, read) -> {
            out.number(partition);
            out.number(read.offset());
            out.number(read.newestRecordMs());
        });
        details(market.details(), market.lastUpdatedMs(), out);
        out.number(market.statusPartition());
    }

    /** @throws IOException if these are not the fields of a market */
    static MarketState read(String ticker, FieldReader in) throws IOException {
        try {
            String marketId = in.text();
            long version = in.number();
            long lastUpdatedMs = in.number();
            int partition = Math.toIntExact(in.number());
            long offset = in.number();
            int firstPartition = Math.toIntExact(in.number());
            long newestRecordMs = in.number() + lastUpdatedMs;
            MarketLifecycle lifecycle = lifecycle(lastUpdatedMs, in);
            MarketStatus status = new MarketStatus(PHASES[Math.toIntExact(in.number())], optional(lastUpdatedMs, in));
            MarketStatistics statistics = statistics(in);
            StampsRead stamps = new StampsRead(partition, offset, lastUpdatedMs, in);
            BookSnapshot book = book(stamps, in);
            Optional<RecordStamp> unused = stamps.optional(in.number());
            Map<Integer, MarketState.Read> spread = new TreeMap<>();
            for (long left = in.number(); left > 0; left--) {
                spread.put(Math.toIntExact(in.number()), new MarketState.Read(in.number(), in.number()));
            }
            MarketDetails details = in.isAtEnd() ? MarketDetails.NONE : details(lastUpdatedMs, in);
            int statusPartition = in.isAtEnd() ? NO_PARTITION : Math.toIntExact(in.number());
            return new MarketState(ticker, marketId, lifecycle, status, book, version, lastUpdatedMs, partition, offset,
                    statistics, details, firstPartition, newestRecordMs, unused, statusPartition, spread);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            throw new IOException("not a market: " + e.getMessage(), e);
        }
    }

    private static void lifecycle(MarketLifecycle lifecycle, long baseMs, FieldWriter out) {
        out.number((lifecycle.known() ? 1 : 0) | (lifecycle.paused() ? 2 : 0));
        optional(lifecycle.openMs(), baseMs, out);
        optional(lifecycle.closeMs(), baseMs, out);
        optional(lifecycle.determinedMs(), baseMs, out);
        optional(lifecycle.settledMs(), baseMs, out);
    }

    private static MarketLifecycle lifecycle(long baseMs, FieldReader in) throws IOException {
        long flags = in.number();
        return new MarketLifecycle((flags & 1) != 0, (flags & 2) != 0, optional(baseMs, in), optional(baseMs, in),
                optional(baseMs, in), optional(baseMs, in));
    }

    private static void optional(OptionalLong value, long base, FieldWriter out) {
        out.number(value.isPresent() ? 1 : 0);
        if (value.isPresent()) {
            out.number(value.getAsLong() - base);
        }
    }

    private static OptionalLong optional(long base, FieldReader in) throws IOException {
        return in.number() == 0 ? OptionalLong.empty() : OptionalLong.of(in.number() + base);
    }

    private static void statistics(MarketStatistics statistics, FieldWriter out) {
        boolean told = !statistics.equals(MarketStatistics.NONE);
        out.number(told ? 1 : 0);
        if (told) {
            out.number(statistics.lastPriceTicks());
            out.number(statistics.lastTradeHundredths());
            out.number(statistics.volumeHundredths());
            out.number(statistics.openInterestHundredths());
            out.number(statistics.dollarVolume());
            out.number(statistics.dollarOpenInterest());
        }
    }

    private static MarketStatistics statistics(FieldReader in) throws IOException {
        return in.number() == 0 ? MarketStatistics.NONE : new MarketStatistics(Math.toIntExact(in.number()), in.number(),
                in.number(), in.number(), in.number(), in.number());
    }

    private static void details(MarketDetails details, long baseMs, FieldWriter out) {
        boolean told = !details.equals(MarketDetails.NONE);
        out.number(told ? 1 : 0);
        if (told) {
            out.text(details.eventTicker());
            out.text(details.seriesTicker());
            out.text(details.title());
            out.text(details.yesSubTitle());
            out.text(details.noSubTitle());
            out.text(details.result());
            out.text(details.settlementValue());
            out.text(details.priceLevelStructure());
            out.number(details.canCloseEarly().map(can -> can ? 2 : 1).orElse(0));
            optional(details.expectedExpirationMs(), baseMs, out);
        }
    }

    private static MarketDetails details(long baseMs, FieldReader in) throws IOException {
        if (in.number() == 0) {
            return MarketDetails.NONE;
        }
        return new MarketDetails(in.text(), in.text(), in.text(), in.text(), in.text(), in.text(), in.text(), in.text(),
                canCloseEarly(in.number()), optional(baseMs, in));
    }

    private static Optional<Boolean> canCloseEarly(long told) {
        return told == 0 ? Optional.empty() : Optional.of(told == 2);
    }

    private static void book(MarketState market, FieldWriter out) {
        BookSnapshot book = market.book();
        StampsWritten stamps = new StampsWritten();
        stamps.add(book.snapshotRecord());
        stamps.add(book.highestRecord());
        stamps.add(market.unused());
        if (book.state() != BookState.AWAITING_SNAPSHOT) {
            stamps.add(book.lastRecord());
        }
        collect(book.yes(), stamps);
        collect(book.no(), stamps);
        stamps.write(market, out);
        out.number(BookState.SHOWN.indexOf(book.state()));
        out.number(stamps.indexOf(book.snapshotRecord()));
        out.number(stamps.indexOf(book.highestRecord()));
        if (book.state() != BookState.AWAITING_SNAPSHOT) {
            out.number(stamps.indexOf(book.lastRecord()));
            long[] gaps = book.gaps();
            out.number(gaps.length);
            for (long gap : gaps) {
                out.number(gap);
            }
            ladder(book.yes(), stamps, out);
            ladder(book.no(), stamps, out);
        }
        out.number(stamps.indexOf(market.unused()));
    }

    private static BookSnapshot book(StampsRead stamps, FieldReader in) throws IOException {
        BookState state = BookState.SHOWN.get(Math.toIntExact(in.number()));
        Optional<RecordStamp> snapshot = stamps.optional(in.number());
        Optional<RecordStamp> highest = stamps.optional(in.number());
        if (state == BookState.AWAITING_SNAPSHOT) {
            return BookSnapshot.of(state, Ladder.EMPTY, Ladder.EMPTY, null, snapshot, highest);
        }
        RecordStamp last = stamps.get(in.number());
        long[] gaps = new long[count(in, 64)];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = in.number();
        }
        return BookSnapshot.of(state, ladder(stamps, in), ladder(stamps, in), last, snapshot, highest, gaps);
    }

    private static void collect(Ladder ladder, StampsWritten stamps) {
        for (int rank = ladder.depth() - 1; rank >= 0; rank--) {
            stamps.add(ladder.level(rank).stamp());
        }
    }

    private static void ladder(Ladder ladder, StampsWritten stamps, FieldWriter out) {
        out.number(ladder.depth());
        int priceTicks = 0;
        for (int rank = ladder.depth() - 1; rank >= 0; rank--) {
            Level level = ladder.level(rank);
            out.number(level.priceTicks() - priceTicks);
            out.number(level.quantityHundredths());
            out.number(stamps.indexOf(level.stamp()));
            out.number(level.serverPublishedMs() - level.stamp().receivedMs());
            priceTicks = level.priceTicks();
        }
    }

    private static Ladder ladder(StampsRead stamps, FieldReader in) throws IOException {
        Level[] levels = new Level[count(in, MAX_LEVELS)];
        int priceTicks = 0;
        for (int i = 0; i < levels.length; i++) {
            priceTicks += Math.toIntExact(in.number());
            long quantityHundredths = in.number();
            RecordStamp stamp = stamps.get(in.number());
            levels[i] = new Level(priceTicks, quantityHundredths, stamp, stamp.receivedMs() + in.number());
        }
        return Ladder.of(levels);
    }

    /** A count by which memory is allocated: a damaged record must not demand more than there can be. */
    static int count(FieldReader in, int atMost) throws IOException {
        long count = in.number();
        if (count < 0 || count > atMost) {
            throw new IOException("a count must be in 0.." + atMost + ": " + count);
        }
        return (int) count;
    }
}

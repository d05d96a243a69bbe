package io.bookserver.book;

import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * A loss of the feed that affects 100,000 books: how long reporting it takes, how long until every book is marked as
 * stale, and how long a record takes meanwhile, compared with a record without a loss.
 *
 * <p><i>Not thread-safe.</i>
 */
class FeedLossBench {
    private static final int BOOKS = Integer.getInteger("bench.books", 100_000);
    private static final int ROUNDS = 9;
    private static final int RECORDS = 20_000;
    private static final long MS = 1_786_085_189_150L;

    private final BookRegistry registry = new BookRegistry();
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final List<MarketPopulation.Book> books = MarketPopulation.of(BOOKS).books();
    private long offset;

    @Test
    void lossOfAllBooks() throws MalformedRecordException, ExecutionException, InterruptedException {
        ExecutorService upkeep = Executors.newSingleThreadExecutor();
        for (int round = 0; round < ROUNDS; round++) {
            snapshots();
            long[] quiet = records();
            snapshots();
            long began = System.nanoTime();
            registry.lose(FeedLoss.ofPartition(0, Long.MAX_VALUE));
            long reported = System.nanoTime() - began;
            Future<Long> all = upkeep.submit(() -> {
                long start = System.nanoTime();
                registry.applyLosses();
                return System.nanoTime() - start;
            });
            long[] beside = records();
            long marked = all.get();
            System.out.printf(Locale.ROOT, "round=%d books=%d stale=%d report_us=%.1f all_marked_ms=%.1f"
                    + " record_us_p99=%.1f max=%.1f without_loss_p99=%.1f max=%.1f%n", round, BOOKS,
                    registry.booksIn(BookState.STALE), reported / 1e3, marked / 1e6, at(beside, 0.99), at(beside, 1),
                    at(quiet, 0.99), at(quiet, 1));
        }
        upkeep.shutdown();
    }

    private void snapshots() throws MalformedRecordException {
        for (MarketPopulation.Book book : books) {
            apply(RecordText.snapshot(book, offset + 1, MS));
        }
    }

    /** Nanoseconds of each record, sorted. */
    private long[] records() throws MalformedRecordException {
        long[] nanos = new long[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
            byte[] record = RecordText.snapshot(books.get(i % 100), offset + 1, MS);
            long start = System.nanoTime();
            apply(record);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private void apply(byte[] record) throws MalformedRecordException {
        decoder.decode(record, 0, offset++, MS, MS).ifPresent(registry::apply);
    }

    private static double at(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1e3;
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The cost of one registry with a given number of books, in a separate JVM: heap per book, time per record, time per
 * bulk answer. Times are measured twice: over the same thousand books whatever the size, which shows the cost of the
 * other books, and over all of them, which adds the cache misses. Prints {@code name=value} lines.
 *
 * <p><i>Not thread-safe.</i>
 */
public final class GrowthProbe {
    private static final int SOME = 1_000;
    private static final int RECORDS = 10_000;
    private static final int WARM_UP_ROUNDS = 15;
    private static final int ROUNDS = 15;
    private static final int BULK_ANSWERS = 50;
    private static final long MS = 1_786_085_189_150L;

    private final BookRegistry registry = new BookRegistry();
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final Random random = new Random(5);
    private final List<MarketPopulation.Book> books;
    /** In random order, so that any thousand of them are spread over the whole memory. */
    private final List<Integer> shuffled = new ArrayList<>();
    private long offset;

    private GrowthProbe(int size) {
        books = MarketPopulation.of(size).books();
        for (int i = 0; i < size; i++) {
            shuffled.add(i);
        }
        Collections.shuffle(shuffled, random);
    }

    /** The number of books. */
    public static void main(String[] args) throws MalformedRecordException {
        new GrowthProbe(Integer.parseInt(args[0])).run();
    }

    private void run() throws MalformedRecordException {
        long before = usedBytes();
        for (MarketPopulation.Book book : books) {
            apply(RecordText.snapshot(book, offset + 1, MS));
        }
        long filled = usedBytes();
        say("levels_per_book", books.stream().mapToInt(MarketPopulation.Book::depth).average().orElseThrow());
        say("heap_bytes_per_book", (double) (filled - before) / books.size());
        registry.list("", "", market -> true, books.size()).forEach(market -> BookJson.topOfBook(market.topOfBook()));
        say("heap_bytes_per_book_tops_rendered", (double) (usedBytes() - before) / books.size());

        double[] same = new double[ROUNDS];
        double[] any = new double[ROUNDS];
        double[] sameBulk = new double[ROUNDS];
        double[] anyBulk = new double[ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            double sameNanos = applyNanos(SOME);
            double anyNanos = applyNanos(books.size());
            double sameBulkNanos = bulkNanos(SOME);
            double anyBulkNanos = bulkNanos(books.size());
            if (round >= 0) {
                same[round] = sameNanos;
                any[round] = anyNanos;
                sameBulk[round] = sameBulkNanos / 1e3;
                anyBulk[round] = anyBulkNanos / 1e3;
            }
        }
        say("apply_same_1000_ns", same);
        say("apply_any_ns", any);
        say("bulk_same_1000_us", sameBulk);
        say("bulk_any_1000_us", anyBulk);
    }

    /** The time of a record from bytes to the book, for markets drawn among that many. */
    private double applyNanos(int among) throws MalformedRecordException {
        byte[][] records = new byte[RECORDS][];
        for (int i = 0; i < RECORDS; i++) {
            MarketPopulation.Book book = books.get(shuffled.get(random.nextInt(among)));
            boolean yes = !book.yes().isEmpty();
            int priceTicks = (yes ? book.yes() : book.no()).lastKey();
            records[i] = RecordText.delta(book.ticker(), yes, priceTicks, 100, offset + i + 1, MS);
        }
        long started = System.nanoTime();
        for (byte[] record : records) {
            apply(record);
        }
        return (double) (System.nanoTime() - started) / RECORDS;
    }

    /**
     * The time of a bulk answer for a thousand markets drawn among that many; none has changed since it was last read.
     */
    private double bulkNanos(int among) {
        List<List<String>> questions = new ArrayList<>();
        for (int i = 0; i < BULK_ANSWERS; i++) {
            questions.add(random.ints(SOME, 0, among).mapToObj(at -> books.get(shuffled.get(at)).ticker()).toList());
        }
        questions.forEach(tickers -> AnswerInMemory.topsOfBook(registry, tickers));
        long started = System.nanoTime();
        questions.forEach(tickers -> AnswerInMemory.topsOfBook(registry, tickers));
        return (double) (System.nanoTime() - started) / BULK_ANSWERS;
    }

    private void apply(byte[] record) throws MalformedRecordException {
        registry.apply(decoder.decode(record, 0, offset, MS, MS).orElseThrow());
        offset++;
    }

    private static long usedBytes() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void say(String name, double value) {
        System.out.printf(Locale.ROOT, "%s=%.0f%n", name, value);
    }

    private static void say(String name, double[] rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        System.out.printf(Locale.ROOT, "%s=%.0f%n%s_lowest=%.0f%n%s_highest=%.0f%n", name, sorted[sorted.length / 2],
                name, sorted[0], name, sorted[sorted.length - 1]);
    }
}

package io.bookserver.ingest;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.TopOfBook;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Reading the best bids of 1,000 markets, alone and beside four writers that change all of them and never pause: each
 * decodes a record and applies it, as ingest does. The writers take turns, so that together they use one core, and a
 * machine of two leaves the reader the other one: what differs is what writers cost a reader, not who gets the
 * processor. The limit is the same with one volatile read.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class ReadsBesideIngestBenchmark {
    private static final int MARKETS = 1_000;
    private static final int WRITERS = 4;
    private static final int WRITES_A_TURN = 256;
    private static final long MS = 1_786_085_189_150L;

    /** The recorded markets, by registry and, for the limit, as bare volatiles. */
    @State(Scope.Group)
    public static class Books {
        final BookRegistry registry = new BookRegistry();
        final List<MarketPopulation.Book> population = MarketPopulation.of(MARKETS).books();
        final Semaphore turn = new Semaphore(1, true);
        final Bare[] bare = new Bare[MARKETS];

        @Setup
        public void fill() throws MalformedRecordException {
            EnvelopeDecoder decoder = new EnvelopeDecoder();
            for (int i = 0; i < MARKETS; i++) {
                byte[] record = RecordText.snapshot(population.get(i), 1, MS);
                registry.apply(decoder.decode(record, 0, 0, MS, MS).orElseThrow());
                bare[i] = new Bare();
            }
        }
    }

    /** What a reader reads at the least. */
    static final class Bare {
        volatile long value;
    }

    /** Goes round the markets in an order of its own. */
    @State(Scope.Thread)
    public static class Reader {
        private final List<Integer> order = new ArrayList<>();
        private String[] tickers;
        private int next;

        @Setup
        public void shuffle(Books books) {
            for (int i = 0; i < MARKETS; i++) {
                order.add(i);
            }
            Collections.shuffle(order, new Random(7));
            tickers = order.stream().map(i -> books.population.get(i).ticker()).toArray(String[]::new);
        }

        private int next() {
            next = next + 1 == MARKETS ? 0 : next + 1;
            return next;
        }

        TopOfBook read(Books books) {
            return books.registry.market(tickers[next()]).orElseThrow().current().topOfBook();
        }

        long readBare(Books books) {
            return books.bare[next()].value;
        }
    }

    /** Writes to every fourth market. */
    @State(Scope.Thread)
    public static class Writer {
        private final EnvelopeDecoder decoder = new EnvelopeDecoder();
        private final byte[][] oneMore = new byte[MARKETS][];
        private final byte[][] oneLess = new byte[MARKETS][];
        private int market;
        private boolean less;
        private long offset;

        @Setup
        public void write(Books books, ThreadParams thread) {
            market = thread.getSubgroupThreadIndex();
            for (int i = market; i < MARKETS; i += WRITERS) {
                oneMore[i] = delta(books.population.get(i), 100);
                oneLess[i] = delta(books.population.get(i), -100);
            }
        }

        /** At the best price of a side; without a seq, so that it can be applied again and again. */
        private static byte[] delta(MarketPopulation.Book book, long deltaHundredths) {
            boolean yes = !book.yes().isEmpty();
            int priceTicks = (yes ? book.yes() : book.no()).lastKey();
            String record = new String(
                    RecordText.delta(book.ticker(), yes, priceTicks, deltaHundredths, 1, MS), StandardCharsets.US_ASCII);
            return record.replace("\"sid\":1,\"seq\":1,", "").getBytes(StandardCharsets.US_ASCII);
        }

        void write(Books books) {
            byte[] record = (less ? oneLess : oneMore)[market];
            ApplyOutcome outcome = books.registry.apply(decoded(record));
            if (outcome != ApplyOutcome.APPLIED) {
                throw new IllegalStateException("every change must be applied: " + outcome);
            }
            goOn();
        }

        private BookUpdate decoded(byte[] record) {
            try {
                return decoder.decode(record, 0, ++offset, MS, MS).orElseThrow();
            } catch (MalformedRecordException e) {
                throw new IllegalStateException(e);
            }
        }

        private void goOn() {
            market += WRITERS;
            if (market >= MARKETS) {
                market -= MARKETS;
                less = !less;
            }
        }

        /** Decodes the same record, so that there are as many writes. */
        void writeBare(Books books) {
            books.bare[market].value = decoded((less ? oneLess : oneMore)[market]).stamp().offset();
            goOn();
        }
    }

    /** One turn of a writer. */
    private static void inTurn(Books books, Runnable write) {
        books.turn.acquireUninterruptibly();
        try {
            for (int i = 0; i < WRITES_A_TURN; i++) {
                write.run();
            }
        } finally {
            books.turn.release();
        }
    }

    @Benchmark
    @Group("alone")
    public TopOfBook alone_read(Books books, Reader reader) {
        return reader.read(books);
    }

    @Benchmark
    @Group("alone_limit")
    public long alone_limit_volatileRead(Books books, Reader reader) {
        return reader.readBare(books);
    }

    @Benchmark
    @Group("beside4")
    public TopOfBook beside4_read(Books books, Reader reader) {
        return reader.read(books);
    }

    @Benchmark
    @Group("beside4")
    @GroupThreads(WRITERS)
    public void beside4_write256(Books books, Writer writer) {
        inTurn(books, () -> writer.write(books));
    }

    @Benchmark
    @Group("beside4_limit")
    public long beside4_limit_volatileRead(Books books, Reader reader) {
        return reader.readBare(books);
    }

    @Benchmark
    @Group("beside4_limit")
    @GroupThreads(WRITERS)
    public void beside4_limit_write256(Books books, Writer writer) {
        inTurn(books, () -> writer.writeBare(books));
    }
}

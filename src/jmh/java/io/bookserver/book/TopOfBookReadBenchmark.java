package io.bookserver.book;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
 * Reading the best bid of a market by its ticker, alone and beside writers that change the markets read, next to the
 * limit: one volatile read beside as many writers. With more threads than cores the time of a read holds the reader's
 * waiting for a core as well, on both sides alike; the paced writers leave the reader a core.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class TopOfBookReadBenchmark {
    private static final int MARKETS = 4;
    private static final long PAUSE_NANOS = 350_000;

    /** Markets with fifty levels, and a bare volatile beside them. */
    @State(Scope.Group)
    public static class Books {
        final BookRegistry registry = new BookRegistry();
        final String[] tickers = new String[MARKETS];
        volatile Level bare = new Level(1, 1, UpdateRing.stamp(0), 0);

        @Setup
        public void fill() {
            for (int i = 0; i < MARKETS; i++) {
                tickers[i] = "KXMLBGAME-26AUG07184" + i + "NYMPIT-NYM";
                registry.apply(new UpdateRing(tickers[i]).snapshot());
            }
        }
    }

    /** A reader's place in the round over the markets. */
    @State(Scope.Thread)
    public static class Reader {
        int next;
    }

    /** A writer of its own market. */
    @State(Scope.Thread)
    public static class Writer {
        private final RecordStamp.Builder stamp = new RecordStamp.Builder();
        private int market;
        private long number;

        @Setup
        public void choose(ThreadParams thread) {
            market = thread.getSubgroupThreadIndex() % MARKETS;
        }

        /** One contract more and one less at a price within the ladder, for ever. */
        ApplyOutcome write(Books books) {
            number++;
            RecordStamp next = stamp.reset(0, number, number, number).sid(1).seq(number + 1).build();
            int priceTicks = 100 * (1 + (int) (number / 2 % UpdateRing.LEVELS));
            return books.registry.apply(new LevelChanged(
                    books.tickers[market], Side.YES, priceTicks, (number & 1) == 0 ? -100 : 100, next));
        }
    }

    /** Makes a change now and then: four of these make some 9,000 a second. */
    private static ApplyOutcome writePaced(Books books, Writer writer) {
        LockSupport.parkNanos(PAUSE_NANOS);
        return writer.write(books);
    }

    private static int read(Books books, Reader reader) {
        reader.next = reader.next + 1 & MARKETS - 1;
        TopOfBook top = books.registry.market(books.tickers[reader.next]).orElseThrow().current().topOfBook();
        return top.bestBid(Side.YES).orElseThrow().priceTicks();
    }

    @Benchmark
    @Group("alone")
    public int alone_read(Books books, Reader reader) {
        return read(books, reader);
    }

    @Benchmark
    @Group("alone_limit")
    public int alone_limit_volatileRead(Books books) {
        return books.bare.priceTicks();
    }

    @Benchmark
    @Group("beside1")
    public int beside1_read(Books books, Reader reader) {
        reader.next = MARKETS - 1;
        return read(books, reader);
    }

    @Benchmark
    @Group("beside1")
    public ApplyOutcome beside1_write(Books books, Writer writer) {
        return writer.write(books);
    }

    @Benchmark
    @Group("beside1_limit")
    public int beside1_limit_volatileRead(Books books) {
        return books.bare.priceTicks();
    }

    @Benchmark
    @Group("beside1_limit")
    public ApplyOutcome beside1_limit_write(Books books, Writer writer) {
        ApplyOutcome outcome = writer.write(books);
        books.bare = books.bare;
        return outcome;
    }

    @Benchmark
    @Group("beside4")
    public int beside4_read(Books books, Reader reader) {
        return read(books, reader);
    }

    @Benchmark
    @Group("beside4")
    @GroupThreads(4)
    public ApplyOutcome beside4_write(Books books, Writer writer) {
        return writer.write(books);
    }

    @Benchmark
    @Group("beside4_limit")
    public int beside4_limit_volatileRead(Books books) {
        return books.bare.priceTicks();
    }

    @Benchmark
    @Group("beside4_limit")
    @GroupThreads(4)
    public ApplyOutcome beside4_limit_write(Books books, Writer writer) {
        ApplyOutcome outcome = writer.write(books);
        books.bare = books.bare;
        return outcome;
    }

    @Benchmark
    @Group("beside4paced")
    public int beside4paced_read(Books books, Reader reader) {
        return read(books, reader);
    }

    @Benchmark
    @Group("beside4paced")
    @GroupThreads(4)
    public ApplyOutcome beside4paced_write(Books books, Writer writer) {
        return writePaced(books, writer);
    }

    @Benchmark
    @Group("beside4paced_limit")
    public int beside4paced_limit_volatileRead(Books books) {
        return books.bare.priceTicks();
    }

    @Benchmark
    @Group("beside4paced_limit")
    @GroupThreads(4)
    public ApplyOutcome beside4paced_limit_write(Books books, Writer writer) {
        ApplyOutcome outcome = writePaced(books, writer);
        books.bare = books.bare;
        return outcome;
    }
}

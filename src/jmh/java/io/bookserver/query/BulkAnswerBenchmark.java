package io.bookserver.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookserver.book.BookRegistry;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An answer over 1,000 markets, beside the limit: copying so many ready bytes into a buffer of the same kind.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class BulkAnswerBenchmark {
    private static final QueryConfig LIMITS = new SmallRyeConfigBuilder()
            .withMapping(QueryConfig.class).withConverter(MemorySize.class, 100, new MemorySizeConverter())
            .build().getConfigMapping(QueryConfig.class);
    private static final int MARKETS = 1_000;
    private static final long MS = 1_786_085_189_150L;

    /** The markets, and their answer once. */
    @State(Scope.Thread)
    public static class Books {
        final BookRegistry registry = new BookRegistry();
        final Records records = new Records(registry);
        MarketPopulation population;
        List<String> tickers;
        byte[] ready;
        byte[] question;
        long seq;

        @Setup
        public void fill() {
            population = MarketPopulation.of(MARKETS);
            tickers = population.tickers();
            records.fill(population, MS);
            seq = MARKETS;
            ready = new byte[Math.toIntExact(AnswerInMemory.topsOfBook(registry, tickers))];
            question = ("{\"market_tickers\":[\"" + String.join("\",\"", tickers) + "\"]}").getBytes(US_ASCII);
        }
    }

    /** The markets, every one of them changed since it was last asked for. */
    @State(Scope.Thread)
    public static class ChangedBooks extends Books {
        @Setup(Level.Invocation)
        public void change() {
            for (String ticker : tickers) {
                records.apply(RecordText.delta(ticker, true, 100, 100, ++seq, MS), MS);
            }
        }
    }

    @Benchmark
    public int limit_copyReadyBytes(Books books) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(books.ready.length);
        out.writeBytes(books.ready);
        out.release();
        return books.ready.length;
    }

    /** From the bytes of the question on. */
    @Benchmark
    public long named(Books books) {
        return AnswerInMemory.topsOfBook(books.registry, BookQuestion.ofTops(books.question, LIMITS).tickers());
    }

    /** What reading the question costs of that. */
    @Benchmark
    public BookQuestion named_questionAlone(Books books) {
        return BookQuestion.ofTops(books.question, LIMITS);
    }

    /** Every market is written out anew: the worst case. */
    @Benchmark
    public long named_allChanged(ChangedBooks books) {
        return AnswerInMemory.topsOfBook(books.registry, BookQuestion.ofTops(books.question, LIMITS).tickers());
    }

    @Benchmark
    public long books_depth5(Books books) {
        return AnswerInMemory.books(books.registry, books.tickers, 5);
    }
}

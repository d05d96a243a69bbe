package io.bookserver.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookserver.bench.MarketPopulation;
import io.bookserver.bench.RecordText;
import io.bookserver.book.BookRegistry;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
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
    private static final int MARKETS = 1_000;
    private static final long MS = 1_786_085_189_150L;

    /** The markets, and their answer once. */
    @State(Scope.Thread)
    public static class Books {
        final BookRegistry registry = new BookRegistry();
        final EnvelopeDecoder decoder = new EnvelopeDecoder();
        MarketPopulation population;
        List<String> tickers;
        byte[] ready;
        StandingQuestions standing;
        byte[] question;
        long offset;

        @Setup
        public void fill() throws MalformedRecordException {
            population = MarketPopulation.of(MARKETS);
            tickers = population.tickers();
            for (MarketPopulation.Book book : population.books()) {
                apply(RecordText.snapshot(book, offset + 1, MS));
            }
            Buffer answer = StandingQuestion.named(registry, tickers).answer(registry::nowMs);
            ready = answer.getBytes();
            answer.getByteBuf().release();
            question = ("{\"market_tickers\":[\"" + String.join("\",\"", tickers) + "\"]}").getBytes(US_ASCII);
            standing = new StandingQuestions(registry, 1 << 24);
        }

        void apply(byte[] record) throws MalformedRecordException {
            registry.apply(decoder.decode(record, 0, offset, MS, MS).orElseThrow());
            offset++;
        }
    }

    /** The markets, every one of them changed since it was last asked for. */
    @State(Scope.Thread)
    public static class ChangedBooks extends Books {
        @Setup(Level.Invocation)
        public void change() throws MalformedRecordException {
            for (String ticker : tickers) {
                apply(RecordText.delta(ticker, true, 100, 100, offset + 1, MS));
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

    @Benchmark
    public int named_firstAsked(Books books) {
        return released(StandingQuestion.named(books.registry, books.tickers).answer(books.registry::nowMs));
    }

    /** By the same bytes as before, which are all that is read of the question. */
    @Benchmark
    public int named_askedAgain_unchanged(Books books) {
        return released(askAgain(books));
    }

    /** Every market is written out anew: the worst case. */
    @Benchmark
    public int named_askedAgain_allChanged(ChangedBooks books) {
        return released(askAgain(books));
    }

    private static Buffer askAgain(Books books) {
        return books.standing.answer(
                StandingQuestions.Source.BODY, books.question, () -> StandingQuestion.named(books.registry, books.tickers));
    }

    @Benchmark
    public int books_depth5(Books books) {
        return released(BulkAnswer.books(books.registry, new BookQuestion(books.tickers, 5)));
    }

    private static int released(Buffer buffer) {
        int length = buffer.length();
        buffer.getByteBuf().release();
        return length;
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.StreamJson;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole book with full ladders, as a WebSocket snapshot and as a REST answer, beside the limit: copying the finished
 * array.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
@State(Scope.Thread)
public class SnapshotBenchmark {
    private static final int MARKETS = 1_000;
    private static final long MS = 1_786_085_189_150L;

    private final BookRegistry registry = new BookRegistry();
    private MarketSnapshot market;
    private byte[] snapshot;
    private byte[] answer;

    /** Which book of the population, by depth. */
    @Param({"deepest", "median"})
    public String book;

    @Setup
    public void fill() {
        MarketPopulation population = MarketPopulation.of(MARKETS);
        List<MarketPopulation.Book> byDepth = population.books().stream()
                .sorted(Comparator.comparingInt(MarketPopulation.Book::depth)).toList();
        MarketPopulation.Book chosen = book.equals("deepest") ? population.deepest() : byDepth.get(MARKETS / 2);
        new Records(registry).apply(RecordText.snapshot(chosen, 1, MS), MS);
        market = registry.market(chosen.ticker()).orElseThrow().current();
        snapshot = snapshot();
        answer = new byte[restBook().stream().mapToInt(piece -> piece.length).sum()];
        System.out.printf("population=%s levels=%d snapshot_bytes=%d rest_bytes=%d%n",
                population, chosen.depth(), snapshot.length, answer.length);
    }

    @Benchmark
    public byte[] snapshot_limit_copyTheArray() {
        return snapshot.clone();
    }

    @Benchmark
    public byte[] snapshot() {
        return StreamJson.snapshot(market, false);
    }

    @Benchmark
    public byte[] restBook_limit_copyTheArray() {
        return answer.clone();
    }

    @Benchmark
    public List<byte[]> restBook() {
        return BooksResource.pieces(market, 0, MS, MS);
    }
}

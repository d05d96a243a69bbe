package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.testkit.DeltaStream;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The message that a change is to its followers: for the first of them the {@code msg} is built, which all share; each
 * gets an envelope of its own around it. Beside it the limit: copying as many ready bytes into a buffer of the same
 * kind.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class StreamMessageBenchmark {
    private static final int MARKETS = 1_000;
    private static final int CHANGES = 1_024;
    private static final long MS = 1_786_085_189_150L;
    private static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    /** Changes of the population's books, each as all its followers get it. */
    @State(Scope.Thread)
    public static class Changes {
        final List<byte[]> tops = new ArrayList<>();
        final List<byte[]> deltas = new ArrayList<>();
        final List<byte[]> topMessages = new ArrayList<>();
        final List<byte[]> deltaMessages = new ArrayList<>();
        final Envelope envelope = new Envelope(7);
        final MarketSnapshot[] before = new MarketSnapshot[CHANGES];
        final MarketSnapshot[] after = new MarketSnapshot[CHANGES];
        private final BookRegistry registry = new BookRegistry();
        private final Records records = new Records(registry);
        private DeltaStream stream;
        private long recordSeq = MARKETS;
        long seq = 100_000;

        @Setup
        public void fill() {
            MarketPopulation population = MarketPopulation.of(MARKETS);
            stream = new DeltaStream(population, 7);
            records.fill(population, MS);
            change();
            for (int i = 0; i < CHANGES; i++) {
                tops.add(BookJson.topOfBook(after[i].topOfBook()));
                deltas.add(new Publication(before[i], after[i]).delta(false));
                topMessages.add(bytes(topOfBook(i)));
                deltaMessages.add(bytes(delta(i)));
            }
            System.out.printf("population=%s top_of_book_bytes=%.0f orderbook_delta_bytes=%.0f%n", population,
                    topMessages.stream().mapToInt(one -> one.length).average().orElseThrow(),
                    deltaMessages.stream().mapToInt(one -> one.length).average().orElseThrow());
        }

        void change() {
            for (int i = 0; i < CHANGES; i++) {
                DeltaStream.Delta next = stream.next();
                before[i] = registry.market(next.ticker()).orElseThrow().current();
                records.apply(RecordText.delta(
                        next.ticker(), next.yes(), next.priceTicks(), next.deltaHundredths(), ++recordSeq, MS), MS);
                after[i] = registry.market(next.ticker()).orElseThrow().current();
            }
        }

        ByteBuf topOfBook(int change) {
            return envelope.around(tops.get(change), DataType.TOP_OF_BOOK, ++seq, 0, 0, ALLOCATOR);
        }

        ByteBuf delta(int change) {
            return envelope.around(deltas.get(change), DataType.DELTA, ++seq, 0, 0, ALLOCATOR);
        }

        private static byte[] bytes(ByteBuf message) {
            byte[] bytes = new byte[message.readableBytes()];
            message.readBytes(bytes).release();
            return bytes;
        }
    }

    /** Other changes every time: nothing of them has been written yet. */
    @State(Scope.Thread)
    public static class FreshChanges extends Changes {
        @Setup(Level.Invocation)
        public void another() {
            change();
        }
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public int topOfBook_limit_copyReadyBytes(Changes changes) {
        return copied(changes.topMessages);
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public int topOfBook_furtherFollower(Changes changes) {
        int sum = 0;
        for (int i = 0; i < CHANGES; i++) {
            sum += released(changes.topOfBook(i));
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public int topOfBook_firstFollower(FreshChanges changes) {
        int sum = 0;
        for (int i = 0; i < CHANGES; i++) {
            byte[] msg = BookJson.topOfBook(changes.after[i].topOfBook());
            sum += released(changes.envelope.around(
                    msg, DataType.TOP_OF_BOOK, ++changes.seq, 0, 0, ALLOCATOR));
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public int delta_limit_copyReadyBytes(Changes changes) {
        return copied(changes.deltaMessages);
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public int delta_furtherFollower(Changes changes) {
        int sum = 0;
        for (int i = 0; i < CHANGES; i++) {
            sum += released(changes.delta(i));
        }
        return sum;
    }

    /** Both books are compared, as it is done for the first who follows every change. */
    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public int delta_firstFollower(FreshChanges changes) {
        int sum = 0;
        for (int i = 0; i < CHANGES; i++) {
            byte[] msg = new Publication(changes.before[i], changes.after[i]).delta(false);
            sum += released(changes.envelope.around(msg, DataType.DELTA, ++changes.seq, 0, 0, ALLOCATOR));
        }
        return sum;
    }

    private static int copied(List<byte[]> messages) {
        int sum = 0;
        for (int i = 0; i < CHANGES; i++) {
            byte[] ready = messages.get(i);
            sum += released(ALLOCATOR.directBuffer(ready.length).writeBytes(ready));
        }
        return sum;
    }

    private static int released(ByteBuf message) {
        int length = message.readableBytes();
        message.release();
        return length;
    }
}

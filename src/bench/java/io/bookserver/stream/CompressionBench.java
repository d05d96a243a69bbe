package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.kalshi.BookJson;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * The cost of a compressed top of book compared with an uncompressed one: compressing it, once per event loop, and the
 * frame of each follower. Processor time of the thread, all in turn within a round.
 */
class CompressionBench {
    private static final int MARKETS = 1_000;
    private static final int ROUNDS = Integer.getInteger("rounds", 40);
    private static final long MS = 1_786_085_189_150L;

    @Test
    void compressedTops_besidePlainOnes() throws Exception {
        BookRegistry registry = new BookRegistry();
        MarketPopulation population = MarketPopulation.of(MARKETS);
        new Records(registry).fill(population, MS);
        List<byte[]> tops = population.tickers().stream()
                .map(ticker -> BookJson.topOfBook(registry.market(ticker).orElseThrow().current().topOfBook())).toList();
        Compressor compressor = new Compressor();
        Envelope envelope = new Envelope(7);
        var allocator = PooledByteBufAllocator.DEFAULT;
        List<byte[]> parts = tops.stream().map(top -> compressor.compressed(top, DataType.TOP_OF_BOOK, false)).toList();
        List<IntFunction<Integer>> ways = List.of(
                i -> released(envelope.around(tops.get(i), DataType.TOP_OF_BOOK, 1_000_000 + i, 0, 0, allocator)),
                i -> released(envelope.aroundCompressed(parts.get(i), DataType.TOP_OF_BOOK, 1_000_000 + i, 0, 0, allocator)),
                i -> compressor.compressed(tops.get(i), DataType.TOP_OF_BOOK, false).length);
        double[][] micros = new double[ways.size()][ROUNDS];
        double[] bytes = new double[ways.size()];
        var threads = ManagementFactory.getThreadMXBean();
        for (int round = -ROUNDS; round < ROUNDS; round++) {
            for (int way = 0; way < ways.size(); way++) {
                long before = threads.getCurrentThreadCpuTime();
                long sum = 0;
                for (int i = 0; i < MARKETS; i++) {
                    sum += ways.get(way).apply(i);
                }
                bytes[way] = (double) sum / MARKETS;
                if (round >= 0) {
                    micros[way][round] = (threads.getCurrentThreadCpuTime() - before) / 1e3 / MARKETS;
                }
            }
        }
        String[] names = {"a follower's frame", "a follower's compressed frame", "compressing, once a loop"};
        for (int way = 0; way < ways.size(); way++) {
            Arrays.sort(micros[way]);
            System.out.printf(Locale.ROOT, "%s: %.0f bytes, %.2f us (%.2f to %.2f)%n", names[way], bytes[way],
                    micros[way][ROUNDS / 2], micros[way][ROUNDS / 4], micros[way][3 * ROUNDS / 4]);
        }
    }

    private static int released(ByteBuf frame) {
        int length = frame.readableBytes();
        frame.release();
        return length;
    }
}

package io.bookserver.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.Records;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/**
 * The benefit of remembering a repeated request by its bytes: its tickers, in a weighed cache, or its markets, which
 * would keep forgotten ones alive. Processor time of the thread, from the bytes of the request to the last page of the
 * answer, without the socket; all three in turn within a round.
 */
class RememberedQuestionsBench {
    private static final int ROUNDS = Integer.getInteger("rounds", 40);
    private static final long MS = 1_786_085_189_150L;
    private static final QueryConfig LIMITS = new SmallRyeConfigBuilder()
            .withMapping(QueryConfig.class).withConverter(MemorySize.class, 100, new MemorySizeConverter())
            .build().getConfigMapping(QueryConfig.class);

    @Test
    void rememberedQuestions_besideAnyOther() throws Exception {
        for (int markets : new int[] {100, 1_000}) {
            measure(markets);
        }
    }

    private static void measure(int markets) throws Exception {
        BookRegistry registry = new BookRegistry();
        MarketPopulation population = MarketPopulation.of(markets);
        new Records(registry).fill(population, MS);
        byte[] question = ("{\"market_tickers\":[\"" + String.join("\",\"", population.tickers()) + "\"]}").getBytes(US_ASCII);
        List<Market> found = population.tickers().stream().map(one -> registry.market(one).orElseThrow()).toList();
        Cache<ByteBuffer, List<String>> asked = Caffeine.newBuilder().maximumWeight(64 << 20)
                .weigher((ByteBuffer bytes, List<String> named) -> bytes.remaining() + 80 * named.size()).build();
        LongSupplier none = () -> AnswerInMemory.topsOfBook(registry, BookQuestion.ofTops(question, LIMITS).tickers());
        LongSupplier tickers = () -> AnswerInMemory.topsOfBook(registry,
                asked.get(ByteBuffer.wrap(question), bytes -> BookQuestion.ofTops(bytes.array(), LIMITS).tickers()));
        LongSupplier all = () -> AnswerInMemory.topsOfBook(registry, found, asked.get(
                ByteBuffer.wrap(question), bytes -> BookQuestion.ofTops(bytes.array(), LIMITS).tickers()).size());
        List<LongSupplier> ways = List.of(none, tickers, all);
        double[][] micros = new double[ways.size()][ROUNDS];
        for (int round = -ROUNDS; round < ROUNDS; round++) {
            for (int way = 0; way < ways.size(); way++) {
                double taken = micros(ways.get(way), 200_000 / markets);
                if (round >= 0) {
                    micros[way][round] = taken;
                }
            }
        }
        System.out.printf(Locale.ROOT, "%d markets, us: nothing remembered %s, tickers %s, markets %s%n", markets,
                spread(micros[0]), spread(micros[1]), spread(micros[2]));
        System.out.printf(Locale.ROOT, "%d markets, ratio to markets remembered: nothing %s, tickers %s%n", markets,
                spread(ratios(micros[0], micros[2])), spread(ratios(micros[1], micros[2])));
    }

    private static double micros(LongSupplier way, int times) {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        long bytes = 0;
        for (int i = 0; i < times; i++) {
            bytes += way.getAsLong();
        }
        if (bytes == 0) {
            throw new IllegalStateException("an answer has bytes");
        }
        return (threads.getCurrentThreadCpuTime() - before) / 1e3 / times;
    }

    private static double[] ratios(double[] these, double[] toThose) {
        double[] ratios = new double[these.length];
        Arrays.setAll(ratios, i -> these[i] / toThose[i]);
        return ratios;
    }

    /** The median, and the quartiles. */
    private static String spread(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)",
                sorted[sorted.length / 2], sorted[sorted.length / 4], sorted[3 * sorted.length / 4]);
    }
}

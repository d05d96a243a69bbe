package io.bookserver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookReplaced;
import io.bookserver.book.LevelChanged;
import io.bookserver.book.PriceLevels;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.DeltaStream;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.Rounds;
import io.bookserver.testkit.Topics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/**
 * The processor time of one checkpoint cycle, of the writer's thread and its producer's thread, after a number of books
 * have had the updates of one interval. The broker's time is not included.
 */
class CheckpointWriteBench {
    private static final int BOOKS = Integer.getInteger("bench.books", 50_000);
    private static final int UPDATES_PER_SECOND = 5_000;
    private static final int INTERVAL_SECONDS = 10;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 9);
    private static final int WARM_UP_ROUNDS = 6;
    private static final int PARTITIONS = 4;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final MarketPopulation population = MarketPopulation.of(BOOKS);
    private final DeltaStream deltas = new DeltaStream(population, 7);
    private long seq;

    @Test
    void cycles() {
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            Topics.create(broker.bootstrapServers(), Instance.TOPIC, PARTITIONS);
            KafkaClients clients = new KafkaClients(known -> {
                Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrapServers()));
                settings.keySet().retainAll(known);
                return settings;
            });
            try (Instance server = new Instance(clients, "bench", PARTITIONS, Uuid.randomUuid())) {
                for (int market = 0; market < BOOKS; market++) {
                    MarketPopulation.Book book = population.books().get(market);
                    server.registry.apply(new BookReplaced(book.ticker(), "", levels(book.yes()), levels(book.no()),
                            stamp(market)));
                }
                server.own(PARTITIONS);
                measure(server);
            }
        }
    }

    private void measure(Instance server) {
        Rounds cpu = new Rounds(ROUNDS);
        Rounds books = new Rounds(ROUNDS);
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (int i = 0; i < UPDATES_PER_SECOND * INTERVAL_SECONDS; i++) {
                DeltaStream.Delta delta = deltas.next();
                server.registry.apply(new LevelChanged(delta.ticker(), delta.yes() ? Side.YES : Side.NO, delta.priceTicks(),
                        delta.deltaHundredths(), stamp(delta.market())));
            }
            double written = server.count("orderbook.checkpoint.books.written");
            long beganNanos = cpuNanos();
            assertThat(server.cycle()).isTrue();
            if (round >= 0) {
                cpu.add("processor", round, (cpuNanos() - beganNanos) / 1e7 / INTERVAL_SECONDS);
                books.add("books", round, server.count("orderbook.checkpoint.books.written") - written);
            }
        }
        System.out.printf("bench=checkpoint-write books=%d updates_per_second=%d interval_s=%d rounds=%d%n", BOOKS,
                UPDATES_PER_SECOND, INTERVAL_SECONDS, ROUNDS);
        System.out.println(books.describe("books", "a cycle"));
        System.out.println(cpu.describe("processor", "% of a processor"));
    }

    private long cpuNanos() {
        long nanos = threads.getCurrentThreadCpuTime();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("kafka-producer-network-thread")) {
                nanos += threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        return nanos;
    }

    private RecordStamp stamp(int market) {
        long publishedMs = 1_786_085_000_000L + seq;
        return new RecordStamp.Builder().reset(market % PARTITIONS, seq, publishedMs, publishedMs + 2)
                .connection(1_786_084_000_123L).sid(1).seq(++seq).exchangeMs(publishedMs - 171)
                .feedReceivedMs(publishedMs - 1).build();
    }

    private static PriceLevels levels(Map<Integer, Long> quantityHundredthsByPriceTicks) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        quantityHundredthsByPriceTicks.forEach(levels::add);
        return levels.build();
    }
}

package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.PublicationListener;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.DeltaStream;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Rounds;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The cost of the path from Kafka into the books: the application's own channel, compared with bare consumers with the
 * same settings that only poll and decode, with others that also apply to their own books, and with others that do so
 * on a second thread, on the same records of the same topic.
 *
 * <p>Each round first writes its records while all consumers are paused, so that producing is not measured. Then each
 * candidate reads them alone, in an order that changes from round to round. Times run from the moment at which the
 * polling threads are released until the last record is decoded, or applied.
 */
@QuarkusTest
@TestProfile(KafkaIngestBench.Held.class)
@WithTestResource(BrokerResource.class)
class KafkaIngestBench {
    /**
     * The application is paused while others read: this must not count as a stall, which would make its books stale.
     */
    public static class Held implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orderbook.ingest.max-stall", "PT1H");
        }
    }

    private static final String TOPIC = "market-data-all";
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final int WARM_UP_ROUNDS = 4;
    private static final int RECORDS = Integer.getInteger("bench.records", 500_000);
    private static final int MARKETS = 1_000;
    private static final int PARTITIONS = 4;
    private static final long DEADLINE_NANOS = 120_000_000_000L;

    /** Reads a round's records; returns the elapsed nanoseconds. */
    private interface Competitor {
        long read(long[] ends) throws InterruptedException;
    }

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    RebuildProgress progress;

    @Inject
    KafkaClientService clients;

    @Inject
    MeterRegistry meters;

    private final MarketPopulation population = MarketPopulation.of(MARKETS);
    private final DeltaStream deltas = new DeltaStream(population, 7);
    private final long[] ends = new long[PARTITIONS];
    private KafkaProducer<byte[], byte[]> producer;
    private long seq;

    @BeforeEach
    void connect() throws InterruptedException {
        producer = new KafkaProducer<>(Map.of(
                "bootstrap.servers", broker.bootstrapServers(), "linger.ms", 5, "batch.size", 262_144,
                "key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer",
                "value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"));
        awaitAssignment();
    }

    @AfterEach
    void disconnect() {
        producer.close();
    }

    @Test
    void throughput() throws InterruptedException {
        Optional<BookRegistry> books = Optional.of(new BookRegistry());
        Optional<BookRegistry> others = Optional.of(new BookRegistry());
        try (BareConsumers one = bare(1, Optional.empty(), false);
                BareConsumers asMany = bare(channels().size(), Optional.empty(), false);
                BareConsumers applying = bare(channels().size(), books, false);
                BareConsumers handingOver = bare(channels().size(), others, true)) {
            Map<String, Competitor> competitors = Map.of(
                    "application", this::readByApplication, "bare, one thread", one::read,
                    "bare, as many threads", asMany::read, "bare, as many, into books", applying::read,
                    "bare, into books on second threads", handingOver::read);
            List<String> order = new ArrayList<>(List.of("application", "bare, into books on second threads",
                    "bare, as many, into books", "bare, as many threads", "bare, one thread"));
            System.out.printf("bench=kafka-ingest records=%d partitions=%d application_consumers=%d rounds=%d population=%s%n",
                    RECORDS, PARTITIONS, channels().size(), ROUNDS, population);
            double appliedBefore = applied();
            holdApplication();
            population.books().forEach(book -> send(book.ticker(), RecordText.snapshot(book, ++seq, now())));
            Rounds perSecond = new Rounds(ROUNDS);
            Rounds cpu = new Rounds(ROUNDS);
            for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                produce();
                for (String name : order) {
                    long cpuBefore = cpuNanos();
                    long nanos = competitors.get(name).read(ends);
                    double cpuPerRecord = (cpuNanos() - cpuBefore) / 1e3 / RECORDS;
                    System.out.printf("round=%d %s %.0f records/s, %.2f us of CPU a record%n",
                            round, name, RECORDS * 1e9 / nanos, cpuPerRecord);
                    if (round >= 0) {
                        perSecond.add(name, round, RECORDS * 1e6 / nanos);
                        cpu.add(name, round, cpuPerRecord);
                    }
                }
                Collections.rotate(order, 1);
            }
            order.forEach(name -> System.out.println(perSecond.describe(name, "thousand records/s")));
            order.forEach(name -> System.out.println(cpu.describe(name, "us of CPU a record, broker included")));
            System.out.println(perSecond.ratio("application", "bare, one thread"));
            System.out.println(perSecond.ratio("application", "bare, as many threads"));
            System.out.println(perSecond.ratio("application", "bare, as many, into books"));
            System.out.println(perSecond.ratio("application", "bare, into books on second threads"));
            System.out.println(cpu.ratio("application", "bare, into books on second threads"));
            System.out.println(cpu.ratio("application", "bare, as many, into books"));
            assertThat(books.get().size()).isEqualTo(MARKETS);
            assertThat(others.get().size()).isEqualTo(MARKETS);
            assertThat(applied() - appliedBefore).isEqualTo(MARKETS + (double) RECORDS * (ROUNDS + WARM_UP_ROUNDS));
        }
    }

    private BareConsumers bare(int threads, Optional<BookRegistry> books, boolean handOver) {
        return new BareConsumers(broker, TOPIC, PARTITIONS, threads, books, handOver);
    }

    /** One record at a time, 200 per second: from the producer's send until readers can see it. */
    @Test
    void latencyAtALowRate() throws InterruptedException {
        int warmUp = 500;
        int count = 2_000;
        MarketPopulation.Book book = population.books().get(0);
        String ticker = "KXLATENCY-A";
        ConcurrentLinkedQueue<Long> published = new ConcurrentLinkedQueue<>();
        PublicationListener listener = (before, after) -> {
            if (after.ticker().equals(ticker)) {
                published.add(System.nanoTime());
            }
        };
        registry.addListener(listener);
        channels().forEach(channel -> clients.<byte[], byte[]>getConsumer(channel)
                .runOnPollingThread(KafkaIngestBench::resume).await().indefinitely());
        try (BareConsumers bare = bare(1, Optional.empty(), false)) {
            List<Long> application = new ArrayList<>();
            List<Long> alone = new ArrayList<>();
            send(ticker, RecordText.snapshot(
                    new MarketPopulation.Book(ticker, book.yes(), book.no()), ++seq, now()));
            bare.release();
            awaitNext(published);
            bare.awaitNext();
            for (int i = 0; i < warmUp + count; i++) {
                long sent = System.nanoTime();
                send(ticker, RecordText.delta(ticker, true, 100, 100, ++seq, now()));
                producer.flush();
                long seenByApplication = awaitNext(published) - sent;
                long seenByBare = bare.awaitNext() - sent;
                if (i >= warmUp) {
                    application.add(seenByApplication);
                    alone.add(seenByBare);
                }
                LockSupport.parkNanos(5_000_000);
            }
            System.out.println("bench=kafka-latency rate=200/s or less, from send to seen, us");
            System.out.println("application " + percentiles(application));
            System.out.println("bare consumer " + percentiles(alone));
        } finally {
            registry.removeListener(listener);
        }
    }

    static long awaitNext(ConcurrentLinkedQueue<Long> times) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        Long time = times.poll();
        while (time == null) {
            requireInTime(deadline);
            LockSupport.parkNanos(20_000);
            time = times.poll();
        }
        return time;
    }

    private static String percentiles(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format("p50=%.0f p90=%.0f p99=%.0f max=%.0f", sorted[sorted.length / 2] / 1e3,
                sorted[sorted.length * 9 / 10] / 1e3, sorted[sorted.length * 99 / 100] / 1e3,
                sorted[sorted.length - 1] / 1e3);
    }

    private void produce() {
        for (int i = 0; i < RECORDS; i++) {
            DeltaStream.Delta delta = deltas.next();
            send(delta.ticker(), RecordText.delta(
                    delta.ticker(), delta.yes(), delta.priceTicks(), delta.deltaHundredths(), ++seq, now()));
        }
        producer.flush();
    }

    private void send(String ticker, byte[] value) {
        producer.send(new ProducerRecord<>(TOPIC, ticker.getBytes(StandardCharsets.US_ASCII), value), (at, failure) -> {
            if (failure != null) {
                throw new IllegalStateException("record not sent", failure);
            }
            synchronized (ends) {
                ends[at.partition()] = Math.max(ends[at.partition()], at.offset() + 1);
            }
        });
    }

    private long readByApplication(long[] upTo) throws InterruptedException {
        int consumers = channels().size();
        long[] started = new long[1];
        CountDownLatch ready = new CountDownLatch(consumers);
        channels().forEach(channel -> clients.<byte[], byte[]>getConsumer(channel).runOnPollingThread(consumer -> {
            ready.countDown();
            awaitAll(ready);
            started[0] = System.nanoTime();
            consumer.resume(consumer.assignment());
        }).subscribe().with(done -> {}));
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!isReadUpTo(upTo)) {
            requireInTime(deadline);
            LockSupport.parkNanos(1_000_000);
        }
        long elapsed = System.nanoTime() - started[0];
        holdApplication();
        return elapsed;
    }

    private boolean isReadUpTo(long[] upTo) {
        for (int i = 0; i < PARTITIONS; i++) {
            if (progress.partition(i).next() < upTo[i]) {
                return false;
            }
        }
        return true;
    }

    private void holdApplication() {
        channels().forEach(channel -> clients.<byte[], byte[]>getConsumer(channel)
                .runOnPollingThread(KafkaIngestBench::pause).await().indefinitely());
    }

    private static Set<TopicPartition> assignment(Consumer<byte[], byte[]> consumer) {
        return consumer.assignment();
    }

    private static void pause(Consumer<byte[], byte[]> consumer) {
        consumer.pause(consumer.assignment());
    }

    private static void resume(Consumer<byte[], byte[]> consumer) {
        consumer.resume(consumer.assignment());
    }

    private List<String> channels() {
        return clients.getConsumerChannels().stream()
                .filter(channel -> channel.startsWith(MarketDataConsumer.CHANNEL)).sorted().toList();
    }

    private void awaitAssignment() throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (channels().stream().mapToInt(channel -> clients.<byte[], byte[]>getConsumer(channel)
                .runOnPollingThread(KafkaIngestBench::assignment).await().indefinitely().size()).sum() < PARTITIONS) {
            requireInTime(deadline);
            Thread.sleep(100);
        }
    }

    private double applied() {
        return meters.counter("orderbook.updates", "outcome", ApplyOutcome.APPLIED.wireName()).count();
    }

    static void awaitAll(CountDownLatch ready) {
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the start", e);
        }
    }

    static void requireInTime(long deadlineNanos) {
        if (System.nanoTime() - deadlineNanos > 0) {
            throw new IllegalStateException("the records did not come in time");
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long now() {
        return System.currentTimeMillis();
    }
}

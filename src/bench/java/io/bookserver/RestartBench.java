package io.bookserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.DeltaStream;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Rounds;
import io.bookserver.testkit.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * The time from the start of the packaged server's process to its first correct book, with and without a checkpoint, in
 * turn, over one topic: first a whole book of every market, then changes. Broker and server share the machine. Package
 * the server first ({@code ./mvnw package -DskipTests}); it runs on this JVM.
 *
 * <p>{@code -Dbench.books}, {@code -Dbench.records}, {@code -Dbench.rounds}, {@code -Dbench.heap}; {@code
 * -Dbench.whole=100}: of the records behind the first of each market, one in so many is a whole book; {@code
 * -Dbench.options}: more options of the server's JVM, separated by semicolons; {@code -Dbench.without=false} leaves out
 * the starts without a checkpoint, except the first one, which writes it, and {@code -Dbench.with=false} those with one.
 */
class RestartBench {
    private static final int BOOKS = Integer.getInteger("bench.books", 100_000);
    private static final int RECORDS = Integer.getInteger("bench.records", 2_000_000);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final int WHOLE = Integer.getInteger("bench.whole", Integer.MAX_VALUE);
    private static final List<String> OPTIONS = Stream.concat(Stream.of("-Xmx" + System.getProperty("bench.heap", "2g")),
            Stream.of(System.getProperty("bench.options", "").split(";")).filter(option -> !option.isEmpty())).toList();
    private static final boolean WITH = Boolean.parseBoolean(System.getProperty("bench.with", "true"));
    private static final boolean WITHOUT = Boolean.parseBoolean(System.getProperty("bench.without", "true"));
    /** What the log of a start says of its parts. */
    private static final Pattern MILESTONES = Pattern.compile("started in|books restored|books rebuilt");
    private static final String TOPIC = "market-data-all";
    private static final int PARTITIONS = 4;
    private static final long PATIENCE_NANOS = 900_000_000_000L;

    private final MarketPopulation population = MarketPopulation.of(BOOKS);
    private EmbeddedBroker broker;

    @Test
    void starts() throws Exception {
        System.out.printf("bench=restart books=%d records=%d whole=1/%d rounds=%d options=%s java=%s population=%s%n", BOOKS,
                RECORDS, WHOLE, ROUNDS, OPTIONS, System.getProperty("java.version"), population);
        try (EmbeddedBroker started = EmbeddedBroker.start()) {
            broker = started;
            Topics.createMarketData(broker.bootstrapServers(), PARTITIONS);
            Topics.create(broker.bootstrapServers(), Topics.RESYNC, PARTITIONS);
            publish();
            if (WITH) {
                writeCheckpoint();
            }
            Rounds seconds = new Rounds(ROUNDS);
            for (int round = 0; round < ROUNDS; round++) {
                if (WITHOUT) {
                    seconds.add("without", round, start("off"));
                }
                if (WITH) {
                    seconds.add("with", round, start("read"));
                }
            }
            if (WITH) {
                System.out.println(seconds.describe("with", "s"));
            }
            if (WITHOUT) {
                System.out.println(seconds.describe("without", "s"));
            }
            if (WITH && WITHOUT) {
                System.out.println(seconds.ratio("with", "without"));
            }
        }
    }

    private void publish() {
        DeltaStream deltas = new DeltaStream(population, 7);
        long seq = 0;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of(
                "bootstrap.servers", broker.bootstrapServers(), "linger.ms", 20, "batch.size", 262_144),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (MarketPopulation.Book book : population.books()) {
                send(producer, book.ticker(), RecordText.snapshot(book, ++seq, System.currentTimeMillis()));
            }
            for (int i = BOOKS; i < RECORDS; i++) {
                if (i % WHOLE == 0) {
                    MarketPopulation.Book book = deltas.books().get(i / WHOLE % BOOKS);
                    send(producer, book.ticker(), RecordText.snapshot(book, ++seq, System.currentTimeMillis()));
                }
                DeltaStream.Delta delta = deltas.next();
                send(producer, delta.ticker(), RecordText.delta(delta.ticker(), delta.yes(), delta.priceTicks(),
                        delta.deltaHundredths(), ++seq, System.currentTimeMillis()));
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String ticker, byte[] value) {
        producer.send(new ProducerRecord<>(TOPIC, ticker.getBytes(StandardCharsets.US_ASCII), value));
    }

    private PackagedServer server(String mode) {
        return PackagedServer.start(new HashMap<>(Map.of("kafka.bootstrap.servers", broker.bootstrapServers(),
                "orderbook.checkpoint.mode", mode, "orderbook.checkpoint.interval", "PT5S")), OPTIONS);
    }

    private void writeCheckpoint() throws Exception {
        try (PackagedServer server = server("write")) {
            long beganNanos = System.nanoTime();
            awaitBooks(server);
            System.out.printf("first start, without a checkpoint: %.2f s%n", (System.nanoTime() - beganNanos) / 1e9);
            long readyNanos = System.nanoTime();
            while (server.metric("orderbook_checkpoint_cycles_total", "") < 1) {
                Thread.sleep(100);
            }
            System.out.printf("first checkpoint: %.2f s behind readiness, %.0f books, %.1f MB%n",
                    (System.nanoTime() - readyNanos) / 1e9, server.metric("orderbook_checkpoint_books_written_total", ""),
                    server.metric("orderbook_checkpoint_bytes_written_total", "") / 1e6);
        }
    }

    /** Seconds until a request for a book is answered with it. */
    private double start(String mode) throws Exception {
        long beganNanos = System.nanoTime();
        try (PackagedServer server = server(mode)) {
            awaitBooks(server);
            double seconds = (System.nanoTime() - beganNanos) / 1e9;
            server.log().lines().filter(line -> MILESTONES.matcher(line).find()).forEach(System.out::println);
            server.process().collectGarbage();
            System.out.printf("mode=%s %.2f s, heap alive %.0f MB, %.0f bytes a book, restored %.0f%n", mode, seconds,
                    server.metric("orderbook_heap_used_bytes", "") / 1e6, server.metric("orderbook_heap_used_bytes", "") / BOOKS,
                    server.metric("orderbook_checkpoint_books_read_total", ""));
            assertThat(server.metric("orderbook_books", "state=\"live\"")).isEqualTo(BOOKS);
            server.process().kill();
            return seconds;
        }
    }

    private void awaitBooks(PackagedServer server) throws InterruptedException {
        String path = "/api/v1/books/" + population.books().get(BOOKS / 2).ticker();
        long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
        while (!server.get(path).contains("\"state\":\"live\"")) {
            Thread.sleep(20);
            if (System.nanoTime() > deadlineNanos) {
                throw new AssertionError(server.log());
            }
        }
    }
}

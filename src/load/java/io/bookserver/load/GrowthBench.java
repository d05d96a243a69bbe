package io.bookserver.load;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The cost of more books: for each size the heap per book, the time of a record and of a bulk answer
 * ({@code GrowthProbe}, in a separate JVM), and how long the packaged server takes to rebuild its books. Every size
 * rebuilds from the same number of records with the same contents, half snapshots and half deltas, spread over more or
 * fewer markets.
 *
 * <p><i>Not thread-safe: one run, one thread.</i>
 */
public final class GrowthBench {
    static final String HELP = """
            --sizes N,N...     numbers of books (1000,10000,100000,500000)
            --records N        records of each rebuild; 0 for none (1000000)
            --jvm "O"          options of the measured JVMs ("-Xms6g -Xmx6g")
            """;

    private static final Path FOLDER = Path.of("target", "load");
    private static final int PARTITIONS = 4;
    private static final int CONTENTS = 1_000;
    private static final long POLL_MS = 200;
    private static final long REBUILD_MS = 240_000;

    private int[] sizes = {1_000, 10_000, 100_000, 500_000};
    private int records = 1_000_000;
    private final LoadOptions jvm = new LoadOptions();

    private GrowthBench(List<String> args) {
        jvm.serverOptions = "-Xms6g -Xmx6g";
        for (int i = 0; i + 1 < args.size(); i += 2) {
            String value = args.get(i + 1);
            switch (args.get(i)) {
                case "--sizes" -> sizes = Arrays.stream(value.split(",")).mapToInt(Integer::parseInt).toArray();
                case "--records" -> records = Integer.parseInt(value);
                case "--jvm" -> jvm.serverOptions = value;
                default -> throw new IllegalArgumentException("unknown option: " + args.get(i));
            }
        }
    }

    public static void main(String[] args) throws Exception {
        if (List.of(args).contains("--help")) {
            System.out.println(HELP);
            return;
        }
        new GrowthBench(List.of(args)).run();
        System.exit(0);
    }

    private void run() throws Exception {
        Path csv = FOLDER.resolve("growth-" + ProcessHandle.current().pid() + ".csv");
        List<Result> results = new ArrayList<>();
        if (records > 0) {
            // an empty topic: the cost of a start without records
            Result empty = rebuild(0, 0);
            System.out.println("start without records: " + empty.get("start_to_ready_s") + " s");
        }
        for (int size : sizes) {
            Result result = probe(size);
            if (records > 0) {
                result.putAll(rebuild(size, records));
            }
            results.add(result);
            Result.write(results, csv);
            System.out.println("measured books=" + size);
        }
        System.out.println(Result.table(results));
        System.out.println("written: " + csv);
    }

    private Result probe(int size) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(jvm.java, "bin", "java").toString()));
        command.addAll(LoadOptions.words(jvm.serverOptions));
        command.addAll(List.of("-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-cp",
                System.getProperty("java.class.path"), "io.bookserver.query.GrowthProbe", Integer.toString(size)));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Result result = new Result().put("books", size);
        for (String line : new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
            String[] parts = line.split("=", 2);
            if (parts.length == 2) {
                result.put(parts[0], parts[1].trim());
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the probe ended with " + process.exitValue() + " books=" + size);
        }
        return result;
    }

    private Result rebuild(int size, int count) throws IOException, InterruptedException {
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            String topic = "growth-" + size;
            Topics.create(broker.bootstrapServers(), topic, PARTITIONS);
            Topics.create(broker.bootstrapServers(), topic + "-dead-letter", 1);
            publish(broker.bootstrapServers(), topic, size, count);
            int port = EmbeddedBroker.freePort();
            Files.deleteIfExists(FOLDER.resolve("gc-" + topic + ".log"));
            long startNanos = System.nanoTime();
            try (ServerProcess server = ServerProcess.start(
                    jvm, port, ServerProcess.packaged(broker.bootstrapServers(), topic, port), FOLDER, topic)) {
                return watch(server, startNanos, count);
            }
        }
    }

    /** Polls the server's own count of applied records until all are applied. */
    private static Result watch(ServerProcess server, long startNanos, int count)
            throws IOException, InterruptedException {
        long firstNanos = 0;
        double first = 0;
        double applied = 0;
        long lastNanos = startNanos;
        while (applied < count) {
            Thread.sleep(POLL_MS);
            try {
                applied = server.metric(server.get("/q/metrics"), "orderbook_updates_total", "outcome=\"applied\"");
            } catch (IOException e) {
                // it does not listen yet
                continue;
            }
            lastNanos = System.nanoTime();
            if (firstNanos == 0 && applied > 0) {
                firstNanos = lastNanos;
                first = applied;
            }
            if (lastNanos - startNanos > REBUILD_MS * 1_000_000) {
                throw new IllegalStateException("not rebuilt in time: applied=" + applied + " of " + count);
            }
        }
        server.awaitReady();
        double ready = (System.nanoTime() - startNanos) / 1e9;
        Result result = new Result().put("start_to_ready_s", ready).put("rebuild_records", count);
        if (applied > first) {
            result.put("rebuild_s_per_million", (lastNanos - firstNanos) / 1e9 / (applied - first) * 1e6);
            result.put("rebuild_seen_from", (long) first);
        }
        List<Double> pauses = server.gcPausesMs();
        return result.put("rebuild_gc_total_ms", pauses.stream().mapToDouble(one -> one).sum())
                .put("rebuild_server_cpu_s", server.cpuSeconds());
    }

    /** Half snapshots, then half deltas of levels that they have; the same contents whatever the number of markets. */
    private static void publish(String bootstrap, String topic, int size, int count) {
        if (count == 0) {
            return;
        }
        List<MarketPopulation.Book> contents = MarketPopulation.of(CONTENTS).books();
        var failures = new AtomicInteger();
        long nowMs = System.currentTimeMillis();
        var random = new Random(11);
        try (var producer = new KafkaProducer<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap, ProducerConfig.ACKS_CONFIG, "1",
                ProducerConfig.LINGER_MS_CONFIG, 5, ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                boolean snapshot = i < count / 2;
                int market = snapshot ? i % size : random.nextInt(Math.min(size, count / 2));
                MarketPopulation.Book content = contents.get(market % CONTENTS);
                String ticker = content.ticker() + String.format(Locale.ROOT, "-%06d", market / CONTENTS);
                boolean yes = !content.yes().isEmpty();
                byte[] value = snapshot
                        ? RecordText.snapshot(
                                new MarketPopulation.Book(ticker, content.yes(), content.no()), i + 1, nowMs)
                        : RecordText.delta(
                                ticker, yes, (yes ? content.yes() : content.no()).lastKey(), 100, i + 1, nowMs);
                producer.send(new ProducerRecord<>(topic, ticker.getBytes(StandardCharsets.US_ASCII), value),
                        (metadata, failure) -> {
                            if (failure != null) {
                                failures.incrementAndGet();
                            }
                        });
            }
        }
        if (failures.get() > 0) {
            throw new IllegalStateException("records that the broker did not take: " + failures);
        }
    }
}

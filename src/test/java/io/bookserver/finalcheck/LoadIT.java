package io.bookserver.finalcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Many readers beside one stream of updates: eight threads read tops of book out of the registry, two ask for 50 of
 * them at once over HTTP, while 1,000 books take 1,000 updates a second through a real broker, for half a minute.
 *
 * <p>It prints what it measures, and asserts only what must be right: every update is applied once, none is lost or
 * refused, no reader sees a version or a time go back, and the final books are those of plain maps.
 *
 * <p>The load is open: records and HTTP questions are due at fixed times, and their durations count from when they were
 * due, so that a stall shows in all that it delayed. Registry readers read in bursts with pauses, and only the reads
 * are timed, the clock's own cost included. Durations are by {@code System.nanoTime()}, but for the apply times, which
 * the server's timer samples into buckets, and published-to-visible, which is in the contract's whole milliseconds.
 * Broker, producer, readers, HTTP client and server share one process and its cores: the tail tells of the machine as
 * much as of the server. {@code cpu_process} and {@code cpu_machine} say who had the cores; the table leaves out the
 * first third of the time, ten seconds at most, in which the JVM compiles.
 *
 * <p>{@code -Dload.seconds} (30), {@code -Dload.updates-per-second} (1,000), {@code -Dload.markets} (1,000) and
 * {@code -Dload.seed} change it.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class LoadIT {
    private static final int SECONDS = Integer.getInteger("load.seconds", 30);
    private static final int UPDATES_PER_SECOND = Integer.getInteger("load.updates-per-second", 1_000);
    private static final int MARKETS = Integer.getInteger("load.markets", 1_000);
    private static final int READERS = 8;
    private static final int READS_A_BURST = 50;
    private static final long PAUSE_NANOS = 5_000_000;
    private static final int REST_READERS = 2;
    private static final int TICKERS_A_QUESTION = Math.min(50, MARKETS);
    private static final long QUESTION_EVERY_NANOS = 40_000_000;
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    MeterRegistry meters;

    @TestHTTPResource("/api/v1/top-of-book")
    URI topOfBook;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService everySecond = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private LoadPlan plan;
    private LoadFigures figures;
    private volatile long startNanos;
    private volatile boolean done;

    @AfterEach
    void end() {
        done = true;
        threads.shutdownNow();
        everySecond.shutdownNow();
    }

    @Test
    void load_beside_manyReaders_losesNothing_andShowsNothingTwice() throws Exception {
        long seed = Long.getLong("load.seed", new Random().nextLong());
        System.out.printf(
                "load seed=%d seconds=%d markets=%d updates_per_second=%d readers=%d rest_readers=%d cores=%d%n",
                seed, SECONDS, MARKETS, UPDATES_PER_SECOND, READERS, REST_READERS,
                Runtime.getRuntime().availableProcessors());
        plan = new LoadPlan(MARKETS, SECONDS * UPDATES_PER_SECOND, seed);
        Map<String, Double> outcomesBefore = counts("orderbook.updates", "outcome");
        Map<String, Double> rejectedBefore = counts("orderbook.rejected", "reason");
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int market = 0; market < MARKETS; market++) {
                send(producer, plan.ticker(market), plan.snapshot(market, System.currentTimeMillis()));
            }
            await().atMost(DEADLINE).until(
                    () -> markets().stream().filter(market -> market.version() == 1).count() == MARKETS);
            run(producer);
        }
        assertThat(faults).isEmpty();
        assertThat(versions()).isEqualTo(plan.versionsAtTheEnd());
        assertThat(books()).isEqualTo(plan.booksAtTheEnd());
        assertThat(markets()).allMatch(market -> market.book().state() == BookState.LIVE);
        Map<String, Double> outcomes = new TreeMap<>(outcomesBefore);
        outcomes.merge(ApplyOutcome.APPLIED.wireName(), (double) MARKETS + plan.changeCount(), Double::sum);
        await().atMost(DEADLINE).untilAsserted(
                () -> assertThat(counts("orderbook.updates", "outcome")).isEqualTo(outcomes));
        assertThat(counts("orderbook.rejected", "reason")).isEqualTo(rejectedBefore);
    }

    private void run(KafkaProducer<byte[], byte[]> producer) throws Exception {
        Counter applied = meters.counter("orderbook.updates", "outcome", ApplyOutcome.APPLIED.wireName());
        figures = new LoadFigures(
                meters.get("orderbook.apply.time").timer(), applied::count, Math.min(10, SECONDS / 3));
        PublicationListener listener = this::published;
        registry.addListener(listener);
        startNanos = System.nanoTime();
        List<Future<Long>> readers = new ArrayList<>();
        IntStream.range(0, READERS).forEach(i -> readers.add(threads.submit(() -> read(new Random(i)))));
        IntStream.range(0, REST_READERS).forEach(i -> readers.add(threads.submit(() -> ask(new Random(i)))));
        Future<?> printing = everySecond.scheduleAtFixedRate(
                () -> System.out.println(figures.second()), 1, 1, TimeUnit.SECONDS);
        try {
            for (int change = 0; change < plan.changeCount(); change++) {
                awaitDue(dueNanos(change));
                send(producer, plan.tickerOf(change), plan.delta(change, System.currentTimeMillis()));
            }
            producer.flush();
            await().atMost(DEADLINE).until(() -> versions().equals(plan.versionsAtTheEnd()));
        } finally {
            printing.cancel(false);
            done = true;
            registry.removeListener(listener);
        }
        everySecond.submit(() -> System.out.println(figures.second())).get();
        for (Future<Long> reader : readers) {
            assertThat(reader.get(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isPositive();
        }
        System.out.println(figures.table());
    }

    private long dueNanos(int change) {
        return startNanos + change * 1_000_000_000L / UPDATES_PER_SECOND;
    }

    private static void awaitDue(long dueNanos) {
        for (long rest = dueNanos - System.nanoTime(); rest > 0; rest = dueNanos - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
    }

    private void published(MarketSnapshot before, MarketSnapshot after) {
        plan.changeThatMakes(after.ticker(), after.version()).ifPresent(change -> {
            figures.visible.record(System.nanoTime() - dueNanos(change));
            figures.stamped.record(TimeUnit.MILLISECONDS.toNanos(
                    after.lastUpdatedMs() - after.book().lastRecord().kafkaPublishedMs()));
        });
    }

    /** Reads tops of book, by bursts; how many. */
    private Long read(Random random) {
        long[] versions = new long[MARKETS];
        long[] timesMs = new long[MARKETS];
        long reads = 0;
        while (!done) {
            for (int i = 0; i < READS_A_BURST; i++) {
                int market = random.nextInt(MARKETS);
                String ticker = plan.ticker(market);
                long beganNanos = System.nanoTime();
                TopOfBook top = registry.market(ticker).orElseThrow().current().topOfBook();
                boolean isWhole = top.bestBid(Side.YES).map(Level::quantityHundredths).orElse(1L) > 0
                        && top.bestBid(Side.NO).map(Level::quantityHundredths).orElse(1L) > 0;
                figures.read.record(System.nanoTime() - beganNanos);
                if (!isWhole || top.isCrossed()
                        || top.version() < versions[market] || top.lastUpdatedMs() < timesMs[market]) {
                    faults.add("registry reader: " + ticker + " " + top.version() + " after " + versions[market]);
                }
                versions[market] = top.version();
                timesMs[market] = top.lastUpdatedMs();
                reads++;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return reads;
    }

    /** Asks for many tops of book at once, at fixed times; how many answers. */
    private Long ask(Random random) throws Exception {
        Map<String, Long> versions = new TreeMap<>();
        long answers = 0;
        for (long due = startNanos; !done; due += QUESTION_EVERY_NANOS) {
            List<String> asked = random.ints(0, MARKETS).distinct().limit(TICKERS_A_QUESTION)
                    .mapToObj(plan::ticker).toList();
            String body = "{\"market_tickers\":[\"" + String.join("\",\"", asked) + "\"]}";
            HttpRequest question = HttpRequest.newBuilder(topOfBook).timeout(DEADLINE)
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build();
            awaitDue(due);
            HttpResponse<byte[]> answer = http.send(question, HttpResponse.BodyHandlers.ofByteArray());
            figures.rest.record(System.nanoTime() - due);
            check(asked, answer, versions);
            answers++;
        }
        return answers;
    }

    private void check(List<String> asked, HttpResponse<byte[]> answer, Map<String, Long> versions) throws Exception {
        List<String> told = new ArrayList<>();
        for (JsonNode book : JSON.readTree(answer.body()).path("books")) {
            String ticker = book.get("market_ticker").textValue();
            long version = book.get("version").longValue();
            if (version < versions.getOrDefault(ticker, 0L)) {
                faults.add("rest reader: " + ticker + " version=" + version + " after " + versions.get(ticker));
            }
            versions.put(ticker, version);
            told.add(ticker);
        }
        if (!told.equals(asked)) {
            faults.add("rest reader: " + answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
        }
    }

    /** A proxy that waits for nothing: each record is handed over when it is due. */
    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 0),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String ticker, byte[] value) {
        producer.send(new ProducerRecord<>("market-data-all", ticker.getBytes(StandardCharsets.US_ASCII), value),
                (at, failure) -> {
                    if (failure != null) {
                        faults.add("producer: " + failure);
                    }
                });
    }

    private Collection<MarketSnapshot> markets() {
        return registry.list("", "KXLOAD-", market -> true, MARKETS + 1);
    }

    private Map<String, Long> versions() {
        return markets().stream().collect(Collectors.toMap(MarketSnapshot::ticker, MarketSnapshot::version));
    }

    private Map<String, LoadPlan.Book> books() {
        return markets().stream().collect(Collectors.toMap(MarketSnapshot::ticker, market ->
                new LoadPlan.Book(sizes(market.book().yes()), sizes(market.book().no()))));
    }

    private static TreeMap<Integer, Long> sizes(Ladder ladder) {
        TreeMap<Integer, Long> sizes = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            sizes.put(ladder.level(rank).priceTicks(), ladder.level(rank).quantityHundredths());
        }
        return sizes;
    }

    /** What was counted, by tag, without what never happened. */
    private Map<String, Double> counts(String meter, String tag) {
        return meters.find(meter).counters().stream().filter(counter -> counter.count() > 0).collect(Collectors.toMap(
                counter -> counter.getId().getTag(tag), Counter::count, Double::sum, TreeMap::new));
    }
}

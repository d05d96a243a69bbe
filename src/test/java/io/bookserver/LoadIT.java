package io.bookserver;

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
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.DeltaStream;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Topics;
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
 * Many readers and one stream of updates: eight threads read tops of book from the registry and two request 50 of them
 * at once over HTTP, while 1,000 books get 1,000 updates per second through a real broker for half a minute. Every
 * update is applied once, none is lost or rejected, no reader sees a version or a time go back, and the final books
 * equal those of plain maps. {@code src/load} measures the same from outside.
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
    private static final String PREFIX = "KXLOAD-";
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
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final MarketPopulation population = MarketPopulation.generated(PREFIX, MARKETS);
    private final Map<String, Long> published = new TreeMap<>();
    private KafkaProducer<byte[], byte[]> producer;
    private long seq;
    private volatile boolean done;

    @AfterEach
    void end() {
        done = true;
        threads.shutdownNow();
        producer.close();
    }

    @Test
    void load_beside_manyReaders_losesNothing_andShowsNothingTwice() throws Exception {
        long seed = Long.getLong("load.seed", new Random().nextLong());
        System.out.println("LoadIT seed=" + seed);
        DeltaStream deltas = new DeltaStream(population, seed);
        Map<String, Double> outcomes = counts("orderbook.updates", "outcome");
        Map<String, Double> rejectedBefore = counts("orderbook.rejected", "reason");
        // a record is sent when it is due
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 0),
                new ByteArraySerializer(), new ByteArraySerializer());
        population.books().forEach(book ->
                send(book.ticker(), RecordText.snapshot(book, ++seq, System.currentTimeMillis())));
        await().atMost(DEADLINE).until(() -> versions().equals(published));
        List<Future<Long>> readers = new ArrayList<>();
        IntStream.range(0, READERS).forEach(i -> readers.add(threads.submit(() -> read(new Random(i)))));
        IntStream.range(0, REST_READERS).forEach(i -> readers.add(threads.submit(() -> ask(new Random(i)))));
        long startNanos = System.nanoTime();
        for (int change = 0; change < SECONDS * UPDATES_PER_SECOND; change++) {
            awaitDue(startNanos + change * 1_000_000_000L / UPDATES_PER_SECOND);
            DeltaStream.Delta delta = deltas.next();
            send(delta.ticker(), RecordText.delta(delta.ticker(), delta.yes(), delta.priceTicks(),
                    delta.deltaHundredths(), ++seq, System.currentTimeMillis()));
        }
        await().atMost(DEADLINE).until(() -> versions().equals(published));
        done = true;
        for (Future<Long> reader : readers) {
            assertThat(reader.get(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isPositive();
        }
        assertThat(faults).isEmpty();
        assertThat(markets()).allMatch(market -> market.book().state() == BookState.LIVE);
        assertThat(markets().stream().map(LoadIT::book).toList()).containsExactlyInAnyOrderElementsOf(deltas.books());
        outcomes.merge(ApplyOutcome.APPLIED.wireName(), (double) seq, Double::sum);
        await().atMost(DEADLINE).untilAsserted(
                () -> assertThat(counts("orderbook.updates", "outcome")).isEqualTo(outcomes));
        assertThat(counts("orderbook.rejected", "reason")).isEqualTo(rejectedBefore);
    }

    private static void awaitDue(long dueNanos) {
        for (long rest = dueNanos - System.nanoTime(); rest > 0; rest = dueNanos - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
    }

    /** Reads tops of book in bursts; returns how many. */
    private Long read(Random random) {
        long[] versions = new long[MARKETS];
        long[] timesMs = new long[MARKETS];
        long reads = 0;
        while (!done) {
            for (int i = 0; i < READS_A_BURST; i++) {
                int market = random.nextInt(MARKETS);
                TopOfBook top = registry.market(population.tickers().get(market)).orElseThrow().current().topOfBook();
                boolean isWhole = top.bestBid(Side.YES).map(Level::quantityHundredths).orElse(1L) > 0
                        && top.bestBid(Side.NO).map(Level::quantityHundredths).orElse(1L) > 0;
                if (!isWhole || top.isCrossed()
                        || top.version() < versions[market] || top.lastUpdatedMs() < timesMs[market]) {
                    faults.add("registry reader: " + top + " after " + versions[market]);
                }
                versions[market] = top.version();
                timesMs[market] = top.lastUpdatedMs();
                reads++;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return reads;
    }

    /** Requests many tops of book at once, at fixed times; returns the number of answers. */
    private Long ask(Random random) throws Exception {
        Map<String, Long> versions = new TreeMap<>();
        long answers = 0;
        for (long due = System.nanoTime(); !done; due += QUESTION_EVERY_NANOS) {
            List<String> asked = random.ints(0, MARKETS).distinct().limit(TICKERS_A_QUESTION)
                    .mapToObj(population.tickers()::get).toList();
            String body = "{\"market_tickers\":[\"" + String.join("\",\"", asked) + "\"]}";
            HttpRequest question = HttpRequest.newBuilder(topOfBook).timeout(DEADLINE)
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build();
            awaitDue(due);
            check(asked, http.send(question, HttpResponse.BodyHandlers.ofByteArray()), versions);
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

    /** A market's version grows by one with each update. */
    private void send(String ticker, byte[] value) {
        published.merge(ticker, 1L, Long::sum);
        producer.send(new ProducerRecord<>(Topics.MARKET_DATA, ticker.getBytes(StandardCharsets.US_ASCII), value),
                (at, failure) -> {
                    if (failure != null) {
                        faults.add("producer: " + failure);
                    }
                });
    }

    private Collection<MarketSnapshot> markets() {
        return registry.list("", PREFIX, market -> true, MARKETS + 1);
    }

    private Map<String, Long> versions() {
        return markets().stream().collect(Collectors.toMap(MarketSnapshot::ticker, MarketSnapshot::version));
    }

    private static MarketPopulation.Book book(MarketSnapshot market) {
        return new MarketPopulation.Book(market.ticker(), sizes(market.book().yes()), sizes(market.book().no()));
    }

    private static TreeMap<Integer, Long> sizes(Ladder ladder) {
        TreeMap<Integer, Long> sizes = new TreeMap<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            sizes.put(ladder.level(rank).priceTicks(), ladder.level(rank).quantityHundredths());
        }
        return sizes;
    }

    /** The counters by tag, without those that are zero. */
    private Map<String, Double> counts(String meter, String tag) {
        return meters.find(meter).counters().stream().filter(counter -> counter.count() > 0).collect(Collectors.toMap(
                counter -> counter.getId().getTag(tag), Counter::count, Double::sum, TreeMap::new));
    }
}

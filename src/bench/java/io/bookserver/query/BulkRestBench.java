package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import io.bookserver.testkit.Rounds;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * Requests per second for the tops of book of 1,000 markets, compared with an endpoint of the same server that answers
 * constant bytes of the same length to the same requests of the same client. The candidates take turns. The books do
 * not change, except in the pair where all change ten times per second.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class BulkRestBench {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 7);
    private static final int CONNECTIONS = Integer.getInteger("bench.connections", 4);
    private static final long TURN_NANOS = Integer.getInteger("bench.turn-ms", 2_000) * 1_000_000L;
    private static final int WARM_UP_ROUNDS = 2;
    private static final int MARKETS = 1_000;
    private static final long CHANGE_EVERY_MS = 100;
    private static final String TOPS = "/api/v1/top-of-book";
    private static final String CONSTANT = ConstantResource.PATH;

    @Inject
    BookRegistry registry;

    @ConfigProperty(name = "test.url")
    String url;

    private final MarketPopulation population = MarketPopulation.of(MARKETS);
    private long seq = MARKETS;

    @Test
    void requestsPerSecond() throws Exception {
        int port = Integer.parseInt(url.replaceAll(".*:(\\d+).*", "$1"));
        new Records(registry).fill(population, System.currentTimeMillis());
        try (KeepAliveClient client = new KeepAliveClient(port)) {
            ConstantResource.answer = new byte[client.ask(KeepAliveClient.get(TOPS))];
        }
        Map<String, byte[]> requests = requests();
        System.out.printf("bench=bulk-rest markets=%d answer_bytes=%d connections=%d rounds=%d turn_ms=%d population=%s%n",
                MARKETS, ConstantResource.answer.length, CONNECTIONS, ROUNDS, TURN_NANOS / 1_000_000, population);
        Rounds perSecond = new Rounds(ROUNDS);
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (Map.Entry<String, byte[]> request : requests.entrySet()) {
                boolean changing = request.getKey().endsWith("changing");
                double rate = changing ? rateWhileChanging(port, request.getValue()) : rate(port, request.getValue());
                if (round >= 0) {
                    perSecond.add(request.getKey(), round, rate);
                }
            }
        }
        requests.keySet().forEach(name -> System.out.println(perSecond.describe(name, "requests/s")));
        requests.keySet().stream().filter(name -> !name.startsWith("constant")).forEach(name -> {
            System.out.println(perSecond.ratio(name, "constant " + name));
            System.out.println(perSecond.ratio(name, "constant GET all"));
        });
    }

    private Map<String, byte[]> requests() {
        String body = population.tickers().stream()
                .collect(Collectors.joining("\",\"", "{\"market_tickers\":[\"", "\"]}"));
        String query = "?market_tickers=" + String.join(",", population.tickers());
        Map<String, byte[]> requests = new LinkedHashMap<>();
        requests.put("constant GET all", KeepAliveClient.get(CONSTANT));
        requests.put("GET all", KeepAliveClient.get(TOPS));
        requests.put("constant POST 1000", KeepAliveClient.post(CONSTANT, body));
        requests.put("POST 1000", KeepAliveClient.post(TOPS, body));
        requests.put("constant GET 1000", KeepAliveClient.get(CONSTANT + query));
        requests.put("GET 1000", KeepAliveClient.get(TOPS + query));
        requests.put("constant POST 1000 changing", KeepAliveClient.post(CONSTANT, body));
        requests.put("POST 1000 changing", KeepAliveClient.post(TOPS, body));
        return requests;
    }

    private double rate(int port, byte[] request) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long started = System.nanoTime();
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                counts.add(threads.submit(() -> {
                    try (KeepAliveClient client = new KeepAliveClient(port)) {
                        int count = 0;
                        while (System.nanoTime() - started < TURN_NANOS) {
                            client.ask(request);
                            count++;
                        }
                        return count;
                    }
                }));
            }
            int count = 0;
            for (Future<Integer> one : counts) {
                count += one.get();
            }
            return count * 1e9 / (System.nanoTime() - started);
        } finally {
            threads.shutdown();
        }
    }

    private double rateWhileChanging(int port, byte[] request) throws Exception {
        Thread changer = new Thread(() -> {
            Records records = new Records(registry);
            try {
                while (true) {
                    for (MarketPopulation.Book book : population.books()) {
                        long nowMs = System.currentTimeMillis();
                        records.apply(RecordText.delta(book.ticker(), true, 100, 100, ++seq, nowMs), nowMs);
                    }
                    Thread.sleep(CHANGE_EVERY_MS);
                }
            } catch (InterruptedException e) {
                // the turn is over
            }
        });
        changer.start();
        try {
            return rate(port, request);
        } finally {
            changer.interrupt();
            changer.join();
        }
    }
}

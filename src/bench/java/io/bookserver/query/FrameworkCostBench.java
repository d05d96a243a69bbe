package io.bookserver.query;

import com.sun.management.OperatingSystemMXBean;
import io.bookserver.book.BookRegistry;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.Records;
import io.bookserver.testkit.Rounds;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * Processor time of a request for the tops of book of 1,000 markets, by the resource and by the same resource on a
 * plain Vert.x route. It is the time of the process, so both include the client's. The turns are short and alternate,
 * in the other order in each round.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class FrameworkCostBench {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 40);
    private static final int REQUESTS = Integer.getInteger("bench.requests", 1_000);
    private static final int WARM_UP_ROUNDS = 5;
    private static final int MARKETS = 1_000;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Inject
    BookRegistry registry;

    @ConfigProperty(name = "test.url")
    String url;

    @Test
    void processorTimeOfARequest() throws Exception {
        MarketPopulation population = MarketPopulation.of(MARKETS);
        new Records(registry).fill(population, System.currentTimeMillis());
        String body = "{\"market_tickers\":[\"" + String.join("\",\"", population.tickers()) + "\"]}";
        Map<String, byte[]> requests = new LinkedHashMap<>();
        requests.put("resource", KeepAliveClient.post("/api/v1/top-of-book", body));
        requests.put("bare route", KeepAliveClient.post(BareRoute.PATH, body));
        Rounds micros = new Rounds(ROUNDS);
        try (KeepAliveClient client = new KeepAliveClient(Integer.parseInt(url.replaceAll(".*:(\\d+).*", "$1")))) {
            for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                List<String> order = round % 2 == 0 ? List.of("resource", "bare route") : List.of("bare route", "resource");
                for (String name : order) {
                    double cost = microsOfARequest(client, requests.get(name));
                    if (round >= 0) {
                        micros.add(name, round, cost);
                    }
                }
            }
        }
        System.out.printf("bench=framework-cost markets=%d rounds=%d requests=%d%n", MARKETS, ROUNDS, REQUESTS);
        requests.keySet().forEach(name -> System.out.println(micros.describe(name, "us")));
        System.out.println(micros.ratio("resource", "bare route"));
    }

    private static double microsOfARequest(KeepAliveClient client, byte[] request) throws Exception {
        long startedNanos = PROCESS.getProcessCpuTime();
        for (int i = 0; i < REQUESTS; i++) {
            client.ask(request);
        }
        return (PROCESS.getProcessCpuTime() - startedNanos) / 1e3 / REQUESTS;
    }
}

package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that connect, disconnect and change their subscriptions while all markets are being updated. At every single
 * frame each client must have the book that the server had at that frame's version, and in the end the server's current
 * book. The client itself checks that seq has no gap, that no delta comes twice and that replies come first.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class JoinUnderLoadIT extends StreamServer {
    private static final int CLIENTS = 12;
    private static final int COMMANDS = 170;
    private static final Duration MAX_JOINING = Duration.ofSeconds(12);
    private static final int MARKETS = 80;
    private static final int MAX_VERSIONS = 60_000;
    private static final int ONCE_MARKETS = 200;
    private static final int ONCE_ROUNDS = 150;
    private static final int ONCE_JITTER_NANOS = 2_000_000;

    /**
     * With pacing, the loops keep up, and the test is about how snapshots and deltas join. Without it, they are
     * overrun.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clientsThatJoinUnderLoad_holdTheServersBooks_atEveryFrame(boolean paced) throws Exception {
        long seed = System.nanoTime();
        double overruns = meters.get("orderbook.stream.overruns").functionCounter().count();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
        List<Joiner> joiners = new ArrayList<>();
        try (var markets = new BusyMarkets(
                registry, fanOut, paced ? "JP-" : "JF-", MARKETS, MAX_VERSIONS, seed)) {
            Future<?> writer = threads.submit(() -> {
                if (paced) {
                    while (!done.get() && markets.write(200)) {
                        Loops.settle(fanOut);
                    }
                } else {
                    markets.writeUntil(done::get);
                }
            });
            CountDownLatch joining = new CountDownLatch(CLIENTS);
            List<Future<Integer>> joined = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Joiner joiner = new Joiner(markets, new Random(seed + i));
                joiners.add(joiner);
                joined.add(threads.submit(() -> joiner.run(joining)));
            }
            int commands = 0;
            for (Future<Integer> joiner : joined) {
                commands += joiner.get(90, TimeUnit.SECONDS);
            }
            boolean wroteToTheEnd = !writer.isDone();
            done.set(true);
            writer.get(20, TimeUnit.SECONDS);
            Loops.settle(fanOut);
            long frames = 0;
            long conflated = 0;
            for (Joiner joiner : joiners) {
                markets.awaitNewest(joiner.client);
                frames += joiner.client.dataFrames();
                conflated += joiner.client.conflated();
            }
            System.out.printf("join under load: paced=%s seed=%d commands=%d updates=%d frames=%d conflated=%d"
                            + " overruns=%.0f%n", paced, seed, commands, markets.updates(), frames, conflated,
                    meters.get("orderbook.stream.overruns").functionCounter().count() - overruns);
            assertThat(wroteToTheEnd).as("the load lasted longer than the joining").isTrue();
        } finally {
            done.set(true);
            threads.shutdownNow();
            for (Joiner joiner : joiners) {
                joiner.client.close();
            }
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
    }

    /**
     * Every market changes once, and never again, at the moment at which it is joined. A client that reads the book
     * before it follows the changes would keep an old one.
     */
    @ParameterizedTest
    @ValueSource(strings = {"orderbook_delta", "top_of_book", "all"})
    void marketsThatChangeOnce_whileTheyAreJoined_areHeldAsTheyAreThen(String what) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (var markets = new BusyMarkets(registry, fanOut, "J1-" + what + "-", ONCE_MARKETS, MAX_VERSIONS, seed);
                var client = new StreamClient(WireSocket.open(uri), markets::check)) {
            String named = "\"channels\":[\"" + (what.equals("all") ? "top_of_book" : what) + "\"],\"market_tickers\":"
                    + quoted(markets.tickers());
            for (int round = 0; round < ONCE_ROUNDS; round++) {
                if (what.equals("all")) {
                    client.reply(client.send("subscribe", named));
                    markets.awaitNewest(client);
                }
                long waitNanos = random.nextInt(ONCE_JITTER_NANOS);
                client.send("subscribe", what.equals("all") ? "\"channels\":[\"top_of_book\"]" : named);
                Future<?> written = writer.submit(() -> {
                    long endNanos = System.nanoTime() + waitNanos;
                    while (System.nanoTime() < endNanos) {
                        Thread.onSpinWait();
                    }
                    markets.touchAll();
                });
                client.next();
                written.get(20, TimeUnit.SECONDS);
                Loops.settle(fanOut);
                markets.awaitNewest(client);
                client.reply(client.send("unsubscribe", "\"sids\":[" + client.sids().iterator().next() + "]"));
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed=" + seed, e);
        } finally {
            writer.shutdownNow();
        }
    }

    private static String quoted(Collection<String> tickers) {
        return tickers.stream().map(ticker -> '"' + ticker + '"').collect(Collectors.joining(",", "[", "]"));
    }

    /** One client that keeps changing what it does. */
    private final class Joiner {
        private final BusyMarkets markets;
        private final Random random;
        private final StreamClient client;

        private Joiner(BusyMarkets markets, Random random) throws IOException {
            this.markets = markets;
            this.random = random;
            this.client = new StreamClient(WireSocket.open(uri), markets::check);
        }

        private int run(CountDownLatch joining) throws IOException {
            int commands = 0;
            try {
                long endNanos = System.nanoTime() + MAX_JOINING.toNanos();
                while (commands < COMMANDS && System.nanoTime() < endNanos) {
                    JsonNode reply = client.reply(command());
                    assertThat(reply.get("type").asText()).isNotEqualTo("error");
                    commands++;
                    if (random.nextBoolean()) {
                        client.settle();
                    }
                }
            } finally {
                joining.countDown();
            }
            while (joining.getCount() > 0) {
                client.settle();
            }
            return commands;
        }

        private long command() throws IOException {
            List<Long> sids = List.copyOf(client.sids());
            int kind = random.nextInt(100);
            if (sids.isEmpty() || kind < 40) {
                return client.send("subscribe", "\"channels\":[\"orderbook_delta\"],\"market_tickers\":" + some());
            }
            if (kind < 55) {
                return client.send("subscribe", "\"channels\":[\"top_of_book\"],\"market_tickers\":" + some());
            }
            if (kind < 60) {
                return client.send("subscribe", "\"channels\":[\"top_of_book\"]");
            }
            long sid = sids.get(random.nextInt(sids.size()));
            if (kind < 70) {
                return client.send("unsubscribe", "\"sids\":[" + sid + "]");
            }
            if (kind < 85 && !client.isToAll(sid)) {
                return client.send("update_subscription",
                        "\"sid\":" + sid + ",\"action\":\"delete_markets\",\"market_tickers\":" + some());
            }
            if (kind < 90 && !client.held(sid).isEmpty()) {
                String held = client.held(sid).keySet().iterator().next();
                return client.send("update_subscription",
                        "\"sid\":" + sid + ",\"action\":\"get_snapshot\",\"market_ticker\":\"" + held + "\"");
            }
            return client.send("update_subscription",
                    "\"sid\":" + sid + ",\"action\":\"add_markets\",\"market_tickers\":" + some());
        }

        private String some() {
            var tickers = new TreeSet<String>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                tickers.add(markets.any(random));
            }
            return quoted(tickers);
        }
    }
}

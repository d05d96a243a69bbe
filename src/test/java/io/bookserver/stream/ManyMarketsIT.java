package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.Records;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/**
 * Subscriptions to very many markets, in one command, in chunks and to all; their lists and their end. Prints how late
 * the event loops were for others meanwhile, and how long they worked at a time by their own processor time, which
 * contains neither the collector's pauses nor the turns of other threads. {@code -Dtest.markets=500000} is the maximum
 * that a connection may follow.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class ManyMarketsIT extends StreamServer {
    private static final int MARKETS = Integer.getInteger("test.markets", 50_000);
    private static final int CHUNK = 1_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A task on every event loop that should run every millisecond. */
    private final class Lateness implements AutoCloseable {
        private final Histogram micros = new Histogram(60_000_000, 3);
        private final Histogram workMicros = new Histogram(60_000_000, 3);
        private final List<ScheduledFuture<?>> probes = new ArrayList<>();
        private final String what;
        private final long beganNanos = System.nanoTime();

        Lateness(String what) {
            this.what = what;
            for (Shard shard : fanOut.shards()) {
                long[] dueNanos = {System.nanoTime() + 1_000_000};
                long[] usedNanos = {0};
                probes.add(shard.loop().scheduleWithFixedDelay(() -> {
                    long now = THREADS.getCurrentThreadCpuTime();
                    synchronized (micros) {
                        micros.recordValue(Math.max(0, (System.nanoTime() - dueNanos[0]) / 1_000));
                        workMicros.recordValue(usedNanos[0] == 0 ? 0 : (now - usedNanos[0]) / 1_000);
                    }
                    usedNanos[0] = now;
                    dueNanos[0] = System.nanoTime() + 1_000_000;
                }, 1, 1, TimeUnit.MILLISECONDS));
            }
        }

        @Override
        public void close() {
            probes.forEach(probe -> probe.cancel(false));
            synchronized (micros) {
                System.out.printf("%s: took %.2f s, loops late p50=%.1f p99=%.1f p99.9=%.1f max=%.1f ms, their work at a time"
                        + " p99.9=%.1f max=%.1f ms%n", what,
                        (System.nanoTime() - beganNanos) / 1e9, micros.getValueAtPercentile(50) / 1e3,
                        micros.getValueAtPercentile(99) / 1e3, micros.getValueAtPercentile(99.9) / 1e3,
                        micros.getMaxValue() / 1e3, workMicros.getValueAtPercentile(99.9) / 1e3,
                        workMicros.getMaxValue() / 1e3);
            }
        }
    }

    private static String quoted(List<String> tickers) {
        return tickers.stream().map(ticker -> '"' + ticker + '"').collect(Collectors.joining(","));
    }

    private static void skip(StreamClient client, int frames) throws IOException {
        for (int i = 0; i < frames; i++) {
            client.next(SOON);
        }
    }

    @Test
    void subscriptions_toVeryManyMarkets_areWhole() throws Exception {
        List<String> tickers = IntStream.range(0, MARKETS).mapToObj(i -> String.format("KXMANY-26NOV27-T%07d", i)).toList();
        Records records = new Records(registry);
        tickers.forEach(records::book);
        int all = registry.size();
        try (StreamClient first = StreamClient.connect(uri); StreamClient second = StreamClient.connect(uri)) {
            first.settle();
            second.settle();
            try (Lateness late = new Lateness("nothing")) {
                await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            }
            System.gc();
            long before = usedBytes();
            try (Lateness late = new Lateness("all, top_of_book")) {
                first.send("subscribe", "\"channels\":[\"top_of_book\"]");
                skip(first, 1 + all);
            }
            assertThat(first.held(1)).hasSize(all);
            System.out.printf("bytes a market of the server and the test's client: %.0f%n", (usedBytes() - before) / (double) all);
            try (Lateness late = new Lateness("all again, with the list")) {
                long id = first.send("subscribe", "\"channels\":[\"top_of_book\"]");
                assertThat(first.reply(id).at("/msg/market_tickers")).hasSize(all);
            }
            try (Lateness late = new Lateness("chunks of 1000, orderbook_delta, without lists")) {
                for (int from = 0; from < MARKETS; from += CHUNK) {
                    second.send("subscribe", "\"channels\":[\"orderbook_delta\"],\"skip_ticker_ack\":true,\"market_tickers\":["
                            + quoted(tickers.subList(from, Math.min(MARKETS, from + CHUNK))) + "]");
                    skip(second, 1 + Math.min(MARKETS, from + CHUNK) - from);
                }
            }
            assertThat(second.held(1)).hasSize(MARKETS);
            try (Lateness late = new Lateness("add_markets of one more, with the list")) {
                long id = second.send("update_subscription",
                        "\"sid\":1,\"action\":\"add_markets\",\"market_ticker\":\"" + tickers.get(0) + "\"");
                JsonNode listed = second.reply(id).at("/msg/market_tickers");
                assertThat(listed).hasSize(MARKETS);
                assertThat(second.wire().fragmentsRead()).isGreaterThan(MARKETS);
            }
            int command = Math.min(MARKETS, 40_000);
            try (Lateness late = new Lateness("get_snapshot of " + command + " in one command")) {
                second.send("update_subscription",
                        "\"sid\":1,\"action\":\"get_snapshot\",\"market_tickers\":[" + quoted(tickers.subList(0, command)) + "]");
                skip(second, command);
            }
            try (Lateness late = new Lateness("delete_markets of " + command + " in one command, with the list")) {
                long id = second.send("update_subscription",
                        "\"sid\":1,\"action\":\"delete_markets\",\"market_tickers\":[" + quoted(tickers.subList(0, command)) + "]");
                assertThat(second.reply(id).at("/msg/market_tickers")).hasSize(MARKETS - command);
            }
            try (Lateness late = new Lateness("unsubscribe")) {
                long id = first.send("unsubscribe", "\"sids\":[1]");
                first.reply(id);
            }
            assertThat(fanOut.followed()).isEqualTo(MARKETS - command);
            try (Lateness late = new Lateness("a client that goes")) {
                second.wire().reset();
                await().atMost(SOON).until(() -> fanOut.followed() == 0 && fanOut.followedMarkets() == 0);
            }
        }
        await().atMost(SOON).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
        assertThat(fanOut.unknownFollowed()).isEqualTo(0);
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

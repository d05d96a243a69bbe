package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.BrokerResource;
import io.micrometer.core.instrument.Gauge;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Thousands of clients that connect, subscribe and disconnect, with or without a close frame, while their markets are
 * updated. In the end nothing refers to them. That no timer is left shows in the sessions, to which every timer refers.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class LeavingIT extends StreamServer {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int WARM_UP = 600;
    private static final int CONNECTIONS = 5_000;
    private static final int AT_ONCE = 8;
    private static final long MAX_GROWTH_BYTES = 20L << 20;

    private final Queue<WeakReference<Session>> sessions = new ConcurrentLinkedQueue<>();

    @Test
    void clientsThatLeave_leaveNothingBehind() throws Exception {
        try (var markets = new BusyMarkets(registry, fanOut, "LV-", 50, 1_000_000 / 50, System.nanoTime());
                var log = new LogCapture()) {
            comeAndGo(markets, WARM_UP);
            long before = usedBytes();
            comeAndGo(markets, CONNECTIONS);
            long grown = usedBytes() - before;
            System.out.printf("leaving: connections=%d used before=%.1f MB, grown by %.2f MB, sessions seen=%d%n",
                    CONNECTIONS, before / 1e6, grown / 1e6, sessions.size());
            assertThat(grown).isLessThan(MAX_GROWTH_BYTES);
            assertThat(sessions).hasSizeGreaterThan(100);
            await().atMost(SOON).until(() -> {
                System.gc();
                return sessions.stream().allMatch(session -> session.get() == null);
            });
            assertThat(log.lines()).isEmpty();
        }
    }

    private void comeAndGo(BusyMarkets markets, int connections) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE + 1);
        try {
            Future<?> writer = threads.submit(() -> {
                while (!done.get() && markets.write(50)) {
                    Loops.settle(fanOut);
                    peek();
                }
            });
            List<Future<?>> visitors = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int number = i;
                visitors.add(threads.submit(() -> {
                    visit(markets, number);
                    return null;
                }));
            }
            for (Future<?> visitor : visitors) {
                visitor.get(60, TimeUnit.SECONDS);
            }
            done.set(true);
            writer.get(20, TimeUnit.SECONDS);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        await().atMost(SOON).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
        assertThat(List.of(fanOut.followedMarkets(), fanOut.followersOfAll())).isEqualTo(List.of(0, 0));
        Collection<Gauge> gauges = meters.find("orderbook.stream.subscriptions").gauges();
        assertThat(gauges).hasSize(ChannelKind.values().length).allMatch(gauge -> gauge.value() == 0);
        assertThat(meters.get("orderbook.stream.connections").gauge().value()).isEqualTo(0);
    }

    /** Keeps weak references to some of the current sessions. */
    private void peek() {
        if (sessions.size() < 2_000) {
            for (Shard shard : fanOut.shards()) {
                Loops.on(shard, () -> shard.sessions().forEach(session -> sessions.add(new WeakReference<>(session))));
            }
        }
    }

    private void visit(BusyMarkets markets, int number) throws IOException {
        StreamClient client = new StreamClient(WireSocket.open(uri), markets::check);
        String one = markets.tickers().get(number % markets.tickers().size());
        String other = markets.tickers().get((number + 1) % markets.tickers().size());
        int manner = number % 8;
        if (manner == 7) {
            // gone before the server has noticed the client
            client.wire().reset();
            return;
        }
        client.send("subscribe", "\"channels\":[\"orderbook_delta\",\"top_of_book\"],\"market_tickers\":[\"" + one + "\",\""
                + other + "\",\"LV-UNKNOWN-" + number + "\"]");
        if (manner == 6) {
            // gone before the reply
            client.wire().reset();
            return;
        }
        client.reply(1_000_001);
        if (number % 3 == 0) {
            client.reply(client.send("subscribe", "\"channels\":[\"ticker\",\"top_of_book\"],\"send_initial_snapshot\":true"));
        }
        switch (manner) {
            case 0, 1, 2, 3 -> {
                client.wire().send(WireSocket.CLOSE, new byte[] {0x03, (byte) 0xe8});
                assertThat(client.awaitClose(SOON)).isEqualTo(1000);
                client.close();
            }
            case 4 -> client.wire().cut();
            default -> client.wire().reset();
        }
    }

    private static long usedBytes() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            used = Math.min(used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used;
    }
}

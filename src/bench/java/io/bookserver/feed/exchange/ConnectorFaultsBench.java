package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.testkit.Topics;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The connector under random faults: after each one has been detected and repaired, no book that is shown as live
 * differs from the exchange's. Prints how long books were stale after each kind of fault, latencies, processor and
 * memory. Exchange, broker, connector and reader share one JVM. {@code -Dbench.jvm="-Dminutes=1 -Dmarkets=2000"} makes
 * it shorter.
 */
class ConnectorFaultsBench {
    private static final int MARKETS = Integer.getInteger("markets", 20_000);
    private static final int CHANGES_A_SECOND = Integer.getInteger("changes", 2_000);
    private static final int MINUTES = Integer.getInteger("minutes", 10);
    private static final String TOPIC = "faults";
    /** Silence is detected after 15 s, so a fault has been repaired by then. */
    private static final Duration MENDED_AFTER = Duration.ofSeconds(18);

    private final ScriptedExchange exchange = ScriptedExchange.start(1);
    private final Map<String, Runnable> faults = new LinkedHashMap<>();
    private final Map<String, List<Long>> staleMs = new TreeMap<>();

    ConnectorFaultsBench() {
        faults.put("hole", () -> exchange.lose(3));
        faults.put("lost snapshots after a cut", () -> {
            exchange.loseSnapshots(20);
            exchange.cut();
        });
        faults.put("error 25", () -> exchange.endBooks(25));
        faults.put("error 10", () -> exchange.endBooks(10));
        faults.put("silence", exchange::fallSilent);
        faults.put("cut within a frame", exchange::cut);
        faults.put("close of all, then 503", () -> {
            exchange.refuseHandshakes(503, 3);
            exchange.closeAll();
        });
        faults.put("close of all, subscribe unanswered", () -> {
            exchange.ignoreSubscribes(1);
            exchange.closeAll();
        });
    }

    @Test
    void faultsAtRandom_leaveNoWrongBookLive() throws InterruptedException {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (EmbeddedBroker broker = EmbeddedBroker.start(); exchange) {
            broker.createTopic(TOPIC, 4, Map.of("retention.ms", "60000", "segment.bytes", "67108864"));
            Topics.create(broker.bootstrapServers(), TOPIC + "-resync", 4);
            exchange.addMarkets("KXTEST", MARKETS);
            Set<Long> before = loops();
            try (TopicBooks books = new TopicBooks(broker.bootstrapServers(), TOPIC, 4);
                    ConnectorRig rig = new ConnectorRig(exchange, broker.bootstrapServers(), TOPIC, Map.of("connections", "2"))) {
                long startNanos = System.nanoTime();
                await().atMost(Duration.ofMinutes(2)).until(() -> exchange.followed() == MARKETS);
                await().atMost(Duration.ofMinutes(2)).until(() -> books.missingOrDifferent(exchange.books()).isEmpty());
                System.out.printf("markets=%d all_live_after_s=%.1f%n", MARKETS, (System.nanoTime() - startNanos) / 1e9);
                undisturbed(books, before);
                disturbed(books, rig, random);
            }
        }
    }

    private void undisturbed(TopicBooks books, Set<Long> exchangeLoops) throws InterruptedException {
        exchange.traffic(CHANGES_A_SECOND);
        Thread.sleep(5_000);
        books.takeLatencies();
        long cpu = connectorCpuNanos(exchangeLoops);
        long nanos = System.nanoTime();
        Thread.sleep(30_000);
        System.out.printf("undisturbed %s connector_cores=%.3f%n", books.takeLatencies(),
                (connectorCpuNanos(exchangeLoops) - cpu) / (double) (System.nanoTime() - nanos));
    }

    private void disturbed(TopicBooks books, ConnectorRig rig, SplittableRandom random) throws InterruptedException {
        List<String> kinds = List.copyOf(faults.keySet());
        long endNanos = System.nanoTime() + Duration.ofMinutes(MINUTES).toNanos();
        books.takeStaleMs();
        int round = 0;
        long mostBytes = 0;
        int wrong = 0;
        while (System.nanoTime() < endNanos) {
            String kind = kinds.get(round++ < kinds.size() ? round - 1 : random.nextInt(kinds.size()));
            faults.get(kind).run();
            long until = System.nanoTime() + MENDED_AFTER.toNanos();
            while (System.nanoTime() < until) {
                mostBytes = Math.max(mostBytes, rig.figures.pendingBytes.get());
                Thread.sleep(20);
            }
            exchange.traffic(0);
            Thread.sleep(1_500);
            List<String> differing = books.wrongAndLive(exchange.books());
            wrong += differing.size();
            List<Long> stale = books.takeStaleMs();
            staleMs.computeIfAbsent(kind, name -> new ArrayList<>()).addAll(stale);
            System.out.printf("fault=\"%s\" wrong_live=%d stale_books=%d%n", kind, differing.size(), stale.size());
            exchange.traffic(CHANGES_A_SECOND);
        }
        exchange.traffic(0);
        await().atMost(Duration.ofMinutes(1)).until(() -> books.missingOrDifferent(exchange.books()).isEmpty());
        report(books, rig, round, mostBytes, wrong);
        assertThat(wrong).isZero();
        // if a snapshot was lost, the first deltas come without one, and are ignored
        assertThat(books.breaches()).allMatch(breach -> breach.startsWith("a delta without its snapshot"));
        assertThat(pauses().allMatch(pause -> pause >= 4_900)).isTrue();
    }

    private void report(TopicBooks books, ConnectorRig rig, int rounds, long mostBytes, int wrong) {
        staleMs.forEach((kind, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            System.out.printf("fault=\"%s\" books_healed=%d stale_ms p50=%s p99=%s max=%s%n", kind, sorted.size(),
                    at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
        });
        Runtime runtime = Runtime.getRuntime();
        System.out.printf("faults=%d wrong_live=%d disturbed %s most_pending_bytes=%d heap_used_mib=%d (whole JVM)%n", rounds, wrong,
                books.takeLatencies(), mostBytes, (runtime.totalMemory() - runtime.freeMemory()) >> 20);
        System.out.printf("holes=%d gaps=%d reconnects=%d snapshots_asked=%d records_lost=%d least_pause_ms=%s types=%s%n",
                rig.figures.holes.sum(), rig.figures.gaps.sum(), rig.figures.reconnects.sum(),
                rig.figures.snapshotsAsked.sum(), rig.figures.recordsLost.sum(),
                pauses().min().isPresent() ? pauses().min().getAsLong() : "none", books.types());
    }

    /** Times between two requests for the snapshot of the same market, ms. */
    private LongStream pauses() {
        return exchange.asked().values().stream().flatMapToLong(times ->
                IntStream.range(1, times.size()).mapToLong(i -> times.get(i) - times.get(i - 1)));
    }

    private static Object at(List<Long> sorted, double share) {
        return sorted.isEmpty() ? "none" : sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size()));
    }

    /** The current threads of event loops. */
    private static Set<Long> loops() {
        Set<Long> loops = new HashSet<>();
        Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("vert.x-eventloop"))
                .forEach(thread -> loops.add(thread.getId()));
        return loops;
    }

    /** Processor time of the connector's own threads: its loop, its sockets, its producer, its share. */
    private static long connectorCpuNanos(Set<Long> exchangeLoops) {
        var threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> {
            String name = thread.getName();
            return name.equals("connector-under-test") || name.startsWith("kafka-producer-network-thread")
                    || name.startsWith("orderbook-feed") || name.startsWith("vert.x-eventloop") && !exchangeLoops.contains(thread.getId());
        }).mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getId()))).sum();
    }
}

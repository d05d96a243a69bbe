package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that do not read, and one that does, on a thousand books updated at full speed. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(SlowClientIT.ShortPatience.class)
class SlowClientIT extends StreamServer {
    /** A busy machine takes about fifteen seconds for the two writes and six collections of a stall. */
    private static final Duration MAX_UNREAD = Duration.ofSeconds(20);
    /** Half of it is a reserve for a busy machine. */
    private static final Duration STALL = MAX_UNREAD.dividedBy(2);
    private static final int STALLS = 3;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int BOOKS = 1_000;
    private static final int RECEIVE_BUFFER_BYTES = 16 << 10;
    /** Far above the size of the entries of 2,000 waiting markets, far below that of two seconds of messages. */
    private static final long MAX_GROWTH_BYTES = 16L << 20;

    private static final long LARGEST_FRAME_BYTES = 4 << 10;

    public static class ShortPatience implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "orderbook.stream.max-unread-time", MAX_UNREAD.toString(),
                    "orderbook.stream.close-grace", "PT10S");
        }
    }

    @Inject
    StreamConfig config;

    private BusyMarkets markets;
    private String subscribe;

    @BeforeEach
    void books() {
        markets = new BusyMarkets(registry, fanOut, "SL" + System.nanoTime() % 1_000 + "-", BOOKS, 10_000, System.nanoTime());
        subscribe = "\"channels\":[\"orderbook_delta\",\"top_of_book\"],\"market_tickers\":" + markets.tickers().stream()
                .map(ticker -> '"' + ticker + '"').collect(Collectors.joining(",", "[", "]"));
    }

    @AfterEach
    void nothingIsLeft() {
        markets.close();
        await().atMost(SOON).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
    }

    private double closed(String reason) {
        return meters.counter("orderbook.stream.closed", "reason", reason).count();
    }

    private StreamClient subscribed(int receiveBufferBytes) throws IOException {
        StreamClient client = new StreamClient(WireSocket.ask(uri, Map.of(), receiveBufferBytes), markets::check);
        client.send("subscribe", subscribe);
        client.next(2 + 2 * BOOKS);
        return client;
    }

    /** Writes at full speed for that time. */
    private long writeFor(Duration time) {
        long before = markets.updates();
        long endNanos = System.nanoTime() + time.toNanos();
        markets.writeUntil(() -> System.nanoTime() >= endNanos);
        return markets.updates() - before;
    }

    private void checkNewest(StreamClient client) throws IOException {
        Loops.settle(fanOut);
        markets.awaitNewest(client);
        client.sids().forEach(sid -> assertThat(client.held(sid)).hasSize(BOOKS));
    }

    @Test
    void clientThatStalls_disturbsNobody_andIsRightWhenItReadsAgain() throws Exception {
        try (Healthy healthy = new Healthy(); StreamClient slow = subscribed(RECEIVE_BUFFER_BYTES)) {
            writeFor(Duration.ofSeconds(1));
            checkNewest(slow);
            healthy.begin();
            long alone = writeFor(Duration.ofSeconds(2));
            Loops.settle(fanOut);
            healthy.print("alone", alone);
            checkNewest(slow);

            long stalledNanos = System.nanoTime();
            healthy.begin();
            long beside = writeFor(Duration.ofSeconds(1));
            Loops.settle(fanOut);
            long before = usedBytes();
            beside += writeFor(Duration.ofSeconds(1));
            Loops.settle(fanOut);
            long grown = usedBytes() - before;
            healthy.print("beside one that does not read", beside);
            long unsent = mostUnsentBytes();
            System.out.printf("slow client: heap before=%.1f MB, grown by %.2f MB in the second second of the stall,"
                    + " unsent=%d bytes%n", before / 1e6, grown / 1e6, unsent);
            assertThat(Duration.ofNanos(System.nanoTime() - stalledNanos)).isLessThan(MAX_UNREAD);
            assertThat(grown).isLessThan(MAX_GROWTH_BYTES);
            assertThat(unsent).isBetween(1L, config.writeBufferSize().asLongValue() + LARGEST_FRAME_BYTES);

            long conflated = slow.conflated();
            checkNewest(slow);
            System.out.printf("slow client: conflated=%d frames=%d%n", slow.conflated() - conflated, slow.dataFrames());
            assertThat(slow.conflated() - conflated).isGreaterThan(beside / 10);
            markets.touchAll();
            checkNewest(slow);
            healthy.checkInTheEnd();
        }
    }

    @Test
    void clientThatNeverReads_isCut_afterTheTimeAndTheGrace() throws Exception {
        double slowClients = closed("slow_client");
        try (StreamClient never = subscribed(RECEIVE_BUFFER_BYTES)) {
            AtomicBoolean done = new AtomicBoolean();
            Future<?> writer = writeSlowly(done);
            await().atMost(MAX_UNREAD.plus(SOON)).until(() -> closed("slow_client") == slowClients + 1);
            done.set(true);
            writer.get(20, TimeUnit.SECONDS);
            assertThat(List.of(fanOut.sessions(), fanOut.followedMarkets())).isEqualTo(List.of(0, 0));
            // within the grace period: what was written before, then the reason, then the end
            JsonNode last = null;
            WireSocket.Frame frame = never.wire().read();
            while (frame.opcode() != WireSocket.CLOSE) {
                if (frame.opcode() == WireSocket.TEXT) {
                    last = never.apply(frame.text());
                }
                frame = never.wire().read();
            }
            assertThat(last).isEqualTo(StreamClient.json(
                    "{\"type\":\"error\",\"msg\":{\"code\":25,\"msg\":\"Subscription buffer overflow\"}}"));
            assertThat(frame.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void clientThatReadsSlowly_orResumesInTime_stays() throws Exception {
        double slowClients = closed("slow_client") + closed("missed_pongs");
        try (StreamClient steady = subscribed(RECEIVE_BUFFER_BYTES); StreamClient late = subscribed(RECEIVE_BUFFER_BYTES)) {
            AtomicBoolean done = new AtomicBoolean();
            Future<?> writer = writeSlowly(done);
            long steadyConflated = steady.conflated();
            long lateConflated = late.conflated();
            // all stalls together last far longer than any single one may
            for (int stall = 0; stall < STALLS; stall++) {
                readSlowly(steady, STALL);
                late.next(2_000);
            }
            done.set(true);
            writer.get(20, TimeUnit.SECONDS);
            markets.touchAll();
            // first the one that has not read for a while
            checkNewest(late);
            checkNewest(steady);
            assertThat(late.conflated()).isGreaterThan(lateConflated);
            assertThat(steady.conflated()).isGreaterThan(steadyConflated);
            assertThat(closed("slow_client") + closed("missed_pongs") - slowClients).isZero();
        }
    }

    /** Reads for that time, far less than is written meanwhile. */
    private static void readSlowly(StreamClient client, Duration time) throws IOException {
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNanos) {
            client.next(20);
            await().pollDelay(Duration.ofMillis(50)).until(() -> true);
        }
    }

    /** All books, repeatedly, but not faster than the loops deliver. */
    private Future<?> writeSlowly(AtomicBoolean done) {
        return CompletableFuture.runAsync(() -> {
            while (!done.get() && markets.write(500)) {
                Loops.settle(fanOut);
            }
        });
    }

    /** The largest amount that waits in this server for one connection, outside the heap. */
    private long mostUnsentBytes() {
        AtomicLong most = new AtomicLong();
        for (Shard shard : fanOut.shards()) {
            Loops.on(shard, () -> shard.sessions().forEach(
                    session -> most.accumulateAndGet(session.outbox().unsentBytes(), Math::max)));
        }
        return most.get();
    }

    private static long usedBytes() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used;
    }

    /** A client that reads on its own thread, and how late its data are. */
    private final class Healthy implements AutoCloseable {
        private final StreamClient client = subscribed(0);
        private final AtomicBoolean done = new AtomicBoolean();
        private final CompletableFuture<Void> reading;
        private volatile Histogram lateMs = new Histogram(100_000, 2);
        private long framesBefore;

        private Healthy() throws IOException {
            reading = CompletableFuture.runAsync(this::read, command -> new Thread(command, "healthy client").start());
        }

        private void read() {
            try {
                while (!done.get()) {
                    JsonNode frame = client.next();
                    JsonNode publishedMs = frame.at("/msg/server_published_ms");
                    if (frame.get("type").asText().equals("orderbook_delta")) {
                        lateMs.recordValue(Math.max(0, Math.min(100_000, System.currentTimeMillis() - publishedMs.asLong())));
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void begin() {
            lateMs = new Histogram(100_000, 2);
            framesBefore = client.dataFrames();
        }

        private void print(String when, long updates) {
            System.out.printf("healthy client, %s: updates=%d frames=%d deltas=%d late p50=%d p99=%d max=%d ms%n", when,
                    updates, client.dataFrames() - framesBefore, lateMs.getTotalCount(), lateMs.getValueAtPercentile(50),
                    lateMs.getValueAtPercentile(99), lateMs.getMaxValue());
        }

        private void checkInTheEnd() throws Exception {
            done.set(true);
            // one more frame, so that the reader wakes up
            markets.touchAll();
            reading.get(20, TimeUnit.SECONDS);
            checkNewest(client);
        }

        @Override
        public void close() throws IOException {
            done.set(true);
            client.close();
        }
    }
}

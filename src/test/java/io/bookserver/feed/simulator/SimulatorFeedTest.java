package io.bookserver.feed.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.feed.FakeFeedClock;
import io.bookserver.feed.FakeProducer;
import io.bookserver.feed.FakeProducer.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class SimulatorFeedTest {
    private record Settings(
            int markets, long updatesPerSecond, long seed, Duration snapshotInterval, Duration marketLifetime)
            implements SimulatorConfig {
        static Settings ofRate(long updatesPerSecond) {
            return new Settings(20, updatesPerSecond, 1, Duration.ofMinutes(2), Duration.ofHours(1));
        }
    }

    @Test
    void feed_atARate_keepsItAgainstTheClock() {
        var clock = new FakeFeedClock(10_000);
        var producer = new FakeProducer(clock);
        run(Settings.ofRate(500), clock, producer);

        List<Sent> deltas = producer.sent().stream().filter(sent -> channel(sent).equals(Frame.DELTA)).toList();
        assertEquals(5000, deltas.size(), 1);
        for (int i = 0; i < deltas.size(); i++) {
            assertEquals((i + 1) * 2L, deltas.get(i).atMs(), 2);
        }
        assertTrue(producer.closed());
    }

    @Test
    void feed_flatOut_doesNotWait() {
        var clock = new FakeFeedClock(0);
        var producer = new FakeProducer(clock, 100_000);
        run(Settings.ofRate(0), clock, producer);
        assertEquals(List.of(100_000, 0L), List.of(producer.sent().size(), producer.sent().get(99_999).atMs()));
    }

    @Test
    void record_ofTheFeed_isKeyedByItsMarketAndStampedNow() {
        var clock = new FakeFeedClock(100);
        var producer = new FakeProducer(clock);
        run(Settings.ofRate(500), clock, producer);

        for (Sent sent : producer.sent()) {
            JsonNode envelope = BookReader.parse(sent.value());
            JsonNode payload = envelope.get("payload");
            long nowMs = FakeFeedClock.START_MS + sent.atMs();
            assertEquals(payload.get("msg").get("market_ticker").textValue(), sent.key());
            assertEquals(
                    Map.of("received", nowMs, "published", nowMs, "sequence", payload.get("seq").longValue()),
                    Map.of(
                            "received", envelope.get("receivedTimestamp").longValue(),
                            "published", envelope.get("publishedTimestamp").longValue(),
                            "sequence", envelope.get("sequence").longValue()));
        }
    }

    @Test
    void feed_afterALostRecord_connectsAnewWithAllSnapshots() {
        var clock = new FakeFeedClock(10_000);
        var first = new FakeProducer(clock, 300);
        var second = new FakeProducer(clock);
        run(Settings.ofRate(500), clock, first, second);

        assertTrue(first.closed());
        assertEquals(300, first.sent().size());
        assertConsecutive(first.sent());
        assertConsecutive(second.sent());
        List<Sent> opening = second.sent().subList(0, 40);
        assertEquals(20, opening.stream().filter(sent -> channel(sent).equals(Frame.LIFECYCLE)).count());
        List<String> snapshots =
                opening.stream().filter(sent -> channel(sent).equals(Frame.SNAPSHOT)).map(Sent::key).toList();
        assertEquals(20, new HashSet<>(snapshots).size());
        assertEquals(List.of(FakeFeedClock.START_MS), connections(first.sent()));
        assertEquals(List.of(FakeFeedClock.START_MS + opening.get(0).atMs()), connections(second.sent()));
        assertTrue(opening.get(0).atMs() >= first.sent().get(299).atMs() + 2000, "it waits before it tries again");
    }

    @Test
    void feed_whileNoProducerCanBeMade_keepsTrying() {
        var clock = new FakeFeedClock(10_000);
        var producer = new FakeProducer(clock);
        var attempts = new ArrayList<Long>();
        var feed = new SimulatorFeed(Settings.ofRate(500), "t", () -> {
            attempts.add(clock.elapsedMs());
            if (attempts.size() < 3) {
                throw new KafkaException("no address");
            }
            return producer;
        }, clock);
        assertThrows(InterruptedException.class, feed::run);

        assertEquals(List.of(0L, 2000L, 4000L), attempts);
        assertConsecutive(producer.sent());
    }

    @Test
    void feed_withANegativeRate_isRefused() {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> new SimulatorFeed(Settings.ofRate(-1), "t", () -> null, new FakeFeedClock(0)));
        assertEquals("updatesPerSecond must not be negative: updatesPerSecond=-1", refused.getMessage());
    }

    private static void run(Settings settings, FakeFeedClock clock, FakeProducer... producers) {
        Iterator<FakeProducer> next = List.of(producers).iterator();
        assertThrows(
                InterruptedException.class, () -> new SimulatorFeed(settings, "t", next::next, clock).run());
    }

    private static String channel(Sent sent) {
        return BookReader.parse(sent.value()).get("channel").textValue();
    }

    private static List<Long> connections(List<Sent> sent) {
        return sent.stream().map(one -> BookReader.parse(one.value()).get("connection").longValue()).distinct().toList();
    }

    private static void assertConsecutive(List<Sent> sent) {
        var seqBySid = new HashMap<Integer, Long>();
        for (Sent one : sent) {
            JsonNode payload = BookReader.parse(one.value()).get("payload");
            long before = seqBySid.getOrDefault(payload.get("sid").intValue(), 0L);
            assertEquals(before + 1, payload.get("seq").longValue());
            seqBySid.put(payload.get("sid").intValue(), before + 1);
        }
    }
}

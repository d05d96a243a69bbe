package io.bookserver.feed.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bookserver.feed.FakeFeedClock;
import io.bookserver.feed.FakeProducer;
import io.bookserver.feed.FakeProducer.Sent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayFeedTest {
    private static final String SUBSCRIBED = "{\"type\":\"subscribed\",\"id\":2,\"msg\":{\"sid\":1}}";
    private static final String SNAPSHOT =
            "{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":1,\"msg\":{\"market_ticker\":\"A\"}}";
    private static final String DELTA =
            "{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"market_ticker\":\"A\"}}";
    private static final long FIRST_MS = 1_786_085_188_416L;

    private record Settings(Optional<Path> file, double speed, boolean loop, boolean keepRecordedTimes)
            implements ReplayConfig {}

    @TempDir
    Path folder;

    private Path file;
    private final FakeFeedClock clock = new FakeFeedClock(10_000);
    private final FakeProducer producer = new FakeProducer(clock);

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("session.jsonl");
        Files.write(file, List.of(line(0, SUBSCRIBED), "broken", line(1000, SNAPSHOT), line(1500, DELTA)));
    }

    @Test
    void replay_atRecordedSpeed_keepsTheSchedule() throws InterruptedException {
        var feed = feed(1, false, false);
        feed.run();

        assertEquals(
                List.of(
                        new Sent("null", subscribed(now(0), now(0)), 0),
                        new Sent("A", marketEnvelope(SNAPSHOT, "orderbook_snapshot", now(1000), now(1000), 1), 1000),
                        new Sent("A", marketEnvelope(DELTA, "orderbook_delta", now(1500), now(1500), 2), 1500)),
                producer.sent());
        assertEquals(List.of(3L, 1L), List.of(feed.published(), feed.badLines()));
        assertTrue(producer.closed());
    }

    @Test
    void replay_tenTimesFaster_takesATenth() throws InterruptedException {
        feed(10, false, false).run();
        assertEquals(List.of(0L, 100L, 150L), sendingTimes());
    }

    @Test
    void replay_flatOut_waitsForNothing() throws InterruptedException {
        feed(0, false, false).run();
        assertEquals(List.of(0L, 0L, 0L), sendingTimes());
    }

    @Test
    void replay_keepingRecordedTimes_saysThemAsReceived() throws InterruptedException {
        feed(10, false, true).run();

        assertEquals(
                List.of(
                        new Sent("null", subscribed(FIRST_MS, now(0)), 0),
                        new Sent(
                                "A",
                                marketEnvelope(SNAPSHOT, "orderbook_snapshot", FIRST_MS + 1000, now(100), 1),
                                100),
                        new Sent("A", marketEnvelope(DELTA, "orderbook_delta", FIRST_MS + 1500, now(150), 2), 150)),
                producer.sent());
    }

    @Test
    void replay_inALoop_beginsAgainUntilInterrupted() {
        assertThrows(InterruptedException.class, () -> feed(0.5, true, false).run());
        assertEquals(
                List.of(0L, 2000L, 3000L, 3000L, 5000L, 6000L, 6000L, 8000L, 9000L, 9000L), sendingTimes());
    }

    @Test
    void replay_inALoop_isAConnectionARound() {
        assertThrows(InterruptedException.class, () -> feed(0.5, true, false).run());
        assertEquals(
                List.of(now(0), now(0), now(0), now(3000), now(3000), now(3000), now(6000), now(6000), now(6000), now(9000)),
                connections());
    }

    @Test
    void replay_ofSeqsThatBeginAnew_isAnotherConnectionFromThere() throws IOException, InterruptedException {
        Files.write(file, List.of(line(0, SNAPSHOT), line(10, DELTA), line(20, SNAPSHOT), line(30, DELTA)));
        feed(1, false, false).run();
        assertEquals(List.of(now(0), now(0), now(20), now(20)), connections());
    }

    @Test
    void replay_ofSeqsThatBeginAnewInTheSameMoment_isALargerConnection() throws IOException, InterruptedException {
        Files.write(file, List.of(line(0, SNAPSHOT), line(0, SNAPSHOT)));
        feed(0, false, false).run();
        assertEquals(List.of(now(0), now(0) + 1), connections());
    }

    @Test
    void replay_inALoopOfNoFrames_ends() throws IOException, InterruptedException {
        Files.writeString(file, "broken\n");
        var feed = feed(1, true, false);
        feed.run();
        assertEquals(List.of(0L, 1L), List.of(feed.published(), feed.badLines()));
    }

    @Test
    void replay_withARecordLost_ends() throws InterruptedException {
        var failing = new FakeProducer(clock, 1);
        new ReplayFeed(new Settings(Optional.of(file), 0, true, false), "t", () -> failing, clock).run();
        assertEquals(List.of(new Sent("null", subscribed(now(0), now(0)), 0)), failing.sent());
    }

    @Test
    void replay_withoutItsFile_saysWhichOne() {
        Path missing = folder.resolve("missing.jsonl");
        var feed = new ReplayFeed(new Settings(Optional.of(missing), 1, false, false), "t", () -> producer, clock);
        var refused = assertThrows(UncheckedIOException.class, feed::run);
        assertEquals("cannot read the recording: file=" + missing, refused.getMessage());
    }

    @Test
    void replay_withoutAFileSetting_saysWhichSettingIsMissing() {
        var settings = new Settings(Optional.empty(), 1, false, false);
        var refused = assertThrows(
                IllegalArgumentException.class, () -> new ReplayFeed(settings, "t", () -> producer, clock));
        assertEquals(
                "orderbook.feed.replay.file must be set when orderbook.feed.mode is replay", refused.getMessage());
    }

    private ReplayFeed feed(double speed, boolean loop, boolean keepRecordedTimes) {
        var settings = new Settings(Optional.of(file), speed, loop, keepRecordedTimes);
        return new ReplayFeed(settings, "t", () -> producer, clock);
    }

    private List<Long> sendingTimes() {
        return producer.sent().stream().map(Sent::atMs).toList();
    }

    private List<Long> connections() {
        return producer.sent().stream().map(sent -> sent.value().replaceFirst(".*,\"connection\":(\\d+),.*", "$1"))
                .map(Long::valueOf).toList();
    }

    private static long now(long elapsedMs) {
        return FakeFeedClock.START_MS + elapsedMs;
    }

    private static String line(long offsetMs, String frame) {
        return "{\"received_ms\":" + (FIRST_MS + offsetMs) + ",\"frame\":" + frame + "}";
    }

    private static String subscribed(long receivedMs, long publishedMs) {
        return "{\"payload\":" + SUBSCRIBED + ",\"connection\":" + now(0) + ",\"receivedTimestamp\":" + receivedMs + ",\"publishedTimestamp\":"
                + publishedMs + ",\"channel\":\"subscribed\",\"source\":\"kalshi-websocket\",\"version\":1}";
    }

    private static String marketEnvelope(
            String payload, String channel, long receivedMs, long publishedMs, long sequence) {
        return "{\"payload\":" + payload + ",\"connection\":" + now(0) + ",\"receivedTimestamp\":" + receivedMs + ",\"publishedTimestamp\":"
                + publishedMs + ",\"channel\":\"" + channel + "\",\"marketTicker\":\"A\",\"sequence\":" + sequence
                + ",\"source\":\"kalshi-websocket\",\"version\":1}";
    }
}

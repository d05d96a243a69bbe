package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.FeedReport;
import io.bookserver.kalshi.FeedReport.FeedGap;
import io.bookserver.kalshi.FeedReport.FeedStatus;
import io.bookserver.kalshi.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The contract's rule 9: silence is not health. Market A is based on connection 1, sid 1; B on connection 2, sid 1. */
class PartitionFeedTest {
    private static final long MAX_SILENCE_MS = 5_000;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final BookRegistry registry = new BookRegistry();
    private final PartitionFeed feed = new PartitionFeed(0, registry, MAX_SILENCE_MS);
    private long offset;

    private void snapshot(String ticker, long connection) {
        apply("{\"payload\":{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":" + (offset + 1)
                + ",\"msg\":{\"market_ticker\":\"" + ticker + "\",\"yes\":[[43,1]]}},\"connection\":" + connection + "}");
    }

    private void apply(String value) {
        try {
            registry.apply(new EnvelopeDecoder()
                    .decode(value.getBytes(StandardCharsets.UTF_8), 0, offset++, 1, 2).orElseThrow());
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    private void statusAt(long recordMs, long connection, boolean connected) {
        report(new FeedStatus(connection, connected, OptionalLong.of(recordMs - 7)), recordMs, recordMs * 1_000_000);
    }

    private void report(FeedReport report, long recordMs, long nowNanos) {
        feed.reported(report, offset++, recordMs, nowNanos);
    }

    private String states() {
        registry.applyLosses();
        return state("A") + " " + state("B");
    }

    private BookState state(String ticker) {
        return registry.market(ticker).orElseThrow().current().book().state();
    }

    private void bothLive() {
        snapshot("A", 1);
        snapshot("B", 2);
        statusAt(1_000, 1, true);
        statusAt(1_000, 2, true);
        assertThat(states()).isEqualTo("LIVE LIVE");
    }

    @Test
    void connection_thatSaysThatItHasEnded_makesItsBooksStale_untilTheirNextSnapshots() {
        bothLive();
        statusAt(2_000, 1, false);
        assertThat(states()).isEqualTo("STALE LIVE");
        snapshot("A", 2);
        assertThat(states()).isEqualTo("LIVE LIVE");
    }

    @Test
    void rebuild_goesByTheRecordsOwnTimes() {
        bothLive();
        statusAt(4_000, 2, true);
        feed.recordAt(6_001, offset, 6_001);
        snapshot("A", 1);
        feed.lookAt(false, offset, 99 * SECOND_NANOS, 0);
        assertThat(states()).as("its next report decides, or the end").isEqualTo("LIVE LIVE");
        feed.lookAt(true, offset, 99 * SECOND_NANOS, 0);
        assertThat(states()).isEqualTo("STALE LIVE");
        statusAt(6_500, 2, true);
        assertThat(feed.isSettled()).as("nobody waits for the one that ended").isTrue();
    }

    @Test
    void connectionThatReportsNoLaterThanPermitted_isNotSilentInTheRebuild_whateverOtherPublishersClocksSay() {
        bothLive();
        statusAt(5_000, 2, true);
        feed.recordAt(60_000, offset, 60_000);
        feed.recordAt(5_500, offset, 5_500);
        statusAt(6_000, 1, true);
        feed.recordAt(9_000, offset, 9_000);
        feed.lookAt(true, offset, 10 * SECOND_NANOS, 0);
        assertThat(states()).isEqualTo("LIVE STALE");
    }

    @Test
    void connectionThatReportsLaterThanPermitted_wasSilentInTheRebuild_andItsEarlierSnapshotsHealNothing() {
        bothLive();
        feed.recordAt(6_000, offset, 6_000);
        feed.recordAt(6_001, offset, 6_001);
        snapshot("A", 1);
        statusAt(6_001, 1, true);
        assertThat(states()).isEqualTo("STALE LIVE");
        snapshot("A", 1);
        assertThat(states()).isEqualTo("LIVE LIVE");
    }

    /** Its connections were another log's: the same numbers may come again. */
    @Test
    void partitionThatIsMadeAnew_knowsOfNoConnection() {
        bothLive();
        statusAt(2_000, 1, false);
        feed.restarted();
        registry.restartPartition(0);
        assertThat(feed.isWatched()).isFalse();
        assertThat(states()).isEqualTo("STALE STALE");
        offset = 0;
        snapshot("A", 1);
        assertThat(states()).isEqualTo("LIVE STALE");
    }

    /** An open transaction kept a server from being ready for as long as it was open. */
    @Test
    void connectionThatCannotBeHeard_holdsTheRebuildUp_forTwiceThePermittedSilenceAtMost() {
        bothLive();
        feed.lookAt(true, offset, 10 * SECOND_NANOS, 8 * SECOND_NANOS);
        report(new FeedStatus(2, true, OptionalLong.empty()), 10_000, 10 * SECOND_NANOS);
        feed.lookAt(true, offset, 20 * SECOND_NANOS, 18 * SECOND_NANOS);
        assertThat(feed.isSettled()).isFalse();
        feed.lookAt(true, offset, 20 * SECOND_NANOS + 1, 18 * SECOND_NANOS);
        assertThat(feed.isSettled()).isTrue();
        assertThat(states()).isEqualTo("STALE LIVE");
        // the other one has reported: what is unread may contain more of it
        feed.lookAt(true, offset, 90 * SECOND_NANOS, 88 * SECOND_NANOS);
        assertThat(states()).isEqualTo("STALE LIVE");
    }

    /** The broker was away when this server had caught up: nothing that it reads shows how long the connection is silent. */
    @Test
    void reportThatIsReadLate_countsFromWhenItWasPublished() {
        bothLive();
        feed.lookAt(true, offset, 10 * SECOND_NANOS, 0);
        report(new FeedStatus(2, true, OptionalLong.empty()), 10_000, 10 * SECOND_NANOS);
        // published at 7 s, read at 14
        report(new FeedStatus(1, true, OptionalLong.empty()), 10_000, 7 * SECOND_NANOS);
        feed.lookAt(true, offset, 14 * SECOND_NANOS, 0);
        assertThat(states()).isEqualTo("STALE LIVE");
    }

    @Test
    void liveReading_goesByTheClock() {
        bothLive();
        feed.lookAt(true, offset, 10 * SECOND_NANOS, 0);
        feed.recordAt(99_000, offset, 99_000);
        report(new FeedStatus(2, true, OptionalLong.empty()), 50, 14 * SECOND_NANOS);
        feed.lookAt(true, offset, 15 * SECOND_NANOS, 0);
        assertThat(states()).isEqualTo("LIVE LIVE");
        feed.lookAt(true, offset, 15 * SECOND_NANOS + 1, 0);
        assertThat(states()).isEqualTo("STALE LIVE");
    }

    /** Another partition may take the consumer's time: what waits may be this connection's reports. */
    @Test
    void recordsThatHaveNotBeenRead_mayBeReports_soSilenceIsMeasuredToWhatWasRead() {
        bothLive();
        feed.lookAt(true, offset, 10 * SECOND_NANOS, 0);
        feed.lookAt(true, offset, 17 * SECOND_NANOS, 2 * SECOND_NANOS);
        assertThat(states()).isEqualTo("LIVE LIVE");
        feed.lookAt(true, offset, 17 * SECOND_NANOS + 1, 2 * SECOND_NANOS);
        assertThat(states()).isEqualTo("STALE STALE");
    }

    /** Everything is read within a moment by the clock, so only the records' times show that connection 1 has ended. */
    @Test
    void consumerThatLags_goesByTheRecordsTimes_too() {
        bothLive();
        feed.lookAt(true, offset, 2 * SECOND_NANOS, 0);
        report(new FeedStatus(2, true, OptionalLong.empty()), 6_001, 2 * SECOND_NANOS);
        feed.recordAt(6_001, offset, 11_001);
        assertThat(states()).isEqualTo("LIVE LIVE");
        feed.recordAt(6_001, offset, 11_002);
        assertThat(states()).isEqualTo("STALE LIVE");
        snapshot("A", 1);
        assertThat(states()).isEqualTo("STALE LIVE");
        report(new FeedStatus(1, true, OptionalLong.empty()), 6_500, 2 * SECOND_NANOS);
        snapshot("A", 1);
        assertThat(states()).isEqualTo("LIVE LIVE");
    }

    /** The check runs beside the consumer, whose position is that of the last whole batch. */
    @Test
    void silence_foundInTheMiddleOfABatch_concernsTheSnapshotsOfThatBatchToo() {
        bothLive();
        long batch = offset;
        feed.lookAt(true, batch, 10 * SECOND_NANOS, 0);
        feed.recordAt(2_000, offset, 2_000);
        snapshot("A", 1);
        feed.lookAt(true, batch, 15 * SECOND_NANOS + 1, 0);
        assertThat(states()).isEqualTo("STALE STALE");
        feed.recordAt(2_000, offset, 2_000);
        snapshot("A", 3);
        assertThat(states()).isEqualTo("LIVE STALE");
    }

    @Test
    void snapshot_ofASilentConnection_healsNothing_untilTheConnectionIsHeardAgain() {
        bothLive();
        feed.lookAt(true, offset, SECOND_NANOS, 0);
        feed.recordAt(6_001, offset, 12_000);
        snapshot("A", 1);
        assertThat(states()).isEqualTo("STALE STALE");
        statusAt(7_000, 1, true);
        snapshot("A", 1);
        assertThat(states()).isEqualTo("LIVE STALE");
    }

    /** A connection that was alive at the topic's end may have ended since: its books are not reported as right. */
    @Test
    void rebuild_waitsForAWordOfEveryConnectionThatWasAlive_orForItsSilence() {
        assertThat(feed.isSettled()).isTrue();
        bothLive();
        assertThat(feed.isSettled()).isFalse();
        feed.lookAt(true, offset, 10 * SECOND_NANOS, 0);
        assertThat(feed.isSettled()).isFalse();
        report(new FeedStatus(1, true, OptionalLong.empty()), 60, 11 * SECOND_NANOS);
        assertThat(feed.isSettled()).isFalse();
        feed.lookAt(true, offset, 15 * SECOND_NANOS + 1, 0);
        assertThat(feed.isSettled()).isTrue();
        assertThat(states()).isEqualTo("LIVE STALE");
    }

    @Test
    void gap_makesTheBooksOfItsSidOrConnectionStale() {
        bothLive();
        report(new FeedGap(OptionalLong.of(1), OptionalLong.of(9), "hole"), 2_000, 0);
        assertThat(states()).isEqualTo("LIVE LIVE");
        report(new FeedGap(OptionalLong.of(1), OptionalLong.of(1), "hole"), 2_000, 0);
        assertThat(states()).isEqualTo("STALE LIVE");
        report(new FeedGap(OptionalLong.of(2), OptionalLong.empty(), "hole"), 2_000, 0);
        assertThat(states()).isEqualTo("STALE STALE");
        snapshot("A", 1);
        assertThat(states()).isEqualTo("LIVE STALE");
        report(new FeedGap(OptionalLong.empty(), OptionalLong.empty(), "who knows"), 2_000, 0);
        assertThat(states()).isEqualTo("STALE STALE");
    }

    /** Which subscription it is of is not known, so it may be that one. */
    @Test
    void gap_makesABookStaleWhoseSnapshotHasNoSequence() {
        bothLive();
        apply("{\"payload\":{\"type\":\"orderbook_snapshot\",\"sid\":1,\"msg\":{\"market_ticker\":\"A\",\"yes\":[[43,1]]}},"
                + "\"connection\":1}");
        assertThat(states()).isEqualTo("LIVE LIVE");
        report(new FeedGap(OptionalLong.of(2), OptionalLong.of(1), "hole"), 2_000, 0);
        assertThat(states()).isEqualTo("LIVE STALE");
        report(new FeedGap(OptionalLong.of(1), OptionalLong.of(1), "hole"), 2_000, 0);
        assertThat(states()).isEqualTo("STALE STALE");
    }

    @Test
    void exchange_isHeardAsLongAgoAsByTheConnectionThatIsFurthestBehind() {
        assertThat(feed.exchangeHeardMs()).isEmpty();
        statusAt(1_000, 1, true);
        statusAt(2_000, 2, true);
        assertThat(feed.exchangeHeardMs()).hasValue(993);
        statusAt(3_000, 1, false);
        assertThat(feed.exchangeHeardMs()).hasValue(1_993);
        statusAt(4_000, 2, false);
        assertThat(feed.exchangeHeardMs()).hasValue(3_993);
    }

    @Test
    void connections_thatEnded_areRememberedOnlyUpToANumber() {
        for (long connection = 1; connection <= 10_000; connection++) {
            statusAt(1_000 + connection, connection, false);
        }
        snapshot("A", 1);
        snapshot("B", 10_000);
        assertThat(states()).isEqualTo("LIVE STALE");
    }

    /** A server that starts with these books and connections, and reads none of the earlier records. */
    private PartitionFeedTest restarted() {
        PartitionFeedTest other = new PartitionFeedTest();
        feed.connections().stream().filter(connection -> !connection.up())
                .forEach(connection -> other.registry.connectionWasDown(0, connection.number()));
        registry.markets().forEach(market -> other.registry.restore(registry.state(market).orElseThrow()));
        other.feed.restore(feed.connections(), 0);
        other.offset = offset;
        return other;
    }

    @Test
    void connectionThatFellSilentBehindACheckpoint_makesTheRestoredBooksStale() {
        bothLive();
        statusAt(4_000, 2, true);
        PartitionFeedTest restarted = restarted();
        assertThat(restarted.states()).isEqualTo("LIVE LIVE");
        restarted.feed.recordAt(6_000, restarted.offset, 6_000);
        assertThat(restarted.states()).isEqualTo("LIVE LIVE");
        restarted.feed.recordAt(6_001, restarted.offset, 6_001);
        restarted.feed.lookAt(true, offset, SECOND_NANOS, 0);
        assertThat(restarted.states()).isEqualTo("STALE LIVE");
    }

    @Test
    void connectionThatIsSilentAfterTheRestart_isFoundByTheClock_andWaitedForUntilThen() {
        bothLive();
        PartitionFeedTest restarted = restarted();
        restarted.feed.lookAt(true, offset, 10 * SECOND_NANOS, 0);
        assertThat(restarted.feed.isSettled()).isFalse();
        restarted.report(new FeedStatus(2, true, OptionalLong.empty()), 50, 11 * SECOND_NANOS);
        restarted.feed.lookAt(true, offset, 15 * SECOND_NANOS + 1, 0);
        assertThat(restarted.feed.isSettled()).isTrue();
        assertThat(restarted.states()).isEqualTo("STALE LIVE");
    }

    @Test
    void connectionThatWasDownAtTheCheckpoint_healsNothingUntilItIsHeardAgain() {
        bothLive();
        statusAt(2_000, 1, false);
        PartitionFeedTest restarted = restarted();
        assertThat(restarted.states()).isEqualTo("STALE LIVE");
        restarted.snapshot("A", 1);
        assertThat(restarted.states()).isEqualTo("STALE LIVE");
        restarted.statusAt(7_000, 1, true);
        restarted.snapshot("A", 1);
        assertThat(restarted.states()).isEqualTo("LIVE LIVE");
    }
}

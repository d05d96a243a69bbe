package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rule 8 across a restart: a market in two partitions' checkpoints. */
class RestoreTest {
    private final Updates next = new Updates();
    private final BookRegistry before = registry();
    private final BookRegistry after = registry();

    private static BookRegistry registry() {
        BookRegistry registry = new BookRegistry(() -> 5_000_000);
        registry.keysBelongTo(ticker -> 0);
        return registry;
    }

    private MarketState state() {
        return before.state(before.market(Updates.TICKER).orElseThrow()).orElseThrow();
    }

    private MarketSnapshot restored() {
        return after.market(Updates.TICKER).orElseThrow().current();
    }

    private void snapshot(BookRegistry registry, int partition, long offset, long recordMs) {
        registry.apply(next.partition(partition).at(1, recordMs).offset(offset).recordMs(recordMs).feedReceived(recordMs)
                .snapshot(Map.of(4300, 100L), Map.of()));
    }

    /** The first partition was written before the second one had a record of the market. */
    @Test
    void market_thatStandsInTwoCheckpoints_isStale_untilASnapshotOfItsPartitionThatIsNewerThanBoth() {
        snapshot(before, 0, 5, 1_000_000);
        MarketState ofTheKey = state();
        assertThat(ofTheKey.book().state()).isEqualTo(BookState.LIVE);
        snapshot(before, 1, 7, 1_000_500);
        MarketState ofTheOther = state();
        after.restore(ofTheKey);
        after.restore(ofTheOther);
        assertThat(restored().book().state()).isEqualTo(BookState.STALE);
        assertThat(after.booksIn(BookState.STALE)).isEqualTo(1);
        assertThat(after.booksIn(BookState.LIVE)).isZero();
        snapshot(after, 0, 6, 1_000_400);
        assertThat(restored().book().state()).isEqualTo(BookState.STALE);
        snapshot(after, 0, 7, 1_000_600);
        assertThat(restored().book().state()).isEqualTo(BookState.LIVE);
    }

    /** It has several writers, so its state at one moment is unknown. */
    @Test
    void market_ofTwoPartitions_isWrittenAsStale() {
        snapshot(before, 1, 5, 1_000_000);
        snapshot(before, 0, 5, 1_000_100);
        assertThat(before.market(Updates.TICKER).orElseThrow().current().book().state()).isEqualTo(BookState.LIVE);
        assertThat(state().book().state()).isEqualTo(BookState.STALE);
        assertThat(state().version()).isEqualTo(3);
    }

    @Test
    void market_thatIsRestored_isAllThatItWas() {
        next.feedReceived(1_000_000).recordMs(1_000_000);
        before.apply(new BookReplaced(Updates.TICKER, "an-id", Updates.levels(Map.of(4300, 100L)),
                Updates.levels(Map.of(5700, 5L)), next.at(1, 1).stamp()));
        before.apply(next.at(1, 2).delta(Side.NO, 100, -1));
        before.apply(next.unsequenced().status(MarketStatusChanged.Event.CREATED, 0, OptionalLong.of(1), OptionalLong.of(9_000_000)));
        before.report(new StatisticsReported(Updates.TICKER, new MarketStatistics(1, 2, 3, 4, 5, 6), false, 1_000_007));
        before.describe(new MarketDescribed(Updates.TICKER, details("KXE-1"), 0));
        MarketState state = state();
        after.restore(state);
        assertThat(after.state(after.market(Updates.TICKER).orElseThrow()).orElseThrow()).hasToString(state.toString());
        assertThat(after.mark(after.market(Updates.TICKER).orElseThrow())).isEqualTo(state.mark());
        assertThat(after.marketOfId("an-id")).contains(after.market(Updates.TICKER).orElseThrow());
        assertThat(after.groups().marketsOfEvent("KXE-1", "", 9)).isEqualTo(List.of(Updates.TICKER));
        assertThat(after.list("", "", market -> true, 9)).isEqualTo(List.of(restored()));
        assertThat(after.scheduledTimes()).isEqualTo(2);
        assertThat(List.of(after.booksIn(BookState.STALE), after.booksIn(BookState.AWAITING_SNAPSHOT), after.staleBooksToHeal(),
                after.crossedBooks(), after.timesCrossed())).isEqualTo(List.of(1L, 0L, 1L, 1L, 0L));
        assertThat(after.apply(next.offset(1).unsequenced().delta(Side.YES, 4300, 1))).isEqualTo(ApplyOutcome.REPEATED_OFFSET);
    }

    /** Its closing time passed while nobody was there. */
    @Test
    void market_whoseTradingEndedMeanwhile_isClosedAsSoonAsItIsRestored() {
        before.apply(next.unsequenced().status(MarketStatusChanged.Event.CREATED, 0, OptionalLong.of(1), OptionalLong.of(6_000_000)));
        BookRegistry later = new BookRegistry(() -> 7_000_000);
        later.advanceStatuses();
        later.restore(state());
        assertThat(later.market(Updates.TICKER).orElseThrow().current().status())
                .isEqualTo(new MarketStatus(MarketPhase.CLOSED, OptionalLong.of(6_000_000)));
    }

    @Test
    void market_ofTwoCheckpoints_hasTheNewerBookStatisticsAndVersion_inWhateverOrderTheyAreRead() {
        snapshot(before, 0, 5, 1_000_000);
        before.report(new StatisticsReported(Updates.TICKER, new MarketStatistics(1, 2, 3, 4, 5, 6), false, 1_000_100));
        MarketState older = state();
        before.apply(next.at(1, 1_000_200).offset(6).recordMs(1_000_200).feedReceived(1_000_200).delta(Side.YES, 4300, 7));
        before.report(new StatisticsReported(Updates.TICKER, new MarketStatistics(7, 2, 3, 4, 5, 6), false, 1_000_300));
        snapshot(before, 1, 7, 1_000_400);
        MarketState newer = state();
        for (List<MarketState> order : List.of(List.of(older, newer), List.of(newer, older))) {
            BookRegistry both = registry();
            order.forEach(both::restore);
            MarketState state = both.state(both.market(Updates.TICKER).orElseThrow()).orElseThrow();
            assertThat(state.version()).isGreaterThanOrEqualTo(newer.version());
            assertThat(state.book().yes()).isEqualTo(newer.book().yes());
            assertThat(state.statistics()).isEqualTo(newer.statistics());
            assertThat(state.newestRecordMs()).isEqualTo(1_000_400);
            assertThat(state.spread()).isEqualTo(newer.spread());
        }
    }

    /** What the newer copy says counts, and what only one of them says. */
    @Test
    void market_ofTwoCheckpoints_isDescribedByBoth_inWhateverOrderTheyAreRead() {
        snapshot(before, 0, 5, 1_000_000);
        before.describe(new MarketDescribed(Updates.TICKER, details("KXE-1"), 0));
        MarketState older = state();
        snapshot(before, 1, 7, 1_000_400);
        before.describe(new MarketDescribed(Updates.TICKER, details("KXE-2"), 0));
        MarketState newer = state();
        for (List<MarketState> order : List.of(List.of(older, newer), List.of(newer, older))) {
            BookRegistry both = registry();
            order.forEach(both::restore);
            assertThat(both.market(Updates.TICKER).orElseThrow().details()).isEqualTo(newer.details());
            assertThat(both.groups().marketsOfEvent("KXE-2", "", 9)).isEqualTo(List.of(Updates.TICKER));
            assertThat(both.groups().marketsOfEvent("KXE-1", "", 9)).isEmpty();
        }
    }

    @Test
    void lifecycleMessage_ofTheFormerPartition_isKnownAsOlder_afterTheRestart_too() {
        before.keysBelongTo(ticker -> 1);
        snapshot(before, 1, 5, 1_000_000);
        before.apply(next.offset(5).unsequenced().status(MarketStatusChanged.Event.CLOSE_DATE_UPDATED, 0, OptionalLong.empty(),
                OptionalLong.of(9_000_000)));
        after.keysBelongTo(ticker -> 1);
        after.restore(state());
        next.partition(0).offset(-1).recordMs(900_000);
        after.apply(next.unsequenced().status(MarketStatusChanged.Event.CREATED, 0, OptionalLong.of(1), OptionalLong.of(8_000_000)));
        assertThat(restored().lifecycle().closeMs()).hasValue(9_000_000);
        assertThat(restored().lifecycle().openMs()).hasValue(1);
    }

    @Test
    void market_isReadFromThePartitionsWhoseRecordsNamedIt() {
        snapshot(before, 2, 5, 1_000_000);
        Market market = before.market(Updates.TICKER).orElseThrow();
        assertThat(List.of(market.isReadFrom(2), market.isReadFrom(1))).isEqualTo(List.of(true, false));
        snapshot(before, 1, 5, 1_000_000);
        assertThat(List.of(market.isReadFrom(2), market.isReadFrom(1), market.isReadFrom(0)))
                .isEqualTo(List.of(true, true, false));
    }

    @Test
    void market_thatIsForgotten_hasNoState() {
        snapshot(before, 0, 5, 1_000_000);
        Market market = before.market(Updates.TICKER).orElseThrow();
        before.lose(FeedLoss.ofPartition(0, 9));
        assertThat(before.state(market).orElseThrow().book().state()).as("what was lost so far counts").isEqualTo(BookState.STALE);
        market.retire(market.current());
        assertThat(before.state(market)).isEmpty();
    }

    @Test
    void versions_goOnBehindThoseOfBefore() {
        after.firstVersionIsAtLeast(40);
        after.firstVersionIsAtLeast(30);
        snapshot(after, 0, 5, 1_000_000);
        assertThat(restored().version()).isEqualTo(41);
        assertThat(after.firstVersion()).isEqualTo(40);
    }

    @Test
    void connection_thatWasDownWhenTheBooksWereWritten_healsNothing() {
        after.connectionWasDown(0, 7);
        next.connection(7);
        snapshot(after, 0, 5, 1_000_000);
        assertThat(restored().book().state()).isEqualTo(BookState.STALE);
    }

    @Test
    void book_thatWasWritten_isReadWithItsPlace_orRefused() {
        Optional<RecordStamp> first = Optional.of(next.at(1, 1).stamp());
        Optional<RecordStamp> last = Optional.of(next.at(1, 99).stamp());
        for (long[] gaps : new long[][] {{}, {1, 2, 3, 4, 5, 6, 7, (1 << 24) - 1}, {1, 1 << 24, 2, 1L << 40}}) {
            assertThat(book(BookState.STALE, Ladder.EMPTY, first, last, gaps).gaps()).isEqualTo(gaps);
        }
        for (long[] wrong : new long[][] {{0}, {-1}, {1, Long.MIN_VALUE}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
            assertThatThrownBy(() -> book(BookState.LIVE, Ladder.EMPTY, first, last, wrong))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("gap");
        }
        Ladder ladder = Ladder.of(new Level(1, 1, last.orElseThrow(), 1));
        assertThatThrownBy(() -> book(BookState.LIVE, ladder, first, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> book(BookState.AWAITING_SNAPSHOT, ladder, Optional.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> book(BookState.AWAITING_SNAPSHOT, Ladder.EMPTY, first, last))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> book(BookState.STALE, Ladder.EMPTY, Optional.empty(), Optional.empty(), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(book(BookState.AWAITING_SNAPSHOT, Ladder.EMPTY, Optional.empty(), Optional.empty()))
                .isSameAs(BookSnapshot.AWAITING);
    }

    private static BookSnapshot book(
            BookState state, Ladder yes, Optional<RecordStamp> first, Optional<RecordStamp> last, long... gaps) {
        return BookSnapshot.of(state, yes, Ladder.EMPTY, new RecordStamp.Builder().build(), first, last, gaps);
    }

    /** A checkpoint writes what has another mark than before. */
    @Test
    void mark_isAnotherOneAfterEveryChangeOfTheMarket() {
        Set<Long> marks = new HashSet<>();
        List<Runnable> changes = List.of(
                () -> snapshot(before, 0, 5, 1_000_000),
                () -> before.report(new StatisticsReported(Updates.TICKER, MarketStatistics.NONE, true, 1_000_001)),
                () -> before.report(new StatisticsReported(Updates.TICKER, new MarketStatistics(1, 2, 3, 4, 5, 6), false, 0)),
                () -> before.describe(new MarketDescribed(Updates.TICKER, details("KXE-1"), 0)),
                () -> before.describe(new MarketDescribed(Updates.TICKER, details("KXE-2"), 0)),
                () -> before.lose(FeedLoss.ofPartition(0, 9)),
                () -> before.apply(next.at(9, 1).offset(10).recordMs(1_000_001).delta(Side.YES, 4300, 1)),
                () -> before.apply(next.at(9, 2).offset(11).delta(Side.YES, 4300, 1)),
                () -> snapshot(before, 1, 1, 900_000));
        for (int i = 0; i < changes.size(); i++) {
            changes.get(i).run();
            Market market = before.market(Updates.TICKER).orElseThrow();
            assertThat(marks.add(before.mark(market))).as("after change " + i).isTrue();
            assertThat(before.state(market).orElseThrow().spread().isEmpty()).isEqualTo(i < changes.size() - 1);
            if (i < changes.size() - 1) {
                assertThat(before.state(market).orElseThrow().mark()).isEqualTo(before.mark(market));
            }
        }
    }

    private static MarketDetails details(String event) {
        return new MarketDetails(event, "KXE", "", "", "", "", "", "", Optional.empty(), OptionalLong.empty());
    }
}

package io.bookserver.book;

import static io.bookserver.book.Side.NO;
import static io.bookserver.book.Side.YES;
import static io.bookserver.book.Updates.TICKER;
import static io.bookserver.book.Updates.sizes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The contract's rules 1 to 5, 7 and 8, one by one. Rule 6 has its own test. */
class BookRulesTest {
    private final AtomicLong clock = new AtomicLong(2_000_000);
    private final BookRegistry registry = new BookRegistry(clock::get);
    private final Updates next = new Updates();

    private BookSnapshot book() {
        return market().book();
    }

    private MarketSnapshot market() {
        return registry.market(TICKER).orElseThrow().current();
    }

    private ApplyOutcome snapshotAt(long sid, long seq) {
        return registry.apply(next.at(sid, seq).snapshot(Map.of(4300, 12_000L, 4200, 500L), Map.of(5500, 30_000L)));
    }

    @Test
    void ask_ofASide_isADollarLessTheOtherSidesBestBid() {
        snapshotAt(1, 1);
        TopOfBook top = market().topOfBook();
        assertThat(top.bestAskTicks(YES)).isEqualTo(OptionalInt.of(4500));
        assertThat(top.bestAskTicks(NO)).isEqualTo(OptionalInt.of(5700));
        assertThat(List.of(top.bestBid(YES), top.bestBid(NO)))
                .isEqualTo(List.of(Optional.of(book().yes().best()), Optional.of(book().no().best())));
        assertThat(top.state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void rendering_ofATop_isMadeOnce() {
        snapshotAt(1, 1);
        byte[] rendering = {1};
        assertThat(market().topOfBook().rendered(top -> rendering)).isSameAs(rendering);
        assertThat(market().topOfBook().rendered(top -> new byte[] {2})).isSameAs(rendering);
    }

    @Test
    void ask_whereTheOtherSideIsEmpty_isAbsent() {
        registry.apply(next.at(1, 1).snapshot(Map.of(4300, 100L), Map.of()));
        assertThat(market().topOfBook().bestAskTicks(YES)).isEmpty();
        assertThat(market().topOfBook().bestBid(NO)).isEmpty();
    }

    @Test
    void snapshot_replacesTheWholeBook() {
        snapshotAt(1, 1);
        assertThat(registry.apply(next.at(1, 2).snapshot(Map.of(1000, 1L), Map.of()))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(1000, 1L)));
        assertThat(book().no()).isSameAs(Ladder.EMPTY);
    }

    @Test
    void delta_addsToItsLevel() {
        snapshotAt(1, 1);
        registry.apply(next.at(1, 2).delta(YES, 4300, -2_000));
        registry.apply(next.at(1, 5).delta(YES, 4400, 77));
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(4200, 500L, 4300, 10_000L, 4400, 77L)));
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void delta_toZero_removesLevel() {
        snapshotAt(1, 1);
        registry.apply(next.at(1, 2).delta(NO, 5500, -30_000));
        assertThat(book().no().isEmpty()).isTrue();
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void record_whoseOffsetIsNotAboveTheLast_isPassedOver() {
        snapshotAt(1, 1);
        registry.apply(next.at(1, 2).delta(YES, 4300, 100));
        MarketSnapshot before = market();
        assertThat(registry.apply(next.offset(0).at(1, 3).delta(YES, 4300, 100))).isEqualTo(ApplyOutcome.REPEATED_OFFSET);
        assertThat(market()).isSameAs(before);
    }

    @Test
    void delta_ofSameSidWithSeqNotAbove_isARepeat() {
        snapshotAt(1, 4);
        registry.apply(next.at(1, 9).delta(YES, 4300, 100));
        MarketSnapshot before = market();
        assertThat(registry.apply(next.at(1, 9).delta(YES, 4300, 100))).isEqualTo(ApplyOutcome.REPEATED_SEQUENCE);
        assertThat(registry.apply(next.at(1, 4).delta(YES, 4300, 100))).isEqualTo(ApplyOutcome.REPEATED_SEQUENCE);
        assertThat(market()).isSameAs(before);
    }

    @Test
    void delta_thatWasOvertaken_isAppliedOnce_andItsLevelKeepsTheNewerStamp() {
        snapshotAt(1, 4);
        registry.apply(next.feedReceived(Updates.PUBLISHED_MS + 2).at(1, 9).delta(YES, 4300, 100));
        RecordStamp newer = book().yes().best().stamp();
        next.feedReceived(Updates.PUBLISHED_MS + 1);
        assertThat(registry.apply(next.at(1, 8).delta(YES, 4300, 7))).isEqualTo(ApplyOutcome.APPLIED_LATE);
        assertThat(registry.apply(next.at(1, 8).delta(YES, 4300, 7))).isEqualTo(ApplyOutcome.REPEATED_SEQUENCE);
        assertThat(registry.apply(next.at(1, 7).delta(YES, 4200, 7))).isEqualTo(ApplyOutcome.APPLIED_LATE);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(4200, 507L, 4300, 12_107L)));
        assertThat(book().yes().best().stamp()).isSameAs(newer);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void snapshot_thatADeltaOvertookWhichCouldNotBeApplied_isShownAndStale_untilALaterOne() {
        next.connection(7);
        assertThat(registry.apply(next.at(1, 2).delta(YES, 4300, -100))).isEqualTo(ApplyOutcome.AWAITING_SNAPSHOT);
        assertThat(snapshotAt(1, 1)).isEqualTo(ApplyOutcome.OVERTAKEN_SNAPSHOT);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(snapshotAt(1, 3)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        next.connection(8);
        assertThat(registry.apply(next.at(1, 9).delta(YES, 4300, -100))).isEqualTo(ApplyOutcome.UNKNOWN_SUBSCRIPTION);
        next.connection(7);
        assertThat(snapshotAt(1, 5)).isEqualTo(ApplyOutcome.OVERTAKEN_SNAPSHOT);
        next.connection(8);
        assertThat(snapshotAt(1, 10)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    /** One damaged record must not keep a book stale for ever. */
    @Test
    void snapshot_thatIsReceivedAMinuteAfterADeltaOfAHigherConnectionOrSid_isNotOvertakenByIt() {
        next.connection(7);
        snapshotAt(1, 1);
        for (long connection : new long[] {9_007_199_254_740_993L, 7}) {
            next.connection(connection);
            assertThat(registry.apply(next.at(1_000_000, 2).delta(YES, 4300, 1)))
                    .isEqualTo(ApplyOutcome.UNKNOWN_SUBSCRIPTION);
            long deltaMs = Updates.PUBLISHED_MS + (connection == 7 ? 100_000 : 0);
            next.connection(7).recordMs(deltaMs + 60_000).feedReceived(deltaMs + 60_001);
            assertThat(snapshotAt(1, connection == 7 ? 40 : 20)).isEqualTo(ApplyOutcome.OVERTAKEN_SNAPSHOT);
            next.recordMs(deltaMs + 60_001).feedReceived(deltaMs + 60_000);
            assertThat(snapshotAt(1, connection == 7 ? 41 : 21)).isEqualTo(ApplyOutcome.OVERTAKEN_SNAPSHOT);
            next.feedReceived(deltaMs + 60_001);
            assertThat(snapshotAt(1, connection == 7 ? 42 : 22)).isEqualTo(ApplyOutcome.APPLIED);
            assertThat(book().state()).isEqualTo(BookState.LIVE);
            next.recordMs(Updates.PUBLISHED_MS + 100_000).feedReceived(Updates.PUBLISHED_MS + 100_000);
        }
    }

    @Test
    void snapshot_withoutConnection_isOvertakenByALaterTimeToo() {
        snapshotAt(1, 10);
        next.feedReceived(Updates.PUBLISHED_MS + 11);
        assertThat(registry.apply(next.at(2, 2).delta(YES, 4300, -100))).isEqualTo(ApplyOutcome.UNKNOWN_SUBSCRIPTION);
        next.feedReceived(Updates.PUBLISHED_MS + 10);
        assertThat(snapshotAt(2, 1)).isEqualTo(ApplyOutcome.OVERTAKEN_SNAPSHOT);
        next.feedReceived(Updates.PUBLISHED_MS + 12);
        assertThat(snapshotAt(2, 1)).isEqualTo(ApplyOutcome.APPLIED);
    }

    @Test
    void recordThatWasRefused_makesNoMarketKnown() {
        assertThat(registry.apply(new UpdateLost("NOBODY", next.at(1, 1).stamp()))).isEqualTo(ApplyOutcome.UPDATE_LOST);
        assertThat(registry.size()).isZero();
    }

    @Test
    void delta_ofAnotherSid_isPassedOverAndTheBookIsStaleUntilItsSnapshot() {
        snapshotAt(1, 1);
        assertThat(registry.apply(next.at(2, 7).delta(YES, 4300, 100))).isEqualTo(ApplyOutcome.UNKNOWN_SUBSCRIPTION);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(4200, 500L, 4300, 12_000L)));
        snapshotAt(2, 8);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void snapshot_thatRepeatsOne_isPassedOver() {
        snapshotAt(1, 5);
        registry.apply(next.at(1, 6).delta(YES, 4300, 100));
        MarketSnapshot before = market();
        assertThat(snapshotAt(1, 5)).isEqualTo(ApplyOutcome.REPEATED_SEQUENCE);
        assertThat(market()).isSameAs(before);
    }

    @Test
    void snapshot_ofANewConnectionWithTheSameSid_isTakenThoughItsSeqIsLower() {
        snapshotAt(1, 500);
        next.feedReceived(Updates.PUBLISHED_MS + 1);
        assertThat(registry.apply(next.at(1, 1).snapshot(Map.of(1000, 1L), Map.of()))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(registry.apply(next.at(1, 2).delta(YES, 1000, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(1000, 2L)));
    }

    @Test
    void payload_withoutSidAndSeq_isAppliedAsItComes() {
        registry.apply(next.unsequenced().snapshot(Map.of(1000, 1L), Map.of()));
        assertThat(registry.apply(next.unsequenced().delta(YES, 1000, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(registry.apply(next.at(3, 9).delta(YES, 1000, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(registry.apply(next.unsequenced().delta(YES, 1000, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(registry.apply(next.at(3, 9).delta(YES, 1000, 1))).isEqualTo(ApplyOutcome.REPEATED_SEQUENCE);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(1000, 4L)));
    }

    @Test
    void delta_beforeAnySnapshot_isNeverShownAsABook() {
        assertThat(registry.apply(next.at(1, 1).delta(YES, 4300, 100))).isEqualTo(ApplyOutcome.AWAITING_SNAPSHOT);
        assertThat(book().state()).isEqualTo(BookState.AWAITING_SNAPSHOT);
        assertThat(book().yes().isEmpty()).isTrue();
        assertThat(registry.booksIn(BookState.AWAITING_SNAPSHOT)).isEqualTo(1);
    }

    @Test
    void delta_belowZero_removesTheLevelAndTheBookIsStaleUntilItsSnapshot() {
        snapshotAt(1, 1);
        assertThat(registry.apply(next.at(1, 2).delta(YES, 4300, -12_001))).isEqualTo(ApplyOutcome.LEVEL_BELOW_ZERO);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(registry.apply(next.at(1, 3).delta(YES, 4100, 5))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(4100, 5L, 4200, 500L)));
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(registry.booksIn(BookState.STALE)).isEqualTo(1);
        snapshotAt(1, 4);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        assertThat(registry.booksIn(BookState.LIVE)).isEqualTo(1);
    }

    @Test
    void delta_thatRemovesALevelThatIsNotThere_makesTheBookStale() {
        snapshotAt(1, 1);
        assertThat(registry.apply(next.at(1, 2).delta(NO, 100, -1))).isEqualTo(ApplyOutcome.LEVEL_BELOW_ZERO);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(sizes(book().no())).isEqualTo(new TreeMap<>(Map.of(5500, 30_000L)));
    }

    @Test
    void record_thatCouldNotBeUnderstood_makesItsBookStale() {
        snapshotAt(1, 1);
        next.at(1, 2);
        assertThat(registry.apply(new UpdateLost(TICKER, next.stamp()))).isEqualTo(ApplyOutcome.UPDATE_LOST);
        assertThat(book().state()).isEqualTo(BookState.STALE);
    }

    @Test
    void book_whoseBestBidsAddUpToADollar_isShownAndFlaggedAndCounted() {
        snapshotAt(1, 1);
        assertThat(market().topOfBook().isCrossed()).isFalse();
        registry.apply(next.at(1, 2).delta(YES, 4500, 100));
        assertThat(market().topOfBook().isCrossed()).isTrue();
        assertThat(registry.crossedBooks()).isEqualTo(1);
        registry.apply(next.at(1, 3).delta(YES, 4500, -100));
        assertThat(market().topOfBook().isCrossed()).isFalse();
        assertThat(List.of(registry.crossedBooks(), registry.timesCrossed())).isEqualTo(List.of(0L, 1L));
    }

    @Test
    void snapshot_stampsAllItsLevels_aDeltaTheOneItTouches() {
        snapshotAt(1, 1);
        RecordStamp first = book().yes().best().stamp();
        assertThat(book().no().best().stamp()).isSameAs(first);
        clock.addAndGet(10);
        registry.apply(next.at(1, 2).delta(YES, 4300, 1));
        assertThat(book().yes().best().serverPublishedMs()).isEqualTo(2_000_010);
        assertThat(book().yes().level(1).serverPublishedMs()).isEqualTo(2_000_000);
        assertThat(book().yes().level(1).stamp()).isSameAs(first);
        assertThat(book().yes().best().stamp().kafkaLatencyMs()).isEqualTo(3);
        assertThat(market().lastUpdatedMs()).isEqualTo(2_000_010);
    }

    @Test
    void clock_thatIsSetBack_neverTakesTimesBack() {
        snapshotAt(1, 1);
        clock.addAndGet(-60_000);
        registry.apply(next.at(1, 2).delta(YES, 4300, 1));
        assertThat(market().lastUpdatedMs()).isEqualTo(2_000_000);
        assertThat(book().yes().best().serverPublishedMs()).isEqualTo(2_000_000);
        assertThat(registry.nowMs()).isEqualTo(2_000_000);
    }

    @Test
    void publication_growsTheVersionByOne_andIsHeardOnce() {
        List<String> heard = new ArrayList<>();
        registry.addListener((before, after) -> heard.add(before.version() + ">" + after.version()));
        snapshotAt(1, 1);
        registry.apply(next.at(1, 2).delta(YES, 4300, 1));
        registry.apply(next.at(1, 2).delta(YES, 4300, 1));
        assertThat(heard).isEqualTo(List.of("0>1", "1>2"));
    }

    @Test
    void market_spreadOverTwoPartitions_isStaleUntilTheKeysPartitionBringsALaterSnapshot() {
        registry.keysBelongTo(ticker -> 0);
        next.recordMs(1);
        snapshotAt(1, 1);
        assertThat(registry.apply(next.partition(1).offset(-1).recordMs(2).at(1, 2).delta(YES, 4300, 1)))
                .isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(4200, 500L, 4300, 12_001L)));
        next.recordMs(3);
        assertThat(snapshotAt(1, 3)).isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        next.partition(0).offset(5).recordMs(4);
        assertThat(snapshotAt(1, 4)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        assertThat(registry.apply(next.recordMs(5).at(1, 5).delta(YES, 4300, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    /**
     * The same three records, whichever partition is read first: the delta of the other one is missing or out of order.
     */
    @Test
    void market_spreadOverTwoPartitions_isStaleWhateverTheOrderOfReading() {
        List<Runnable> home = List.of(
                () -> registry.apply(next.partition(0).offset(9).recordMs(10).at(1, 1).snapshot(Map.of(4300, 100L), Map.of())),
                () -> registry.apply(next.partition(0).offset(10).recordMs(30).at(1, 3).delta(YES, 4300, 1)));
        Runnable stray = () -> registry.apply(next.partition(1).offset(4).recordMs(20).at(1, 2).delta(YES, 4300, 1));
        registry.keysBelongTo(ticker -> 0);
        stray.run();
        home.forEach(Runnable::run);
        assertThat(book().state()).isEqualTo(BookState.STALE);
    }

    @Test
    void market_ofAnUnknownKeysPartition_staysStaleOnceItIsSpread() {
        snapshotAt(1, 1);
        next.partition(1).offset(-1);
        snapshotAt(1, 2);
        next.partition(0).offset(5).recordMs(Updates.PUBLISHED_MS + 9);
        assertThat(snapshotAt(1, 4)).isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
        assertThat(book().state()).isEqualTo(BookState.STALE);
    }

    /** A topic to which partitions were added: what remains in the old one is older than the new one's snapshot. */
    @Test
    void record_ofAForeignPartition_thatIsOlderThanTheRightOnesSnapshot_isSuperseded() {
        registry.keysBelongTo(ticker -> 1);
        next.partition(1).recordMs(50);
        snapshotAt(1, 9);
        MarketSnapshot before = market();
        next.partition(0).offset(-1).recordMs(20);
        assertThat(snapshotAt(1, 1)).isEqualTo(ApplyOutcome.SUPERSEDED);
        assertThat(market()).isSameAs(before);
        next.recordMs(50);
        assertThat(snapshotAt(1, 2)).as("at the same time: nobody knows which came first")
                .isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
    }

    private MarketStatusChanged told(MarketStatusChanged.Event event, long openMs, long closeMs) {
        return next.unsequenced().status(event, 1,
                openMs == 0 ? OptionalLong.empty() : OptionalLong.of(openMs),
                closeMs == 0 ? OptionalLong.empty() : OptionalLong.of(closeMs));
    }

    /** The right partition may be read first: a snapshot there contains earlier deltas, but no earlier lifecycle message. */
    @Test
    void lifecycleMessages_inTheFormerPartition_countHoweverLateTheyAreRead_andTheBookStaysLive() {
        registry.keysBelongTo(ticker -> 1);
        next.partition(1).recordMs(50);
        snapshotAt(1, 9);
        next.partition(0).offset(-1).recordMs(20);
        registry.apply(told(MarketStatusChanged.Event.CREATED, 5, 1_000));
        registry.apply(told(MarketStatusChanged.Event.CLOSE_DATE_UPDATED, 0, 2_000));
        assertThat(market().lifecycle().closeMs()).hasValue(2_000);
        registry.apply(told(MarketStatusChanged.Event.SETTLED, 0, 0));
        assertThat(market().lifecycle().settledMs()).hasValue(1);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void lifecycleMessages_inTheFormerPartition_addToThoseInTheRightOne_andReplaceNothing() {
        registry.keysBelongTo(ticker -> 1);
        next.partition(1).recordMs(50);
        snapshotAt(1, 9);
        registry.apply(told(MarketStatusChanged.Event.CLOSE_DATE_UPDATED, 0, 3_000));
        next.partition(0).offset(-1).recordMs(20);
        registry.apply(told(MarketStatusChanged.Event.CREATED, 5, 1_000));
        registry.apply(told(MarketStatusChanged.Event.CREATED, 6, 2_000));
        registry.apply(told(MarketStatusChanged.Event.REPORTED_INITIALIZED, 0, 0));
        assertThat(market().lifecycle().openMs()).hasValue(5);
        assertThat(market().lifecycle().closeMs()).hasValue(3_000);
        registry.apply(told(MarketStatusChanged.Event.DETERMINED, 0, 0));
        assertThat(market().lifecycle().determinedMs()).hasValue(1);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    /** Its snapshot may have been published before it. */
    @Test
    void delta_ofASpreadMarket_thatIsPassedOver_isMissingInAnEarlierSnapshot() {
        registry.keysBelongTo(ticker -> 0);
        next.connection(6).partition(1).recordMs(10);
        snapshotAt(1, 1);
        next.partition(0).offset(-1).recordMs(20);
        assertThat(registry.apply(next.at(2, 5).delta(YES, 4300, 1))).isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
        next.recordMs(30);
        assertThat(snapshotAt(2, 3)).isEqualTo(ApplyOutcome.OVERTAKEN_SNAPSHOT);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(snapshotAt(2, 6)).isEqualTo(ApplyOutcome.APPLIED);
    }

    @Test
    void snapshot_fromAnotherPartition_isShownAndStale() {
        snapshotAt(1, 1);
        next.partition(1).offset(-1);
        assertThat(snapshotAt(1, 2)).isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
        assertThat(book().state()).isEqualTo(BookState.STALE);
    }

    @Test
    void loss_makesTheBooksOfItsConnectionStale_untilTheirNextSnapshots() {
        next.connection(7);
        snapshotAt(1, 1);
        registry.lose(new FeedLoss(0, OptionalLong.of(8), OptionalLong.empty(), 99));
        registry.lose(new FeedLoss(1, OptionalLong.of(7), OptionalLong.empty(), 99));
        registry.lose(new FeedLoss(0, OptionalLong.of(7), OptionalLong.of(2), 99));
        registry.lose(new FeedLoss(0, OptionalLong.of(7), OptionalLong.of(1), 0));
        registry.applyLosses();
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        registry.lose(new FeedLoss(0, OptionalLong.of(7), OptionalLong.of(1), 1));
        assertThat(registry.hasLosses()).isTrue();
        registry.applyLosses();
        assertThat(registry.hasLosses()).isFalse();
        assertThat(book().state()).isEqualTo(BookState.STALE);
        snapshotAt(1, 9);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void book_thatTurnsStaleWithoutARecord_isUpdatedAtThatMoment() {
        snapshotAt(1, 1);
        clock.addAndGet(10);
        registry.lose(FeedLoss.ofPartition(0, 1));
        registry.applyLosses();
        assertThat(market().lastUpdatedMs()).isEqualTo(2_000_010);
        snapshotAt(1, 2);
        clock.addAndGet(-60_000);
        registry.restartPartition(0);
        assertThat(market().lastUpdatedMs()).isEqualTo(2_000_010);
        assertThat(market().version()).isEqualTo(4);
    }

    @Test
    void loss_isKnownToABookBeforeItsNextRecordIsApplied() {
        snapshotAt(1, 1);
        registry.lose(FeedLoss.ofPartition(0, 1));
        registry.apply(next.at(1, 2).delta(YES, 4300, 1));
        assertThat(book().state()).isEqualTo(BookState.STALE);
        snapshotAt(1, 3);
        registry.applyLosses();
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void snapshot_ofAConnectionThatIsDown_healsNothing() {
        next.connection(7);
        snapshotAt(1, 1);
        registry.connectionDown(0, 7, () -> 1);
        registry.applyLosses();
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(snapshotAt(1, 5)).isEqualTo(ApplyOutcome.FEED_DOWN);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        registry.connectionUp(0, 7);
        assertThat(snapshotAt(1, 9)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void partition_thatBeganAnew_makesItsBooksStaleAndItsOffsetsCountAgain() {
        snapshotAt(1, 1);
        registry.restartPartition(0);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        next.offset(-1).feedReceived(1);
        assertThat(snapshotAt(1, 1)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void partition_thatBeganAnew_isNotComparedWithDeltasOfTheFormer() {
        next.connection(7);
        snapshotAt(1, 1);
        registry.apply(next.at(2, 50).delta(YES, 4300, 1));
        registry.restartPartition(0);
        next.offset(-1);
        assertThat(snapshotAt(1, 1)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void statistics_changeNoVersion_andMakeNoMarketKnown() {
        snapshotAt(1, 1);
        MarketSnapshot before = market();
        registry.report(new StatisticsReported(TICKER, new MarketStatistics(4300, 1, 2, 3, 4, 5), false, 0));
        registry.report(new StatisticsReported(TICKER, new MarketStatistics(4400, 9, 0, 0, 0, 0), true, 0));
        registry.report(new StatisticsReported(TICKER, new MarketStatistics(0, 9, 0, 0, 0, 0), true, 0));
        registry.report(new StatisticsReported("OTHER", MarketStatistics.NONE, false, 0));
        assertThat(registry.market(TICKER).orElseThrow().statistics())
                .isEqualTo(new MarketStatistics(4400, 9, 2, 3, 4, 5));
        assertThat(market()).isSameAs(before);
        assertThat(registry.market("OTHER")).isEmpty();
    }

    @Test
    void top_isTheSame_whereOnlyDepthChanged() {
        snapshotAt(1, 1);
        TopOfBook first = market().topOfBook();
        registry.apply(next.at(1, 2).delta(YES, 4200, 1));
        assertThat(market().topOfBook().sameAs(first)).isTrue();
        registry.apply(next.at(1, 3).delta(YES, 4300, 1));
        assertThat(market().topOfBook().sameAs(first)).isFalse();
    }

    @Test
    void list_goesByTickerAndPrefixAndCursor() {
        for (String ticker : List.of("B2", "A1", "B1", "B3", "C1")) {
            registry.apply(new MarketStatusChanged(ticker, MarketStatusChanged.Event.REPORTED_OPEN, 0,
                    OptionalLong.empty(), OptionalLong.empty(), next.unsequenced().stamp()));
        }
        assertThat(tickers("", "", 2)).isEqualTo(List.of("A1", "B1"));
        assertThat(tickers("B1", "", 9)).isEqualTo(List.of("B2", "B3", "C1"));
        assertThat(tickers("", "B", 9)).isEqualTo(List.of("B1", "B2", "B3"));
        assertThat(tickers("B2", "B", 9)).isEqualTo(List.of("B3"));
        assertThat(tickers("A1", "B", 1)).isEqualTo(List.of("B1"));
        assertThat(tickers("C9", "B", 1)).isEqualTo(List.of());
        assertThat(registry.markets()).extracting(market -> market.current().ticker()).containsExactly("A1", "B1", "B2", "B3", "C1");
    }

    @Test
    void market_isFoundByTheIdThatARecordToldLast() {
        for (String id : List.of("first", "second", "")) {
            registry.apply(new BookReplaced(TICKER, id, PriceLevels.NONE, PriceLevels.NONE, next.unsequenced().stamp()));
            assertThat(market().marketId()).isEqualTo(id.isEmpty() ? "second" : id);
            assertThat(registry.marketOfId(market().marketId())).isEqualTo(registry.market(TICKER));
        }
        assertThat(registry.marketOfId("first")).isEmpty();
    }

    @Test
    void listener_thatIsRemoved_hearsNoMore() {
        List<Long> heard = new ArrayList<>();
        PublicationListener listener = (before, after) -> heard.add(after.version());
        registry.addListener(listener);
        snapshotAt(1, 1);
        registry.removeListener(listener);
        snapshotAt(1, 2);
        assertThat(heard).isEqualTo(List.of(1L));
    }

    /** A loss that is reported while others are applied is not lost with them. */
    @Test
    void loss_thatComesWhileOthersAreApplied_staysPending() {
        FeedLosses losses = new FeedLosses();
        losses.add(FeedLoss.ofPartition(1, 9));
        FeedLoss[] pending = losses.pending();
        losses.add(FeedLoss.ofPartition(2, 9));
        losses.applied(pending);
        assertThat(losses.pending()).containsExactly(FeedLoss.ofPartition(2, 9));
        losses.applied(losses.pending());
        assertThat(losses.pending()).isEmpty();
    }

    @Test
    void loss_ofAConnection_doesNotConcernASnapshotThatTellsNone_butOneOfASidMay() {
        snapshotAt(1, 1);
        registry.lose(new FeedLoss(0, OptionalLong.of(7), OptionalLong.empty(), 99));
        registry.applyLosses();
        registry.apply(next.unsequenced().snapshot(Map.of(1000, 1L), Map.of()));
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        registry.lose(new FeedLoss(0, OptionalLong.empty(), OptionalLong.of(1), 99));
        registry.applyLosses();
        assertThat(book().state()).isEqualTo(BookState.STALE);
    }

    @Test
    void top_isAnotherOne_whereAPriceASizeASideTheStateOrTheStatusIs() {
        snapshotAt(1, 1);
        TopOfBook first = market().topOfBook();
        List<BookUpdate> changes = List.of(
                next.at(1, 2).delta(YES, 4400, 5),
                next.at(1, 3).delta(NO, 5500, 1),
                next.at(1, 4).delta(NO, 5500, -30_001),
                next.unsequenced().status(MarketStatusChanged.Event.REPORTED_OPEN, 0, OptionalLong.empty(), OptionalLong.empty()),
                new UpdateLost(TICKER, next.unsequenced().stamp()));
        for (BookUpdate change : changes) {
            TopOfBook before = market().topOfBook();
            registry.apply(change);
            assertThat(market().topOfBook().sameAs(before)).as(change.toString()).isFalse();
            assertThat(before.sameAs(market().topOfBook())).as(change.toString()).isFalse();
            assertThat(market().topOfBook().sameAs(market().topOfBook())).isTrue();
        }
        assertThat(market().topOfBook().sameAs(first)).isFalse();
    }

    @Test
    void names_inJsonAndMetrics_areTheConstantsInSmallLetters() {
        for (BookState state : BookState.SHOWN) {
            assertThat(state.wireName()).isEqualTo(state.name().toLowerCase(Locale.ROOT));
        }
        for (ApplyOutcome outcome : ApplyOutcome.values()) {
            assertThat(outcome.wireName()).isEqualTo(outcome.name().toLowerCase(Locale.ROOT));
        }
        for (MarketPhase phase : MarketPhase.values()) {
            assertThat(phase.wireName()).isEqualTo(phase.name().toLowerCase(Locale.ROOT));
            assertThat(MarketPhase.named(phase.wireName())).contains(phase);
        }
        assertThat(MarketPhase.named("OPEN")).isEmpty();
    }

    @Test
    void stamp_tellsEveryTimeAndPlace_andTheLatencyBetweenKafkaAndHere() {
        RecordStamp.Builder builder = new RecordStamp.Builder().reset(1, 2, 3, 4);
        RecordStamp bare = builder.build();
        assertThat(bare).hasToString("partition=1 offset=2 recordMs=3 connection=OptionalLong.empty sid=OptionalLong.empty "
                + "seq=OptionalLong.empty exchangeMs=OptionalLong.empty feedReceivedMs=OptionalLong.empty "
                + "kafkaPublishedMs=3 receivedMs=4");
        RecordStamp full = builder.connection(5).sid(6).seq(7).exchangeMs(8).feedReceivedMs(9).kafkaPublishedMs(10).build();
        assertThat(full).hasToString("partition=1 offset=2 recordMs=3 connection=OptionalLong[5] sid=OptionalLong[6] "
                + "seq=OptionalLong[7] exchangeMs=OptionalLong[8] feedReceivedMs=OptionalLong[9] "
                + "kafkaPublishedMs=10 receivedMs=4");
        assertThat(full.kafkaLatencyMs()).isEqualTo(-6);
        assertThat(full.at(60, 70)).hasToString(full.toString().replace("[6]", "[60]").replace("[7]", "[70]"));
        assertThat(List.of(builder.sid(), builder.connection())).isEqualTo(List.of(OptionalLong.of(6), OptionalLong.of(5)));
        assertThat(List.of(builder.recordMs(), builder.feedTimeMs())).isEqualTo(List.of(3L, 9L));
        assertThat(builder.reset(1, 2, 3, 4).sid(6).build()).hasToString(bare.toString());
        assertThat(builder.reset(1, 2, 3, 4).seq(7).build()).hasToString(bare.toString());
    }

    @Test
    void details_keepWhatALaterMessageDoesNotTell() {
        MarketDetails all = new MarketDetails("e", "s", "t", "y", "n", "r", "v", "p", Optional.of(true), OptionalLong.of(1));
        MarketDetails other = new MarketDetails("E", "S", "T", "Y", "N", "R", "V", "P", Optional.of(false), OptionalLong.of(2));
        assertThat(MarketDetails.NONE.with(all)).isEqualTo(all);
        assertThat(all.with(MarketDetails.NONE)).isEqualTo(all);
        assertThat(all.with(other)).isEqualTo(other);
    }

    @Test
    void partitionThatBeganAnew_leavesTheBooksOfOthersAlone() {
        snapshotAt(1, 1);
        registry.restartPartition(1);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        assertThat(registry.apply(next.offset(-1).at(1, 2).delta(YES, 4300, 1))).isEqualTo(ApplyOutcome.REPEATED_OFFSET);
    }

    /** A topic that was created again: its partitions restart one after the other, and snapshots come in between. */
    @Test
    void partitionThatBeganAnew_leavesABookAlone_thatHasASnapshotOfAnotherPartition() {
        registry.keysBelongTo(ticker -> 0);
        next.recordMs(1);
        snapshotAt(1, 1);
        registry.apply(next.partition(1).offset(8).recordMs(2).at(1, 2).delta(YES, 4300, 1));
        registry.restartPartition(0);
        next.partition(0).offset(-1).recordMs(3);
        snapshotAt(1, 3);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        registry.restartPartition(1);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        assertThat(registry.apply(next.partition(1).offset(-1).recordMs(4).at(1, 4).delta(YES, 4300, 1)))
                .as("its offsets count again").isEqualTo(ApplyOutcome.SPREAD_OVER_PARTITIONS);
        registry.restartPartition(1);
        next.partition(0).offset(8).recordMs(5);
        snapshotAt(1, 5);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
        registry.restartPartition(0);
        assertThat(book().state()).isEqualTo(BookState.STALE);
    }

    /** There is nothing left to compare records with: deltas and the next snapshot are applied, whatever their seq. */
    @Test
    void partitionThatBeganAnew_acceptsDeltas_andAnySnapshotMakesTheBookLive() {
        snapshotAt(5, 100);
        registry.restartPartition(0);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(registry.apply(next.offset(-1).at(2, 7).delta(YES, 4300, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(sizes(book().yes())).isEqualTo(new TreeMap<>(Map.of(4200, 500L, 4300, 12_001L)));
        assertThat(book().state()).isEqualTo(BookState.STALE);
        assertThat(snapshotAt(1, 1)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void partitionThatBeganAnew_isReadFromItsBeginning_whileTheMarketsOtherPartitionGoesOn() {
        registry.keysBelongTo(ticker -> 0);
        next.offset(4);
        snapshotAt(1, 1);
        next.partition(1);
        snapshotAt(1, 2);
        registry.restartPartition(1);
        next.offset(-1);
        assertThat(snapshotAt(1, 3)).isNotEqualTo(ApplyOutcome.REPEATED_OFFSET);
        assertThat(book().state()).isEqualTo(BookState.STALE);
        next.offset(-1);
        assertThat(snapshotAt(1, 4)).isEqualTo(ApplyOutcome.REPEATED_OFFSET);
        next.partition(0).offset(4);
        assertThat(snapshotAt(1, 5)).isEqualTo(ApplyOutcome.REPEATED_OFFSET);
        next.recordMs(Updates.PUBLISHED_MS + 1);
        assertThat(snapshotAt(1, 6)).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(book().state()).isEqualTo(BookState.LIVE);
    }

    private List<String> tickers(String after, String prefix, int limit) {
        return registry.list(after, prefix, market -> true, limit).stream().map(MarketSnapshot::ticker).toList();
    }
}

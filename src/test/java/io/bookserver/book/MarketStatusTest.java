package io.bookserver.book;

import static io.bookserver.book.MarketStatusChanged.Event.ACTIVATED;
import static io.bookserver.book.MarketStatusChanged.Event.CLOSE_DATE_UPDATED;
import static io.bookserver.book.MarketStatusChanged.Event.CREATED;
import static io.bookserver.book.MarketStatusChanged.Event.DEACTIVATED;
import static io.bookserver.book.MarketStatusChanged.Event.DETERMINED;
import static io.bookserver.book.MarketStatusChanged.Event.REPORTED_CLOSED;
import static io.bookserver.book.MarketStatusChanged.Event.REPORTED_DETERMINED;
import static io.bookserver.book.MarketStatusChanged.Event.REPORTED_INITIALIZED;
import static io.bookserver.book.MarketStatusChanged.Event.REPORTED_OPEN;
import static io.bookserver.book.MarketStatusChanged.Event.REPORTED_PAUSED;
import static io.bookserver.book.MarketStatusChanged.Event.REPORTED_SETTLED;
import static io.bookserver.book.MarketStatusChanged.Event.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract's rule 6. */
class MarketStatusTest {
    private static final OptionalLong NONE = OptionalLong.empty();

    private final AtomicLong clock = new AtomicLong(1_000);
    private final BookRegistry registry = new BookRegistry(clock::get);
    private final Updates next = new Updates();
    private final List<String> heard = new ArrayList<>();

    private void says(MarketStatusChanged.Event event, long eventMs, OptionalLong openMs, OptionalLong closeMs) {
        registry.apply(next.unsequenced().status(event, eventMs, openMs, closeMs));
    }

    private MarketStatus at(long nowMs) {
        clock.set(nowMs);
        registry.advanceStatuses();
        return registry.market(Updates.TICKER).orElseThrow().current().status();
    }

    private static MarketStatus status(MarketPhase phase) {
        return new MarketStatus(phase, NONE);
    }

    private static MarketStatus ended(MarketPhase phase, long closedMs) {
        return new MarketStatus(phase, OptionalLong.of(closedMs));
    }

    @Test
    void market_withoutLifecycleMessages_isUnknown() {
        registry.apply(next.at(1, 1).snapshot(Map.of(), Map.of()));
        assertThat(at(9_999)).isEqualTo(status(MarketPhase.UNKNOWN));
    }

    @Test
    void created_opensAndClosesByTheClock_andListenersHearOfIt() {
        says(CREATED, 0, OptionalLong.of(2_000), OptionalLong.of(3_000));
        registry.addListener((before, after) -> heard.add(after.status().phase() + "@" + after.lastUpdatedMs()));
        assertThat(at(1_999)).isEqualTo(status(MarketPhase.INITIALIZED));
        assertThat(at(2_000)).isEqualTo(status(MarketPhase.OPEN));
        assertThat(at(2_999)).isEqualTo(status(MarketPhase.OPEN));
        assertThat(at(3_000)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
        assertThat(at(4_000)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
        assertThat(heard).isEqualTo(List.of("OPEN@2000", "CLOSED@3000"));
    }

    /** An older proxy says that the market is not open, but not when it opens. */
    @Test
    void market_thatIsReportedAsNotOpen_isOpenOnceTheExchangeActivatesIt() {
        says(REPORTED_INITIALIZED, 0, NONE, NONE);
        assertThat(at(2_000)).isEqualTo(status(MarketPhase.INITIALIZED));
        says(ACTIVATED, 0, NONE, NONE);
        assertThat(at(2_001)).isEqualTo(status(MarketPhase.OPEN));
        says(REPORTED_INITIALIZED, 0, NONE, NONE);
        says(DEACTIVATED, 0, NONE, NONE);
        assertThat(at(2_002)).isEqualTo(status(MarketPhase.PAUSED));
        says(ACTIVATED, 0, OptionalLong.of(5_000), NONE);
        assertThat(at(2_003)).isEqualTo(status(MarketPhase.INITIALIZED));
    }

    @Test
    void closingTime_thatHasPassedWhenItIsRead_closesAtOnce() {
        clock.set(10_000);
        says(CREATED, 0, OptionalLong.of(2_000), OptionalLong.of(3_000));
        assertThat(at(10_000)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
    }

    @ParameterizedTest
    @CsvSource({"3000, 3500, CLOSED, 5000", "9000, 1000, OPEN, 2000"})
    void closeDate_thatIsMoved_closesThen_andOpensAgainUntilThen(
            long closeMs, long movedMs, MarketPhase phase, long newCloseMs) {
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(closeMs));
        assertThat(at(movedMs).phase()).isEqualTo(phase);
        says(CLOSE_DATE_UPDATED, movedMs, NONE, OptionalLong.of(newCloseMs));
        assertThat(at(newCloseMs - 1)).isEqualTo(status(MarketPhase.OPEN));
        assertThat(at(newCloseMs)).isEqualTo(ended(MarketPhase.CLOSED, newCloseMs));
        assertThat(at(9_000)).isEqualTo(ended(MarketPhase.CLOSED, newCloseMs));
    }

    @Test
    void staleBook_isToBeHealed_onlyWhileItsMarketHasNotEnded() {
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(3_000));
        registry.apply(next.at(1, 1).snapshot(Map.of(4300, 100L), Map.of()));
        assertThat(registry.staleBooksToHeal()).isZero();
        registry.apply(next.at(1, 2).delta(Side.YES, 4300, -101));
        assertThat(registry.staleBooksToHeal()).isEqualTo(1);
        at(3_000);
        assertThat(List.of(registry.staleBooksToHeal(), registry.booksIn(BookState.STALE))).isEqualTo(List.of(0L, 1L));
        says(CLOSE_DATE_UPDATED, 3_600, NONE, OptionalLong.of(5_000));
        assertThat(registry.staleBooksToHeal()).isEqualTo(1);
        registry.apply(next.at(1, 4).snapshot(Map.of(4300, 100L), Map.of()));
        assertThat(registry.staleBooksToHeal()).isZero();
    }

    @Test
    void deactivated_isPausedNotClosed_andActivatedResumes() {
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(9_000));
        says(DEACTIVATED, 1_000, NONE, NONE);
        assertThat(at(1_500)).isEqualTo(status(MarketPhase.PAUSED));
        says(ACTIVATED, 1_600, NONE, NONE);
        assertThat(at(1_700)).isEqualTo(status(MarketPhase.OPEN));
        says(DEACTIVATED, 1_800, NONE, NONE);
        assertThat(at(9_000)).isEqualTo(ended(MarketPhase.CLOSED, 9_000));
    }

    @Test
    void determined_closesAtOnce_andStaysWhateverTheCloseDate() {
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(9_000));
        says(DETERMINED, 2_000, NONE, NONE);
        assertThat(at(2_100)).isEqualTo(ended(MarketPhase.DETERMINED, 2_000));
        says(CLOSE_DATE_UPDATED, 2_200, NONE, OptionalLong.of(20_000));
        assertThat(at(2_300)).isEqualTo(ended(MarketPhase.DETERMINED, 2_000));
        says(SETTLED, 3_000, NONE, NONE);
        assertThat(at(3_100)).isEqualTo(ended(MarketPhase.SETTLED, 2_000));
    }

    @Test
    void settled_afterTheClose_keepsWhenTradingEnded() {
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(1_500));
        at(1_600);
        says(SETTLED, 8_000, NONE, NONE);
        assertThat(at(8_100)).isEqualTo(ended(MarketPhase.SETTLED, 1_500));
    }

    @Test
    void settled_alone_endsTradingThen() {
        says(SETTLED, 8_000, NONE, NONE);
        assertThat(at(8_100)).isEqualTo(ended(MarketPhase.SETTLED, 8_000));
    }

    @Test
    void reportedStatus_ofAnOlderProxy_isTaken() {
        says(REPORTED_INITIALIZED, 500, NONE, NONE);
        assertThat(at(1_000)).isEqualTo(status(MarketPhase.INITIALIZED));
        says(REPORTED_OPEN, 1_000, NONE, NONE);
        assertThat(at(1_100)).isEqualTo(status(MarketPhase.OPEN));
        says(REPORTED_CLOSED, 1_200, NONE, NONE);
        assertThat(at(1_300)).isEqualTo(ended(MarketPhase.CLOSED, 1_200));
        says(REPORTED_OPEN, 1_400, NONE, NONE);
        assertThat(at(1_500)).isEqualTo(status(MarketPhase.OPEN));
    }

    @Test
    void reportedStatus_keepsTheTimesThatAreStillAhead_andForgetsThoseThatContradictIt() {
        says(CREATED, 0, OptionalLong.of(2_000), OptionalLong.of(3_000));
        says(REPORTED_INITIALIZED, 1_000, NONE, NONE);
        assertThat(at(1_999)).isEqualTo(status(MarketPhase.INITIALIZED));
        assertThat(at(2_000)).isEqualTo(status(MarketPhase.OPEN));
        says(REPORTED_INITIALIZED, 2_000, NONE, NONE);
        assertThat(at(2_500)).isEqualTo(status(MarketPhase.INITIALIZED));
        says(REPORTED_PAUSED, 2_600, NONE, NONE);
        assertThat(at(2_999)).isEqualTo(status(MarketPhase.PAUSED));
        assertThat(at(3_000)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
        says(REPORTED_OPEN, 3_000, NONE, NONE);
        assertThat(at(9_000)).isEqualTo(status(MarketPhase.OPEN));
        says(CLOSE_DATE_UPDATED, 9_000, NONE, OptionalLong.of(10_000));
        says(REPORTED_CLOSED, 9_500, NONE, NONE);
        assertThat(at(9_600)).isEqualTo(ended(MarketPhase.CLOSED, 9_500));
        says(REPORTED_CLOSED, 9_700, NONE, NONE);
        assertThat(at(9_800)).isEqualTo(ended(MarketPhase.CLOSED, 9_500));
    }

    @Test
    void reportedResult_countsFromTheFirstReport() {
        says(REPORTED_DETERMINED, 2_000, NONE, NONE);
        says(REPORTED_DETERMINED, 2_500, NONE, NONE);
        assertThat(at(2_600)).isEqualTo(ended(MarketPhase.DETERMINED, 2_000));
        says(REPORTED_OPEN, 3_000, NONE, NONE);
        says(REPORTED_SETTLED, 4_000, NONE, NONE);
        says(REPORTED_SETTLED, 4_500, NONE, NONE);
        assertThat(at(5_000)).isEqualTo(ended(MarketPhase.SETTLED, 4_000));
        says(ACTIVATED, 5_000, NONE, NONE);
        assertThat(at(5_100)).isEqualTo(ended(MarketPhase.SETTLED, 4_000));
    }

    @Test
    void status_changesWhileTheBookStaysTheSame() {
        registry.apply(next.at(1, 1).snapshot(Map.of(4300, 100L), Map.of()));
        BookSnapshot book = registry.market(Updates.TICKER).orElseThrow().current().book();
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(2_000));
        at(2_000);
        assertThat(registry.market(Updates.TICKER).orElseThrow().current().book()).isSameAs(book);
    }

    @Test
    void clock_thatJumpsForwardAndBack_closesNoMarketForGood() {
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(3_000));
        assertThat(at(2_000)).isEqualTo(status(MarketPhase.OPEN));
        assertThat(at(9_000_000)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
        assertThat(at(2_001)).isEqualTo(status(MarketPhase.OPEN));
        assertThat(at(3_000)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
    }

    @Test
    void message_thatComesDuringAForwardGlitchOfTheClock_isJudgedByTheTimeThatFollows() {
        clock.set(9_000_000);
        registry.advanceStatuses();
        says(CREATED, 0, OptionalLong.of(500), OptionalLong.of(3_000));
        assertThat(at(9_000_001)).isEqualTo(ended(MarketPhase.CLOSED, 3_000));
        assertThat(at(2_000)).isEqualTo(status(MarketPhase.OPEN));
    }

    @Test
    void closingTimes_thatAreSuperseded_doNotPileUp() {
        for (long closeMs = 10_000; closeMs < 10_500; closeMs++) {
            says(CLOSE_DATE_UPDATED, 0, NONE, OptionalLong.of(closeMs));
        }
        assertThat(registry.scheduledTimes()).isEqualTo(1);
        assertThat(at(10_498)).isEqualTo(status(MarketPhase.OPEN));
        assertThat(at(10_499)).isEqualTo(ended(MarketPhase.CLOSED, 10_499));
        says(DETERMINED, 10_600, NONE, NONE);
        assertThat(registry.scheduledTimes()).isZero();
    }
}

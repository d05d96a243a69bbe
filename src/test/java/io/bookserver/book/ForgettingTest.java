package io.bookserver.book;

import static io.bookserver.book.Side.YES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The contract's rule 11. */
class ForgettingTest {
    private static final long KEEP_MS = 1_000;

    private final AtomicLong clock = new AtomicLong(5_000_000);
    private final BookRegistry registry = new BookRegistry(clock::get);
    private final Updates next = new Updates();

    private int forgetAt(long newestRecordMs) {
        return registry.forget(KEEP_MS, partition -> newestRecordMs);
    }

    private void snapshotAt(long recordMs) {
        registry.apply(next.recordMs(recordMs).at(1, 1 + recordMs).feedReceived(recordMs)
                .snapshot(Map.of(4300, 100L), Map.of(5800, 5L)));
    }

    private void settledAt(long recordMs) {
        registry.apply(next.recordMs(recordMs).unsequenced()
                .status(MarketStatusChanged.Event.SETTLED, recordMs, OptionalLong.empty(), OptionalLong.of(9_000_000)));
    }

    @Test
    void market_thatIsOpen_isKeptHoweverLongNoRecordNamesIt() {
        snapshotAt(10);
        assertThat(forgetAt(99_999_999)).isZero();
    }

    @Test
    void market_thatHasEnded_isForgottenBehindTheLastRecordThatNamedIt() {
        snapshotAt(10);
        settledAt(20);
        registry.report(new StatisticsReported(Updates.TICKER, MarketStatistics.NONE, true, 500));
        assertThat(forgetAt(1_500)).isZero();
        assertThat(forgetAt(1_501)).isEqualTo(1);
        assertThat(registry.market(Updates.TICKER)).isEmpty();
        assertThat(registry.size()).isZero();
        assertThat(registry.list("", "", market -> true, 9)).isEmpty();
        assertThat(registry.scheduledTimes()).isZero();
        assertThat(List.of(registry.booksIn(BookState.LIVE), registry.crossedBooks(), registry.forgotten()))
                .isEqualTo(List.of(0L, 0L, 1L));
    }

    @Test
    void market_thatNeverHadASnapshot_isForgotten_andARecordThatIsPassedOverNamesIt() {
        registry.apply(next.recordMs(10).at(1, 1).delta(YES, 4300, 1));
        registry.apply(next.recordMs(900).at(1, 2).delta(YES, 4300, 1));
        assertThat(forgetAt(1_900)).isZero();
        assertThat(forgetAt(1_901)).isEqualTo(1);
        assertThat(registry.booksIn(BookState.AWAITING_SNAPSHOT)).isZero();
    }

    @Test
    void market_thatComesBack_goesOnBehindEveryVersionOfBefore_andItsFollowersHearOfIt() {
        snapshotAt(10);
        settledAt(20);
        Market gone = registry.market(Updates.TICKER).orElseThrow();
        long lastVersion = gone.current().version();
        forgetAt(9_999);
        assertThat(gone.isRetired()).isTrue();
        List<Long> heard = new ArrayList<>();
        registry.addListener((before, after) -> heard.add(after.version()));
        snapshotAt(10_000);
        MarketSnapshot back = registry.market(Updates.TICKER).orElseThrow().current();
        // the version in between is the market of which nothing is known yet: no follower gets it
        assertThat(heard).isEqualTo(List.of(lastVersion + 2));
        assertThat(back.version()).isEqualTo(lastVersion + 2);
        assertThat(back.status().phase()).isEqualTo(MarketPhase.UNKNOWN);
        assertThat(registry.list("", "", market -> true, 9)).isEqualTo(List.of(back));
    }

    /** What a writer does that looked up the market before it was forgotten. */
    @Test
    void update_ofAWriterThatHoldsAForgottenMarket_isAppliedToTheOneThatFollows() {
        settledAt(20);
        List<Market> held = new ArrayList<>();
        registry.addListener((before, after) -> { });
        registry.market(Updates.TICKER).ifPresent(held::add);
        assertThat(held.get(0).retire(held.get(0).current())).isTrue();
        snapshotAt(30);
        assertThat(registry.market(Updates.TICKER).orElseThrow().current().book().state()).isEqualTo(BookState.LIVE);
        assertThat(registry.list("", "", market -> true, 9)).hasSize(1);
    }

    @Test
    void description_namesTheMarketToo() {
        settledAt(20);
        registry.describe(new MarketDescribed(Updates.TICKER, MarketDetails.NONE.named("KXE-1", "KXE"), 1_000));
        assertThat(registry.forget(100, partition -> 1_100)).isZero();
        assertThat(registry.forget(100, partition -> 1_101)).isEqualTo(1);
    }

    @Test
    void detailsAndGroups_areForgottenWithTheMarket() {
        snapshotAt(10);
        MarketDetails told = new MarketDetails("KXE-1", "KXE", "Title?", "", "", "", "", "", Optional.empty(), OptionalLong.empty());
        registry.describe(new MarketDescribed("NOT-KNOWN", told, 0));
        registry.describe(new MarketDescribed(Updates.TICKER, told, 0));
        MarketDetails moved = new MarketDetails("KXE-2", "KXE", "", "", "", "yes", "", "", Optional.of(true), OptionalLong.of(5));
        registry.describe(new MarketDescribed(Updates.TICKER, moved, 0));
        assertThat(registry.market(Updates.TICKER).orElseThrow().details()).isEqualTo(new MarketDetails(
                "KXE-2", "KXE", "Title?", "", "", "yes", "", "", Optional.of(true), OptionalLong.of(5)));
        MarketGroups groups = registry.groups();
        assertThat(List.of(groups.marketsOfEvent("KXE-2", "", 9), groups.marketsOfSeries("KXE", "", 9), groups.events("", 9),
                groups.eventsOfSeries("KXE", "", 9), groups.marketsOfEvent("KXE-1", "", 9))).isEqualTo(List.of(
                List.of(Updates.TICKER), List.of(Updates.TICKER), List.of("KXE-2"), List.of("KXE-2"), List.of()));
        settledAt(20);
        assertThat(forgetAt(9_999)).isEqualTo(1);
        assertThat(groups.size()).isZero();
    }

    @Test
    void market_whoseSeriesIsToldLater_movesToIt() {
        snapshotAt(10);
        MarketDetails event = MarketDetails.NONE.named("KXE-1", "");
        registry.describe(new MarketDescribed(Updates.TICKER, event, 0));
        registry.describe(new MarketDescribed(Updates.TICKER, MarketDetails.NONE.named("", "KXE"), 0));
        MarketGroups groups = registry.groups();
        assertThat(List.of(groups.marketsOfSeries("", "", 9), groups.marketsOfSeries("KXE", "", 9), groups.eventsOfSeries("KXE", "", 9)))
                .isEqualTo(List.of(List.of(), List.of(Updates.TICKER), List.of("KXE-1")));
        assertThat(groups.size()).isEqualTo(3);
    }

    @Test
    void groups_areReadInPages() {
        MarketGroups groups = new MarketGroups();
        for (String ticker : List.of("B-1", "B-2", "A-1", "B-3", "C-1")) {
            groups.add(ticker, new MarketDetails(ticker.substring(0, 1), "S", "", "", "", "", "", "", Optional.empty(), OptionalLong.empty()));
        }
        assertThat(groups.events("", 2)).isEqualTo(List.of("A", "B"));
        assertThat(groups.events("B", 2)).isEqualTo(List.of("C"));
        assertThat(groups.marketsOfEvent("B", "B-1", 1)).isEqualTo(List.of("B-2"));
        assertThat(groups.marketsOfSeries("S", "B-2", 9)).isEqualTo(List.of("B-3", "C-1"));
        assertThat(groups.eventsOfSeries("S", "A", 9)).isEqualTo(List.of("B", "C"));
    }

    @Test
    void closingTime_ofAMarketThatWasForgotten_isForgottenToo() {
        registry.apply(next.recordMs(10).unsequenced().status(MarketStatusChanged.Event.CREATED, 10,
                OptionalLong.of(1_000_000), OptionalLong.of(2_000_000)));
        registry.advanceStatuses();
        assertThat(registry.scheduledTimes()).isEqualTo(2);
        assertThat(forgetAt(9_999_999)).isEqualTo(1);
        assertThat(registry.scheduledTimes()).isZero();
    }

    @Test
    void counts_areWithoutTheMarketThatWasForgotten_whateverItsBookWas() {
        registry.apply(next.recordMs(10).at(1, 1).snapshot(Map.of(4300, 100L), Map.of(5700, 5L)));
        registry.apply(next.at(1, 2).delta(YES, 100, -1));
        assertThat(List.of(registry.booksIn(BookState.STALE), registry.staleBooksToHeal(), registry.crossedBooks()))
                .isEqualTo(List.of(1L, 1L, 1L));
        settledAt(20);
        assertThat(forgetAt(9_999)).isEqualTo(1);
        assertThat(List.of(registry.booksIn(BookState.STALE), registry.staleBooksToHeal(), registry.crossedBooks()))
                .isEqualTo(List.of(0L, 0L, 0L));
    }

    @Test
    void market_isForgottenByTheTimeOfItsOwnPartition() {
        registry.apply(next.partition(3).recordMs(10).at(1, 1).delta(YES, 4300, 1));
        assertThat(registry.forget(KEEP_MS, partition -> partition == 3 ? 500 : 99_999)).isZero();
        assertThat(registry.forget(KEEP_MS, partition -> partition == 3 ? 99_999 : 500)).isEqualTo(1);
        assertThat(registry.forgotten()).isEqualTo(1);
    }

    /** The event is there as long as one of its markets is. */
    @Test
    void event_isForgottenWithItsLastMarket() {
        MarketGroups groups = new MarketGroups();
        MarketDetails details = new MarketDetails("E", "S", "", "", "", "", "", "", Optional.empty(), OptionalLong.empty());
        groups.add("A", details);
        groups.add("B", groups.sharing(new MarketDetails(new String("E"), new String("S"), "", "", "", "", "", "",
                Optional.empty(), OptionalLong.empty())));
        assertThat(groups.size()).isEqualTo(5);
        groups.remove("A", details);
        assertThat(List.of(groups.events("", 9), groups.eventsOfSeries("S", "", 9))).isEqualTo(List.of(List.of("E"), List.of("E")));
        groups.remove("B", details);
        assertThat(groups.size()).isZero();
    }

    /** Millions of markets share their events' texts. */
    @Test
    void tickersOfEventAndSeries_areTheTextsThatAreKnown() {
        MarketGroups groups = new MarketGroups();
        MarketDetails first = new MarketDetails("E", "S", "", "", "", "", "", "", Optional.empty(), OptionalLong.empty());
        groups.add("A", first);
        MarketDetails second = new MarketDetails(new String("E"), new String("S"), "a title", "", "", "", "", "", Optional.empty(),
                OptionalLong.empty());
        assertThat(groups.sharing(second)).isEqualTo(second);
        assertThat(groups.sharing(second).eventTicker()).isSameAs(first.eventTicker());
        assertThat(groups.sharing(second).seriesTicker()).isSameAs(first.seriesTicker());
        assertThat(groups.sharing(first.named("D", "R"))).isEqualTo(first.named("D", "R"));
    }

    @Test
    void market_withoutAnEvent_belongsToNoGroup() {
        MarketGroups groups = new MarketGroups();
        groups.add("A", MarketDetails.NONE);
        assertThat(groups.size()).isZero();
        groups.remove("A", MarketDetails.NONE);
        assertThat(groups.size()).isZero();
    }
}

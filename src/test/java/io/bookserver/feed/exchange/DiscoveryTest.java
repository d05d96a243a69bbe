package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.feed.exchange.ListedMarket.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The passes through REST's list, page by page, with a clock that the test moves. */
class DiscoveryTest {
    private final ManualClock clock = new ManualClock();
    private final FakeExchange exchange = new FakeExchange(clock);
    private final ConnectorFigures figures = new ConnectorFigures();
    private final List<ListedMarket> told = new ArrayList<>();
    private final MarketSelection selection = new MarketSelection(List.of("open"));
    private final MarketCatalog catalog = new MarketCatalog(selection, OptionalInt.empty(), new MarketCatalog.Listener() {
        @Override
        public void follow(String ticker) {}

        @Override
        public void unfollow(String ticker) {}

        @Override
        public void told(ListedMarket market) {
            told.add(market);
        }
    }, figures);
    private final RestBudget budget = new RestBudget(clock, 200, 600, new SplittableRandom(1), figures);
    private final Discovery discovery = new Discovery(clock, Duration.ofMinutes(10), selection, catalog, exchange,
            budget, figures);

    DiscoveryTest() {
        catalog.share(ticker -> true, clock.epochMs());
    }

    private static ListedMarket open(String ticker) {
        return new ListedMarket(ticker, Phase.OPEN, OptionalLong.of(1), OptionalLong.empty());
    }

    private void pass(long ms) {
        for (long left = ms; left > 0; left -= 20) {
            clock.advance(20);
            discovery.tick();
        }
    }

    /** Answers the three queries of a pass; the last two with nothing. */
    private void walk(ListedMarket... markets) {
        pass(20);
        exchange.list("", markets);
        pass(20);
        exchange.list("");
        pass(20);
        exchange.list("");
        pass(20);
    }

    @Test
    void pages_areAskedForUntilTheCursorIsEmpty_oneQuestionAfterTheOther() {
        List<String> asked = new ArrayList<>();
        pass(20);
        asked.add(exchange.list("c/1=", open("A")).query());
        pass(20);
        asked.add(exchange.list("", open("B")).query());
        pass(20);
        asked.add(exchange.list("").query());
        pass(20);
        asked.add(exchange.list("").query());
        assertThat(asked).containsExactly(
                "limit=1000&status=open&mve_filter=exclude",
                "limit=1000&status=open&mve_filter=exclude&cursor=c%2F1%3D",
                "limit=1000&status=unopened&mve_filter=exclude",
                "limit=1000&status=paused&mve_filter=exclude");
        assertThat(catalog.followed()).containsExactlyInAnyOrder("A", "B");
    }

    @Test
    void secondWalk_followsTheFirstAtOnce_thenTheIntervalOrWhatMayHaveBeenMissed() {
        walk(open("A"));
        pass(1_100);
        assertThat(exchange.listings).hasSize(1);
        walk(open("A"));
        pass(500_000);
        assertThat(exchange.listings).isEmpty();
        discovery.soon();
        pass(1_100);
        assertThat(exchange.listings).hasSize(1);
    }

    @Test
    void failures_areTriedAgainLaterAndLater_andAThrottledOneEmptiesTheBucket() {
        pass(20);
        exchange.failListing(429);
        assertThat(budget.tokens()).isZero();
        long failedMs = clock.epochMs();
        while (exchange.listings.isEmpty()) {
            pass(20);
        }
        assertThat(clock.epochMs() - failedMs).isBetween(50L, 160L);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            exchange.failListing(503);
            long atMs = clock.epochMs();
            while (exchange.listings.isEmpty()) {
                pass(20);
            }
            waits.add(clock.epochMs() - atMs);
        }
        assertThat(waits.get(5)).isGreaterThan(1_500);
        assertThat(figures.restFailures.sum()).isEqualTo(7);
        assertThat(figures.restThrottled.sum()).isEqualTo(1);
    }

    @Test
    void failure_withATimeToWait_isNotTriedAgainBefore() {
        pass(20);
        exchange.listings.remove(0).answer().accept(new Rest.Answer<>(429, Optional.empty(), "said by the test", 45_000));
        pass(44_980);
        assertThat(exchange.listings).isEmpty();
        pass(40);
        assertThat(exchange.listings).hasSize(1);
    }

    @Test
    void cursorThatLeadsBack_endsItsQuestion_andTheWalkIsMadeAgain() {
        pass(20);
        exchange.list("c1", open("A"));
        pass(20);
        exchange.list("c2", open("B"));
        pass(20);
        exchange.list("c1", open("A"));
        pass(20);
        assertThat(exchange.listings).singleElement().extracting(FakeExchange.Question::query)
                .isEqualTo("limit=1000&status=unopened&mve_filter=exclude");
        assertThat(figures.listingFaults.sum()).isEqualTo(1);
    }

    @Test
    void followedMarketThatIsNoLongerListed_isAskedForByName_andItsEndIsTold() {
        walk(open("A"), open("B"));
        pass(1_000);
        told.clear();
        walk(open("A"));
        pass(20);
        assertThat(exchange.listings).singleElement().extracting(FakeExchange.Question::query)
                .isEqualTo("limit=1000&tickers=B");
        exchange.list("", new ListedMarket("B", Phase.SETTLED, OptionalLong.empty(), OptionalLong.empty()));
        assertThat(told).singleElement().extracting(ListedMarket::phase).isEqualTo(Phase.SETTLED);
    }

    @Test
    void walk_ofAHundredPages_keepsBelowTheRate() {
        int pages = 0;
        long startMs = clock.epochMs();
        while (pages < 200) {
            pass(20);
            if (!exchange.listings.isEmpty()) {
                pages++;
                exchange.list("c" + pages, open("M" + pages));
            }
        }
        // there are 600 tokens, 200 are added per second, a page costs 10
        assertThat(clock.epochMs() - startMs).isBetween(6_900L, 7_300L);
    }
}

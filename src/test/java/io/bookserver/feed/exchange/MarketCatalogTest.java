package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.feed.exchange.ListedMarket.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which markets are followed, from when to when, and what is published about them. */
class MarketCatalogTest {
    private static final long NOW_MS = 1_795_000_000_000L;
    private static final long NOW_S = NOW_MS / 1000;

    private static final class Told implements MarketCatalog.Listener {
        private final List<String> all = new ArrayList<>();

        @Override
        public void follow(String ticker) {
            all.add("+" + ticker);
        }

        @Override
        public void unfollow(String ticker) {
            all.add("-" + ticker);
        }

        @Override
        public void told(ListedMarket market) {
            all.add(market.ticker() + " " + market.phase() + " " + market.closeS().orElse(0));
        }

        private List<String> take() {
            List<String> taken = List.copyOf(all);
            all.clear();
            return taken;
        }
    }

    private final Told told = new Told();
    private final ConnectorFigures figures = new ConnectorFigures();
    private final MarketCatalog catalog = catalog(OptionalInt.empty(), "open");

    private MarketCatalog catalog(OptionalInt maxMarkets, String... words) {
        MarketCatalog made = new MarketCatalog(new MarketSelection(List.of(words)), maxMarkets, told, figures);
        made.share(ticker -> true, NOW_MS);
        return made;
    }

    private static ListedMarket market(String ticker, Phase phase, long openS, long closeS) {
        return new ListedMarket(ticker, phase, OptionalLong.of(openS), OptionalLong.of(closeS));
    }

    private static ExchangeMessage lifecycle(String ticker, String event, String fields) {
        try {
            return ExchangeMessage.read(("{\"type\":\"market_lifecycle_v2\",\"sid\":2,\"msg\":{\"market_ticker\":\"" + ticker
                    + "\",\"event_type\":\"" + event + "\"" + fields + "}}").getBytes(StandardCharsets.UTF_8), NOW_MS);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void openMarket_isToldAndFollowed_andToldAgainOnlyIfItChangesOrAfterHalfAnHour() {
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        assertThat(told.take()).containsExactly("A OPEN " + (NOW_S + 600), "+A");
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS + 60_000);
        assertThat(told.take()).isEmpty();
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 900), NOW_MS, NOW_MS + 60_000);
        assertThat(told.take()).containsExactly("A OPEN " + (NOW_S + 900));
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 900), NOW_MS, NOW_MS + 60_000 + 1_800_000);
        assertThat(told.take()).hasSize(1);
    }

    @Test
    void marketThatIsNotOpenYet_isFollowedShortlyBefore() {
        catalog.listed(market("A", Phase.UNOPENED, NOW_S + 3_600, NOW_S + 7_200), NOW_MS, NOW_MS);
        assertThat(told.take()).hasSize(1);
        catalog.tick(NOW_MS + 3_594_000);
        assertThat(told.take()).isEmpty();
        catalog.tick(NOW_MS + 3_595_000);
        assertThat(told.take()).containsExactly("+A");
    }

    @Test
    void marketThatIsDetermined_isFollowedForAnotherMinute() {
        catalog.lifecycle(lifecycle("A", "created", ",\"open_ts\":" + (NOW_S - 1) + ",\"close_ts\":" + (NOW_S + 60)), NOW_MS);
        assertThat(told.take()).containsExactly("+A");
        catalog.lifecycle(lifecycle("A", "determined", ""), NOW_MS + 1_000);
        catalog.tick(NOW_MS + 60_000);
        assertThat(catalog.follows("A")).isTrue();
        catalog.tick(NOW_MS + 61_000);
        assertThat(told.take()).containsExactly("-A");
        assertThat(catalog.knownCount()).isZero();
    }

    @Test
    void listThatWasAskedForBeforeALifecycleMessage_countsLess() {
        catalog.lifecycle(lifecycle("A", "created", ",\"close_ts\":" + (NOW_S + 60)), NOW_MS);
        catalog.lifecycle(lifecycle("A", "close_date_updated", ",\"close_ts\":" + (NOW_S + 900)), NOW_MS + 1_000);
        told.take();
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 60), NOW_MS + 500, NOW_MS + 1_500);
        assertThat(told.take()).isEmpty();
    }

    @Test
    void listThatWronglySaysDetermined_andIsCorrected_endsNothing() {
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        catalog.listed(market("A", Phase.DETERMINED, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        catalog.tick(NOW_MS + 120_000);
        assertThat(catalog.follows("A")).isTrue();
    }

    @Test
    void marketsOfOthers_areKnown_andFollowedOnceTheyAreOurs() {
        catalog.share(ticker -> ticker.equals("A"), NOW_MS);
        catalog.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        catalog.listed(market("B", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        assertThat(told.take()).containsExactly("A OPEN " + (NOW_S + 600), "+A");
        catalog.share(ticker -> ticker.equals("B"), NOW_MS);
        assertThat(told.take()).containsExactlyInAnyOrder("-A", "B OPEN " + (NOW_S + 600), "+B");
    }

    @Test
    void marketsBeyondTheMost_areLeftOutAndCounted() {
        MarketCatalog limited = catalog(OptionalInt.of(1), "open");
        limited.listed(market("A", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        for (int i = 0; i < 3; i++) {
            limited.listed(market("B", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        }
        assertThat(figures.marketsLeftOut.get()).isEqualTo(1);
        assertThat(limited.followed()).containsExactly("A");
    }

    @Test
    void messageAndListingWithoutAValidTicker_areNoMarkets() {
        for (String ticker : new String[] {"", "A B", "A,B", "A\\u0022"}) {
            catalog.lifecycle(lifecycle(ticker, "created", ",\"open_ts\":" + (NOW_S - 1)), NOW_MS);
        }
        catalog.listed(market("A B", Phase.OPEN, NOW_S - 60, NOW_S + 600), NOW_MS, NOW_MS);
        assertThat(told.take()).isEmpty();
        assertThat(catalog.knownCount()).isZero();
    }

    @Test
    void lookUps_encodeWhatAUrlDoesNotTake() {
        assertThat(MarketSelection.lookUps(List.of("A-1", "B&C%^|#", "D+E")))
                .containsExactly("limit=1000&tickers=A-1,B%26C%25%5E%7C%23,D%2BE");
    }

    @Test
    void selection_takesTickersSeriesAndEvents_andOpenLeavesOutCombinations() {
        MarketSelection some = new MarketSelection(List.of("KXA-1-Y", " series:KXB", "event:KXC-1"));
        assertThat(List.of("KXA-1-Y", "KXB-9-Z", "KXC-1-Q")).allMatch(some::includes);
        assertThat(List.of("KXA-1-N", "KXBB-9-Z", "KXC-12-Q", "KXMVE-1")).noneMatch(some::includes);
        assertThat(some.questions()).hasSize(7).anyMatch(question -> question.contains("series_ticker=KXB"))
                .anyMatch(question -> question.endsWith("&tickers=KXA-1-Y"));
        MarketSelection open = new MarketSelection(List.of("open"));
        assertThat(open.includes("KXA-1")).isTrue();
        assertThat(open.includes("KXMVESPORTS-1")).isFalse();
    }
}

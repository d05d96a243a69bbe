package io.bookserver.feed.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class MarketNamesTest {
    private static final long CLOSE_MS = 1_795_000_000_000L;

    @Test
    void names_ofTheTwoMarketsOfAGame_shareTheEvent() {
        assertEquals(
                new MarketNames("KXMLBGAME-26NOV180000BALATL-BAL", "KXMLBGAME-26NOV180000BALATL", "BAL at ATL winner?"),
                MarketNames.of(0, CLOSE_MS));
        assertEquals(
                new MarketNames("KXMLBGAME-26NOV180000BALATL-ATL", "KXMLBGAME-26NOV180000BALATL", "BAL at ATL winner?"),
                MarketNames.of(1, CLOSE_MS));
    }

    @Test
    void names_ofManyMarkets_areDifferent() {
        var tickers = new HashSet<String>();
        for (long serial = 0; serial < 300_000; serial++) {
            tickers.add(MarketNames.of(serial, CLOSE_MS).ticker());
            tickers.add(MarketNames.of(MarketNames.DIFFERENT - 1 - serial, CLOSE_MS).ticker());
        }
        assertEquals(600_000, tickers.size());
        assertTrue(MarketNames.DIFFERENT > 86_400 * 300, "a day's worth of serial numbers");
    }
}

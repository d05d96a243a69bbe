package io.bookserver.feed.simulator;

import java.nio.charset.StandardCharsets;

/**
 * One market of the simulated exchange: its names, its book, and the phase of its life.
 *
 * <p><i>Not thread-safe; confined to its exchange.</i>
 */
final class SimulatedMarket {
    enum Phase {
        OPEN,
        PAUSED,
        CLOSED,
        DETERMINED,
        SETTLED
    }

    private final int slot;
    private final MarketNames names;
    private final byte[] identityJson;
    private final SimulatedBook book;
    private final long openS;
    private final boolean yesWins;

    private Phase phase = Phase.OPEN;
    private long closeMs;
    private long determinedS;

    /**
     * @param slot its index among the exchange's markets, which its successor takes over
     * @param openS epoch seconds, when trading began
     * @param closeMs epoch ms, a whole second, when trading will end
     * @param yesWins the future result
     */
    SimulatedMarket(
            int slot,
            MarketNames names,
            String marketId,
            SimulatedBook book,
            long openS,
            long closeMs,
            boolean yesWins) {
        this.slot = slot;
        this.names = names;
        this.book = book;
        this.openS = openS;
        this.closeMs = closeMs;
        this.yesWins = yesWins;
        identityJson = ("\"market_ticker\":\"" + names.ticker() + "\",\"market_id\":\"" + marketId + "\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    int slot() {
        return slot;
    }

    MarketNames names() {
        return names;
    }

    String ticker() {
        return names.ticker();
    }

    /** The fields {@code market_ticker} and {@code market_id} as JSON, shared: callers must not modify them. */
    byte[] identityJson() {
        return identityJson;
    }

    SimulatedBook book() {
        return book;
    }

    long openS() {
        return openS;
    }

    long closeMs() {
        return closeMs;
    }

    void closesAt(long laterOrSoonerMs) {
        closeMs = laterOrSoonerMs;
    }

    boolean yesWins() {
        return yesWins;
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next) {
        phase = next;
    }

    void determineAt(long epochS) {
        phase = Phase.DETERMINED;
        determinedS = epochS;
    }

    /** Epoch seconds; call it only for a determined market. */
    long determinedS() {
        return determinedS;
    }
}

package io.bookserver.feed.simulator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** An exchange that does not exist. */
@ConfigMapping(prefix = "orderbook.feed.simulator")
interface SimulatorConfig {
    /** How many markets there are at any time, 1 or more; a quarter of them has no bids, as on the exchange. */
    @WithDefault("200")
    int markets();

    /**
     * Changes of books a second over all markets, busy ones having more of them; 0 for as many as Kafka takes.
     * Snapshots and lifecycle messages come on top.
     */
    @WithDefault("500")
    long updatesPerSecond();

    /** What all chance comes from: the same seed gives the same markets. */
    @WithDefault("42")
    long seed();

    /**
     * How often the snapshot of each market is repeated, spread over time: a topic that keeps its records longer
     * than this can always rebuild every book. Zero for never.
     */
    @WithDefault("PT2M")
    Duration snapshotInterval();

    /** The mean time from a market's opening to its close, at least a second; a new one follows it. */
    @WithDefault("PT10M")
    Duration marketLifetime();
}

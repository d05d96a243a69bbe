package io.bookserver.feed.simulator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The simulated exchange. */
@ConfigMapping(prefix = "orderbook.feed.simulator")
interface SimulatorConfig {
    /** The number of markets at any time, 1 or more; a quarter of them has no bids, as on the exchange. */
    @WithDefault("200")
    int markets();

    /**
     * Changes of books per second over all markets, unevenly distributed; 0 for as many as Kafka accepts. Snapshots and
     * lifecycle messages come in addition.
     */
    @WithDefault("500")
    long updatesPerSecond();

    /** The seed of the random source: the same seed gives the same markets. */
    @WithDefault("42")
    long seed();

    /**
     * How often the snapshot of each market is repeated, spread over time. If a topic retains its records for longer
     * than this, every book can be rebuilt from it. Zero: never.
     */
    @WithDefault("PT2M")
    Duration snapshotInterval();

    /** The mean time from a market's opening to its close, at least a second; a new one follows it. */
    @WithDefault("PT10M")
    Duration marketLifetime();
}

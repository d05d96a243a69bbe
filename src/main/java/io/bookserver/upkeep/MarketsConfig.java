package io.bookserver.upkeep;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What is done to markets without a record. */
@ConfigMapping(prefix = "orderbook.markets")
public interface MarketsConfig {
    /**
     * How long a market that has ended, or never had a snapshot, is kept behind the last record that named it. Counted by
     * the records' own timestamps.
     */
    @WithDefault("PT24H")
    Duration keep();

    /** How often opening and closing times are looked at: a market closes at most this late. */
    @WithDefault("PT0.01S")
    Duration statusInterval();
}

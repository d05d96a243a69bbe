package io.bookserver.upkeep;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Changes of markets without a record. */
@ConfigMapping(prefix = "orderbook.markets")
public interface MarketsConfig {
    /**
     * How long a market that has ended, or never had a snapshot, is kept after the last record that named it, by the
     * records' timestamps.
     */
    @WithDefault("PT24H")
    Duration keep();

    /** How often opening and closing times are checked: a market closes at most this late. */
    @WithDefault("PT0.01S")
    Duration statusInterval();
}

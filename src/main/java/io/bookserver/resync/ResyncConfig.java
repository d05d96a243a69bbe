package io.bookserver.resync;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When this server asks the connector for snapshots. */
@ConfigMapping(prefix = "orderbook.resync")
interface ResyncConfig {
    /** Whether it asks at all. Without a connector nobody answers, and nothing is lost by asking. */
    @WithDefault("true")
    boolean enabled();

    /** The topic that is written to; it has as many partitions as the topic that is read. */
    @WithDefault("market-data-resync")
    String topic();

    /** How long a book may be stale or without a snapshot before it is asked for. */
    @WithDefault("PT1S")
    Duration after();

    /** How long to wait for a snapshot before it is asked for again; the wait doubles up to {@code longest-wait}. */
    @WithDefault("PT5S")
    Duration again();

    /** The longest wait between two requests for one market. */
    @WithDefault("PT5M")
    Duration longestWait();

    /** How many requests are sent a second at most. */
    @WithDefault("2000")
    int requestsPerSecond();
}

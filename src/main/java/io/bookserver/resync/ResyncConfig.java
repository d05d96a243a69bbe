package io.bookserver.resync;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Snapshot requests of this server to the connector. */
@ConfigMapping(prefix = "orderbook.resync")
interface ResyncConfig {
    /** Whether snapshots are requested. Without a connector the requests have no effect. */
    @WithDefault("true")
    boolean enabled();

    /** The topic of the requests; it has as many partitions as the topic that is read. */
    @WithDefault("market-data-resync")
    String topic();

    /** How long a book may be stale or without a snapshot before one is requested. */
    @WithDefault("PT1S")
    Duration after();

    /** How long to wait for a snapshot before it is requested again; the wait doubles up to {@code longest-wait}. */
    @WithDefault("PT5S")
    Duration again();

    /** The longest wait between two requests for one market. */
    @WithDefault("PT5M")
    Duration longestWait();

    /** The maximum number of requests per second. */
    @WithDefault("2000")
    int requestsPerSecond();
}

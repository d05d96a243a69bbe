package io.bookserver.ingest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How records are read. The topic and the consumer's own settings are those of the channel {@code market-data}. */
@ConfigMapping(prefix = "orderbook.ingest")
public interface IngestConfig {
    /**
     * How far back a start reads, by the records' timestamps. Absent: from the beginning of every partition. A market
     * whose last snapshot is older than this stays {@code awaiting_snapshot} until its next one.
     */
    Optional<Duration> rebuildFrom();

    /** How often the lag, and while rebuilding the progress, is looked at. */
    @WithDefault("PT1S")
    Duration watchInterval();

    /**
     * How long the broker may be silent before this server says that it is not ready: its books may then be late
     * without any sign in them.
     */
    @WithDefault("PT30S")
    Duration maxBrokerSilence();

    /** How often opening and closing times are looked at: a market closes at most this late. */
    @WithDefault("PT0.01S")
    Duration statusInterval();

    /** How often, at most, one reason of rejection is logged. Every rejection is counted. */
    @WithDefault("PT10S")
    Duration rejectionLogInterval();

    /**
     * How many dead letters may wait for the broker. Beyond that they are dropped and counted; the books never wait for
     * them, and the record itself is still in its topic.
     */
    @WithDefault("10000")
    int maxPendingDeadLetters();
}

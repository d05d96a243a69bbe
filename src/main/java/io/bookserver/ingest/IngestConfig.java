package io.bookserver.ingest;

import io.quarkus.runtime.configuration.MemorySize;
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

    /**
     * How often the broker is asked where the partitions end, and the consumers where they stand. {@code complete_to_ms}
     * of a quiet topic, the lag and the readiness are at most this late.
     */
    @WithDefault("PT0.25S")
    Duration watchInterval();

    /** How long the broker may take to answer such a question before the books count as incomplete. */
    @WithDefault("PT5S")
    Duration brokerTimeout();

    /**
     * How long the broker may be silent before this server says that it is not ready: its books may then be late
     * without any sign in them.
     */
    @WithDefault("PT30S")
    Duration maxBrokerSilence();

    /**
     * How long a connection that writes {@code feed_status} may be silent before its books are stale. It is written once
     * a second.
     */
    @WithDefault("PT5S")
    Duration maxFeedSilence();

    /**
     * How long a partition may have records that are not read, while none is read, before its books are stale and the
     * server is not ready.
     */
    @WithDefault("PT5S")
    Duration maxStall();

    /** How long a partition may stand still before this server says that it should be started anew. */
    @WithDefault("PT5M")
    Duration maxStallAlive();

    /** How the publisher chooses a market's partition; asked only about markets whose records stand in several. */
    @WithDefault("murmur2")
    KeyPartitioner partitioner();

    /** How often, at most, one reason of rejection is logged. Every rejection is counted. */
    @WithDefault("PT10S")
    Duration rejectionLogInterval();

    /**
     * How many dead letters may wait for the broker. Beyond that they are dropped and counted; the books never wait for
     * them, and the record itself is still in its topic.
     */
    @WithDefault("10000")
    int maxPendingDeadLetters();

    /** How many bytes of dead letters may wait for the broker. Beyond that they are dropped and counted. */
    @WithDefault("16M")
    MemorySize maxPendingDeadLetterBytes();

    /**
     * Whether records that stood in the topic before the start, and are refused when they are read again, are sent to the
     * dead letters again.
     */
    @WithDefault("false")
    boolean deadLettersOfTheRebuild();
}

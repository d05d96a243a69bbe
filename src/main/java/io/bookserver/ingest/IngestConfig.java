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
     * How often the partitions' end offsets and the consumers' positions are queried. {@code complete_to_ms} of a quiet
     * topic, the lag and the readiness are at most this old.
     */
    @WithDefault("PT0.25S")
    Duration watchInterval();

    /** How long the broker may take to answer such a query before the books count as incomplete. */
    @WithDefault("PT5S")
    Duration brokerTimeout();

    /**
     * How long the broker may be silent before this server reports that it is not ready. The books themselves do not
     * show that they may be late.
     */
    @WithDefault("PT30S")
    Duration maxBrokerSilence();

    /**
     * How long a connection that writes {@code feed_status} may be silent before its books are stale. Publishers write
     * it once per second.
     */
    @WithDefault("PT5S")
    Duration maxFeedSilence();

    /**
     * How long records may wait in a partition while none is read, before its books are stale and the server is not
     * ready.
     */
    @WithDefault("PT5S")
    Duration maxStall();

    /** How long a partition may be stalled before liveness goes down, so that the server is restarted. */
    @WithDefault("PT5M")
    Duration maxStallAlive();

    /** How the publisher assigns keys to partitions; used only for markets that have records in several partitions. */
    @WithDefault("murmur2")
    KeyPartitioner partitioner();

    /** A rejection reason is logged at most once in this time. Every rejection is counted. */
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
     * Whether dead letters are sent again for records that were in the topic before the start and are rejected when
     * they are read again.
     */
    @WithDefault("false")
    boolean deadLettersOfTheRebuild();
}

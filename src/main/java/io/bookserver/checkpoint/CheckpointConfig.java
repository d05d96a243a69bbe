package io.bookserver.checkpoint;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Whether a start restores checkpoints, and whether this server writes them. */
@ConfigMapping(prefix = "orderbook.checkpoint")
public interface CheckpointConfig {
    /** The use of checkpoints. */
    enum Mode {
        OFF,
        /** A start restores them. */
        READ,
        /** A start restores them, and this server writes them. */
        WRITE
    }

    @WithDefault("off")
    Mode mode();

    /** The compacted topic, with as many partitions as the topic that is read. Created in mode {@code write}. */
    @WithDefault("market-data-books")
    String topic();

    /** How often the changed markets are written. */
    @WithDefault("PT10S")
    Duration interval();

    /** The consumer group whose members share the partitions to be written. */
    @WithDefault("orderbook-checkpoint")
    String group();

    /** How long a start waits for the next record of the checkpoint before it continues without it. */
    @WithDefault("PT30S")
    Duration readTimeout();
}

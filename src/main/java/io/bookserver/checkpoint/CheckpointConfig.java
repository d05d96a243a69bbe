package io.bookserver.checkpoint;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Whether a start begins with checkpoints, and whether this server writes them. */
@ConfigMapping(prefix = "orderbook.checkpoint")
public interface CheckpointConfig {
    /** What is done with checkpoints. */
    enum Mode {
        OFF,
        /** A start begins with them. */
        READ,
        /** A start begins with them, and they are written. */
        WRITE
    }

    @WithDefault("off")
    Mode mode();

    /** The compacted topic; it has as many partitions as the topic that is read. Made in mode {@code write}. */
    @WithDefault("market-data-books")
    String topic();

    /** How often the markets that changed are written. */
    @WithDefault("PT10S")
    Duration interval();

    /** The consumer group whose members share the partitions to be written. */
    @WithDefault("orderbook-checkpoint")
    String group();

    /** How long a start waits for the next record of the checkpoint before it does without. */
    @WithDefault("PT30S")
    Duration readTimeout();
}

package io.bookserver.feed;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * The source of records if there is no market-data server. A feed publishes to Kafka what such a server would. It must
 * be off if a real one publishes to the same topic.
 */
@ConfigMapping(prefix = "orderbook.feed")
public interface FeedConfig {
    /**
     * The feed to run: {@code none}, {@code exchange} (the connector), {@code replay} (a recorded file),
     * {@code simulator} (simulated markets), or {@code auto}: {@code exchange} if it has an API key, else
     * {@code simulator}.
     */
    @WithDefault("none")
    Mode mode();

    /** The topic to publish to; by default the one that this server reads. It must exist. */
    @WithDefault("${orderbook.topic:market-data-all}")
    String topic();

    /** Which feed runs. */
    enum Mode {
        NONE,
        AUTO,
        EXCHANGE,
        REPLAY,
        SIMULATOR
    }
}

package io.bookserver.feed;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * Where records come from when no market-data server is at hand. A feed publishes to Kafka what such a server would, and
 * must be off where a real one publishes to the same topic.
 */
@ConfigMapping(prefix = "orderbook.feed")
public interface FeedConfig {
    /**
     * Which feed runs: {@code none}, {@code exchange} (the connector), {@code replay} (a recorded file), {@code simulator}
     * (made-up markets), or {@code auto}: {@code exchange} if it has an API key, else {@code simulator}.
     */
    @WithDefault("none")
    Mode mode();

    /** The topic that is published to; by default the one that this server reads. It must exist. */
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

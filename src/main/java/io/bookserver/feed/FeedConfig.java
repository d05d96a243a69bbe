package io.bookserver.feed;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where records come from when no market-data server is at hand. A feed publishes to Kafka what such a server would:
 * it is for trying this server out and for load tests, and must be off where a real one publishes to the same topic.
 */
@ConfigMapping(prefix = "orderbook.feed")
public interface FeedConfig {
    /** Which feed runs: {@code none}, {@code replay} (a recorded file) or {@code simulator} (made-up markets). */
    @WithDefault("none")
    Mode mode();

    /** The topic that is published to; by default the one that this server reads. It must exist. */
    @WithDefault("${orderbook.topic:market-data-all}")
    String topic();

    Replay replay();

    Simulator simulator();

    /** Which feed runs. */
    enum Mode {
        NONE,
        REPLAY,
        SIMULATOR
    }

    /** A recorded session of the exchange's WebSocket. */
    interface Replay {
        /**
         * The recording: one line a frame, {@code {"received_ms":<epoch ms>,"frame":{...}}}, UTF-8, read through gzip
         * if its name ends in {@code .gz}. Required for mode {@code replay}.
         */
        Optional<Path> file();

        /** How many times faster than recorded, a decimal number: 1 as recorded, 10 ten times faster, 0 flat out. */
        @WithDefault("1")
        double speed();

        /** Whether to begin again at the end. */
        @WithDefault("false")
        boolean loop();

        /**
         * Whether {@code receivedTimestamp} says the recorded time instead of the time of publishing. With
         * {@code loop}, only the first round changes any book then: the later ones are repeats, seq and time alike.
         */
        @WithDefault("false")
        boolean keepRecordedTimes();
    }

    /** An exchange that does not exist. */
    interface Simulator {
        /** How many markets there are at any time, 1 or more; a quarter of them has no bids, as on the exchange. */
        @WithDefault("200")
        int markets();

        /**
         * Changes of books a second over all markets, busy ones having more of them; 0 for as many as Kafka takes.
         * Snapshots and lifecycle messages come on top.
         */
        @WithDefault("500")
        long updatesPerSecond();

        /** What all chance comes from: the same seed gives the same markets. */
        @WithDefault("42")
        long seed();

        /**
         * How often the snapshot of each market is repeated, spread over time: a topic that keeps its records longer
         * than this can always rebuild every book. Zero for never.
         */
        @WithDefault("PT2M")
        Duration snapshotInterval();

        /** The mean time from a market's opening to its close, at least a second; a new one follows it. */
        @WithDefault("PT10M")
        Duration marketLifetime();
    }
}

package io.bookserver.feed.replay;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** A recorded session of the exchange's WebSocket. */
@ConfigMapping(prefix = "orderbook.feed.replay")
interface ReplayConfig {
    /**
     * The recording: one line per frame, {@code {"received_ms":<epoch ms>,"frame":{...}}}, UTF-8, decompressed if its
     * name ends in {@code .gz}. Required for mode {@code replay}.
     */
    Optional<Path> file();

    /** The speed, a decimal number: 1 as recorded, 10 ten times faster, 0 without waiting. */
    @WithDefault("1")
    double speed();

    /** Whether to start again at the end. */
    @WithDefault("false")
    boolean loop();

    /** Whether {@code receivedTimestamp} is the recorded time instead of the time of publication. */
    @WithDefault("false")
    boolean keepRecordedTimes();
}

package io.bookserver.feed;

import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Locale;

/**
 * What refuses a feed in a native executable: one that is asked for and never comes would look like a market that is
 * still. A JVM has its feeds, also where the application was packaged on the way to an executable.
 *
 * <p><i>Immutable.</i>
 */
@ApplicationScoped
class FeedAbsent {
    private final FeedConfig config;

    @Inject
    FeedAbsent(FeedConfig config) {
        this.config = config;
    }

    /**
     * Ends the start before the first record is read.
     *
     * @throws IllegalStateException if a feed is configured in an executable
     */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        check(ImageMode.current());
    }

    void check(ImageMode mode) {
        if (mode == ImageMode.NATIVE_RUN && config.mode() != FeedConfig.Mode.NONE) {
            throw new IllegalStateException("orderbook.feed.mode must be none in a native executable, which runs no feeds;"
                    + " the packaged jar does: orderbook.feed.mode=" + config.mode().name().toLowerCase(Locale.ROOT));
        }
    }
}

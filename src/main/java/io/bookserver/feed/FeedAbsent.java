package io.bookserver.feed;

import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Locale;

/**
 * What a native executable has in the place of {@link FeedStarter}: it refuses to start with a feed, since one that is
 * asked for and never comes would look like a market that is still.
 *
 * <p><i>Immutable.</i>
 */
@ApplicationScoped
@IfBuildProperty(name = "quarkus.native.enabled", stringValue = "true")
class FeedAbsent {
    private final FeedConfig config;

    @Inject
    FeedAbsent(FeedConfig config) {
        this.config = config;
    }

    /**
     * Ends the start.
     *
     * @throws IllegalStateException if a feed is configured
     */
    void start(@Observes StartupEvent event) {
        if (config.mode() != FeedConfig.Mode.NONE) {
            throw new IllegalStateException("orderbook.feed.mode must be none in a native executable, which has no feeds;"
                    + " the packaged jar has them: orderbook.feed.mode=" + config.mode().name().toLowerCase(Locale.ROOT));
        }
    }
}

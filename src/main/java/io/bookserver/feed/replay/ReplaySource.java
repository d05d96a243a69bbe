package io.bookserver.feed.replay;

import io.bookserver.feed.Feed;
import io.bookserver.feed.FeedClock;
import io.bookserver.feed.FeedConfig;
import io.bookserver.feed.FeedSource;
import io.bookserver.feed.KafkaProducers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Creates the feed of a recording. A native executable refuses it.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class ReplaySource implements FeedSource {
    private static final Duration PATIENCE = Duration.ofMillis(Integer.MAX_VALUE);
    private static final int LINGER_MS = 1;

    private final FeedConfig feed;
    private final ReplayConfig config;

    @Inject
    ReplaySource(FeedConfig feed, ReplayConfig config) {
        this.feed = feed;
        this.config = config;
    }

    @Override
    public FeedConfig.Mode mode() {
        return FeedConfig.Mode.REPLAY;
    }

    @Override
    public boolean isReady() {
        return false;
    }

    @Override
    public Feed open() {
        var producers = new KafkaProducers(ConfigProvider.getConfig(), LINGER_MS, PATIENCE);
        return new ReplayFeed(config, feed.topic(), producers::make, FeedClock.SYSTEM);
    }
}

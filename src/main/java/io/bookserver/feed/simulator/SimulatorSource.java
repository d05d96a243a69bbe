package io.bookserver.feed.simulator;

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
 * Creates the simulator's feed. A native executable refuses it.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class SimulatorSource implements FeedSource {
    /** After this long without an answer the simulator considers the broker gone and starts over. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int SLOW_LINGER_MS = 1;
    private static final int FAST_LINGER_MS = 5;
    private static final long FAST_UPDATES_PER_SECOND = 20_000;

    private final FeedConfig feed;
    private final SimulatorConfig config;

    @Inject
    SimulatorSource(FeedConfig feed, SimulatorConfig config) {
        this.feed = feed;
        this.config = config;
    }

    @Override
    public FeedConfig.Mode mode() {
        return FeedConfig.Mode.SIMULATOR;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public Feed open() {
        long rate = config.updatesPerSecond();
        int lingerMs = rate == 0 || rate > FAST_UPDATES_PER_SECOND ? FAST_LINGER_MS : SLOW_LINGER_MS;
        var producers = new KafkaProducers(ConfigProvider.getConfig(), lingerMs, PATIENCE);
        return new SimulatorFeed(config, feed.topic(), producers::make, FeedClock.SYSTEM);
    }
}

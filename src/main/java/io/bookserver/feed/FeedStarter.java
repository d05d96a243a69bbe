package io.bookserver.feed;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * Starts the configured feed on a thread of its own and stops it with the application. A native executable never gets
 * this far with a feed: see {@link FeedAbsent}.
 *
 * <p><i>Thread-safe: used by the container's start and stop only.</i>
 */
@ApplicationScoped
class FeedStarter {
    private static final Logger LOG = Logger.getLogger(FeedStarter.class);
    private static final Duration STOP_AT_MOST = Duration.ofSeconds(10);
    /** After this long without an answer the simulator takes the broker for gone and starts over. */
    private static final Duration SIMULATOR_PATIENCE = Duration.ofSeconds(15);

    private static final Duration REPLAY_PATIENCE = Duration.ofMillis(Integer.MAX_VALUE);
    private static final int SLOW_LINGER_MS = 1;
    private static final int FAST_LINGER_MS = 5;
    private static final long FAST_UPDATES_PER_SECOND = 20_000;

    private final FeedConfig config;
    private volatile Thread thread;

    @Inject
    FeedStarter(FeedConfig config) {
        this.config = config;
    }

    /** Late, so that a broker within this process is there by then. */
    void start(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) StartupEvent event) {
        if (config.mode() == FeedConfig.Mode.NONE) {
            return;
        }
        Feed feed = feed(ConfigProvider.getConfig());
        thread = new Thread(() -> run(feed), "orderbook-feed");
        thread.setDaemon(true);
        thread.start();
    }

    /** Early, while a broker within this process is still there. */
    void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event)
            throws InterruptedException {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        thread.join(STOP_AT_MOST.toMillis());
        if (thread.isAlive()) {
            LOG.warnf("feed=%s state=not_stopped waited=%s", config.mode(), STOP_AT_MOST);
        }
    }

    private Feed feed(Config settings) {
        if (config.mode() == FeedConfig.Mode.REPLAY) {
            var producers = new KafkaProducers(settings, SLOW_LINGER_MS, REPLAY_PATIENCE);
            return new ReplayFeed(config.replay(), config.topic(), producers::make, FeedClock.SYSTEM);
        }
        long rate = config.simulator().updatesPerSecond();
        int lingerMs = rate == 0 || rate > FAST_UPDATES_PER_SECOND ? FAST_LINGER_MS : SLOW_LINGER_MS;
        var producers = new KafkaProducers(settings, lingerMs, SIMULATOR_PATIENCE);
        return new SimulatorFeed(config.simulator(), config.topic(), producers::make, FeedClock.SYSTEM);
    }

    private void run(Feed feed) {
        LOG.infof("feed=%s state=started topic=%s", config.mode(), config.topic());
        try {
            feed.run();
            LOG.infof("feed=%s state=finished", config.mode());
        } catch (InterruptedException e) {
            LOG.infof("feed=%s state=stopped", config.mode());
        } catch (RuntimeException e) {
            LOG.errorf(e, "feed=%s state=failed", config.mode());
        }
    }
}

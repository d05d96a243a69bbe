package io.bookserver.feed;

import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Starts the configured feed on a separate thread and stops it with the application. A native executable refuses the
 * feeds with simulated or recorded markets: a configured feed that silently does not run would look like a quiet
 * market.
 *
 * <p><i>Thread-safe: called only on the container's start and stop.</i>
 */
@ApplicationScoped
class FeedStarter {
    private static final Logger LOG = Logger.getLogger(FeedStarter.class);
    private static final Duration STOP_AT_MOST = Duration.ofSeconds(10);

    private final FeedConfig config;
    private final Iterable<FeedSource> sources;
    private volatile Thread thread;

    @Inject
    FeedStarter(FeedConfig config, @Any Instance<FeedSource> sources) {
        this(config, (Iterable<FeedSource>) sources);
    }

    FeedStarter(FeedConfig config, Iterable<FeedSource> sources) {
        this.config = config;
        this.sources = sources;
    }

    /**
     * Aborts the start before the first record is read.
     *
     * @throws IllegalStateException if the configured feed is not supported in an executable
     */
    void refuse(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        check(ImageMode.current());
    }

    void check(ImageMode mode) {
        boolean runs = config.mode() == FeedConfig.Mode.NONE || config.mode() == FeedConfig.Mode.EXCHANGE;
        if (mode == ImageMode.NATIVE_RUN && !runs) {
            throw new IllegalStateException("orderbook.feed.mode must be none or exchange in a native executable; the packaged"
                    + " jar runs all feeds: orderbook.feed.mode=" + config.mode().name().toLowerCase(Locale.ROOT));
        }
    }

    /** Late, so that a broker within this process is already running. */
    void start(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) StartupEvent event) {
        if (config.mode() == FeedConfig.Mode.NONE) {
            return;
        }
        FeedSource source = source();
        Feed feed = source.open();
        thread = new Thread(() -> run(source.mode(), feed), "orderbook-feed");
        thread.setDaemon(true);
        thread.start();
    }

    /** Early, while a broker within this process is still running. */
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

    private FeedSource source() {
        if (config.mode() == FeedConfig.Mode.AUTO) {
            return source(FeedConfig.Mode.EXCHANGE).filter(FeedSource::isReady)
                    .or(() -> source(FeedConfig.Mode.SIMULATOR)).orElseThrow(this::absent);
        }
        return source(config.mode()).orElseThrow(this::absent);
    }

    private Optional<FeedSource> source(FeedConfig.Mode mode) {
        for (FeedSource source : sources) {
            if (source.mode() == mode) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    private IllegalStateException absent() {
        return new IllegalStateException("this build does not contain the feed: orderbook.feed.mode="
                + config.mode().name().toLowerCase(Locale.ROOT));
    }

    private void run(FeedConfig.Mode mode, Feed feed) {
        LOG.infof("feed=%s state=started topic=%s", mode, config.topic());
        try {
            feed.run();
            LOG.infof("feed=%s state=finished", mode);
        } catch (InterruptedException e) {
            LOG.infof("feed=%s state=stopped", mode);
        } catch (RuntimeException e) {
            LOG.errorf(e, "feed=%s state=failed", mode);
        }
    }
}

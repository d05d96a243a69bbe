package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Connects the fan-out to the books at the start, and closes all connections on shutdown: first no new ones are
 * admitted, then all are closed with 1012, "service restart".
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class StreamLifecycle {
    private static final int SERVICE_RESTART = 1012;
    private static final long MAX_WAIT_SECONDS = 5;

    private final Vertx vertx;
    private final BookRegistry registry;
    private final FanOut fanOut;
    private final Admission admission;
    private final StreamMetrics metrics;
    private final StreamConfig config;

    StreamLifecycle(
            Vertx vertx,
            BookRegistry registry,
            FanOut fanOut,
            Admission admission,
            StreamMetrics metrics,
            StreamConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.registry = registry;
        this.fanOut = fanOut;
        this.admission = admission;
        this.metrics = metrics;
    }

    void start(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent event) {
        registry.addListener(fanOut);
        metrics.watch(fanOut);
    }

    /** Readiness is down now. Clients are closed before the server waits for open connections to end. */
    void drain(@Observes ShutdownDelayInitiatedEvent event) {
        admission.close();
        vertx.setTimer(config.drainAfter().toMillis(), id -> sendAllAway());
    }

    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) throws InterruptedException {
        admission.close();
        registry.removeListener(fanOut);
        sendAllAway().await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private CountDownLatch sendAllAway() {
        CountDownLatch told = new CountDownLatch(fanOut.shards().size());
        for (Shard shard : fanOut.shards()) {
            shard.loop().execute(() -> {
                List.copyOf(shard.sessions())
                        .forEach(session -> session.close(SERVICE_RESTART, "server restarts", "shutdown"));
                told.countDown();
            });
        }
        return told;
    }
}

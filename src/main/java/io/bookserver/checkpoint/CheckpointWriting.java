package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.checkpoint.CheckpointConfig.Mode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * The thread that writes checkpoints: once per interval after the books are rebuilt, and once more when the server
 * stops, so that the next start has little to read.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class CheckpointWriting {
    private static final Logger LOG = Logger.getLogger(CheckpointWriting.class);
    private static final long LONGEST_POLL_MS = 200;
    private static final long PAUSE_AFTER_FAILURE_MS = 2_000;
    private static final long LAST_CYCLE_MS = 8_000;
    /** The rest of an interval is a reserve for a slow broker. */
    private static final int SPREAD_PERCENT = 60;

    private final BookRegistry registry;
    private final Completeness completeness;
    private final Source source;
    private final CheckpointConfig config;
    private final CheckpointMetrics metrics;
    private final KafkaClients clients;
    private final Thread thread = new Thread(this::run, "checkpoint-writer");
    private volatile boolean stopping;
    private boolean failing;

    CheckpointWriting(BookRegistry registry, Completeness completeness, Source source, CheckpointConfig config,
            CheckpointMetrics metrics, Config application) {
        this.registry = registry;
        this.completeness = completeness;
        this.source = source;
        this.config = config;
        this.metrics = metrics;
        this.clients = Checkpoints.clients(application);
        thread.setDaemon(true);
    }

    void start(@Observes StartupEvent event) {
        if (config.mode() == Mode.WRITE) {
            thread.start();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        if (thread.isAlive()) {
            thread.join(LAST_CYCLE_MS);
        }
    }

    private void run() {
        while (!stopping && !completeness.isRebuilt()) {
            sleep(LONGEST_POLL_MS);
        }
        while (!stopping) {
            try {
                write();
            } catch (RuntimeException e) {
                failed(e);
                sleep(PAUSE_AFTER_FAILURE_MS);
            }
        }
    }

    /** Writes until the server stops. */
    private void write() {
        CheckpointReader reader = new CheckpointReader(clients, config.readTimeout());
        try (CheckpointWriter writer =
                new CheckpointWriter(registry, source, clients, reader, metrics, config, () -> stopping)) {
            long dueNanos = System.nanoTime();
            while (!stopping) {
                long waitMs = metrics.owned() == 0
                        ? LONGEST_POLL_MS : TimeUnit.NANOSECONDS.toMillis(dueNanos - System.nanoTime());
                if (waitMs > 0) {
                    writer.poll(Duration.ofMillis(Math.min(LONGEST_POLL_MS, waitMs)));
                } else {
                    dueNanos = System.nanoTime() + config.interval().toNanos();
                    cycle(writer);
                }
            }
            writer.cycle(Duration.ZERO);
        }
    }

    /** A failed transaction is no reason to leave the group. */
    private void cycle(CheckpointWriter writer) {
        try {
            if (writer.cycle(config.interval().multipliedBy(SPREAD_PERCENT).dividedBy(100)) && failing) {
                failing = false;
                LOG.infof("writing checkpoints resumed topic=%s", config.topic());
            }
        } catch (KafkaException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException e) {
        if (!failing && !stopping) {
            failing = true;
            // an unavailable broker is not a bug, so no stack trace is needed
            LOG.warnf(e instanceof KafkaException ? null : e, "writing checkpoints failed, will retry topic=%s cause=\"%s\"",
                    config.topic(), e);
        }
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

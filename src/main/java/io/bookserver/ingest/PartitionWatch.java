package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.FeedLoss;
import io.bookserver.checkpoint.Checkpoints;
import io.bookserver.ingest.PartitionProgress.Detour;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Periodically asks the broker for the topic's id and its partitions' ends, and the consumers for their positions. It
 * detects what no record shows: a topic that was created again, a stalled partition, a silent feed, a broker that does
 * not answer.
 *
 * <p><i>Thread-safe: it has two threads of its own, one that waits for the broker and one that does not. It queries the
 * consumers on the polling threads.</i>
 */
@ApplicationScoped
class PartitionWatch {
    private static final Logger LOG = Logger.getLogger(PartitionWatch.class);

    /** A check that is late by more than this means that this process was held up. */
    private static final long HELD_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Which topic it was, and when the broker was asked, epoch milliseconds. */
    private record TopicAsked(Uuid id, long atMs) {}

    private final ConsumerPositions consumers;
    private final BookRegistry registry;
    private final RebuildProgress progress;
    private final Checkpoints checkpoints;
    private final LogContinuity continuity;
    private final LogProbe probe;
    private final TopicLog log;
    private final IngestMetrics metrics;
    private final IngestConfig config;
    private final String topic;
    private final String bootstrapServers;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "partition-watch"));
    /** Checks for silence also while the broker does not answer: it must not wait for the broker (rule 9). */
    private final ScheduledExecutorService silence =
            Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "partition-silence"));
    /** Reading ranges of the log again takes long. */
    private final ExecutorService readings = Executors.newSingleThreadExecutor(work -> daemon(work, "log-probe"));
    private boolean rebuiltLogged;
    private long lookedNanos = System.nanoTime();
    private boolean heldUp;
    private boolean brokerSilent;
    /** The last answer about the topic; null before the first. Confined to {@link #lookAtLog()}. */
    private TopicAsked topicAsked;

    PartitionWatch(
            KafkaClientService clients,
            BookRegistry registry,
            RebuildProgress progress,
            @Identifier(PartitionAssignment.NAME) PartitionAssignment assignment,
            MarketDataConsumer consumer,
            Checkpoints checkpoints,
            LogContinuity continuity,
            LogProbe probe,
            TopicLog log,
            IngestMetrics metrics,
            IngestConfig config,
            @ConfigProperty(name = "mp.messaging.incoming.market-data.topic") String topic,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
        this.consumers = new ConsumerPositions(clients, progress, assignment, consumer, continuity, log, this::aside);
        this.registry = registry;
        this.progress = progress;
        this.checkpoints = checkpoints;
        this.continuity = continuity;
        this.probe = probe;
        this.log = log;
        this.metrics = metrics;
        this.config = config;
        this.topic = topic;
        this.bootstrapServers = bootstrapServers;
    }

    void start(@Observes StartupEvent event) {
        metrics.watch(progress, this);
        checkpoints.whenOver(consumers::look);
        long intervalMs = config.watchInterval().toMillis();
        thread.scheduleWithFixedDelay(guarded(this::lookAtLog), intervalMs, intervalMs, TimeUnit.MILLISECONDS);
        silence.scheduleWithFixedDelay(guarded(this::lookAtTime), intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
        silence.shutdownNow();
        readings.shutdownNow();
    }

    /** Time since any consumer last had an answer from its broker. */
    long brokerSilenceMs() {
        return consumers.brokerSilenceMs();
    }

    /** A failed check must not end the checks. */
    private static Runnable guarded(Runnable look) {
        return () -> {
            try {
                look.run();
            } catch (Throwable e) {
                LOG.error("a check of the partitions failed", e);
            }
        };
    }

    /** Asks the broker for the topic's state; may take as long as the broker does. */
    private void lookAtLog() {
        consumers.look();
        long askedMs = registry.nowMs();
        long askedNanos = System.nanoTime();
        Optional<TopicDescription> described = log.describe(topic);
        described.ifPresent(description -> {
            lookAtTopic(description, askedNanos);
            topicAsked = new TopicAsked(description.topicId(), askedMs);
        });
        lookAtEnds(topicAsked == null ? new TopicAsked(Uuid.ZERO_UUID, askedMs) : topicAsked);
        if (!rebuiltLogged && progress.isRebuilt()) {
            rebuiltLogged = true;
            LOG.infof("books rebuilt records=%d markets=%d", progress.recordsRead(), registry.size());
        }
    }

    /**
     * Checks what follows from time alone. A late check means that this process was held up, not that a feed was
     * silent. What was sent meanwhile has not been read yet, so the next check decides.
     */
    private void lookAtTime() {
        long nowNanos = System.nanoTime();
        heldUp = !heldUp && nowNanos - lookedNanos > config.watchInterval().toNanos() + HELD_UP_NANOS;
        lookedNanos = nowNanos;
        if (heldUp) {
            return;
        }
        lookAtBroker();
        progress.byNumber().forEach((number, partition) -> {
            PartitionProgress read = partition.progress();
            long nanos = System.nanoTime();
            partition.feed().lookAt(read.isRebuilt(), read.next(), nanos, read.behindNanos(nanos));
            lookAtLag(number, partition);
            if (read.comesToAStandstill(config.maxStall().toNanos())) {
                LOG.errorf("partition stalled, its books are stale until their next snapshots partition=%d"
                        + " read_so_far=%d lag=%d", number, read.next(), read.lag());
                registry.lose(FeedLoss.ofPartition(number, read.next()));
            }
            rescue(new TopicPartition(topic, number), read);
        });
    }

    /**
     * The reports of a connection are no sign of life if they are read too late (rule 9): while the consumer lags, the
     * partition's books are late.
     */
    private void lookAtLag(int number, RebuildProgress.Partition partition) {
        PartitionProgress read = partition.progress();
        boolean late = read.isRebuilt() && partition.feed().isWatched()
                && read.isLate(config.maxFeedSilence().toNanos(), System.nanoTime());
        if (!registry.late(number, late)) {
            return;
        }
        if (late) {
            LOG.warnf("consumer lags, the partition's books are shown as stale until it has caught up partition=%d lag=%d",
                    number, read.lag());
        } else {
            LOG.infof("consumer has caught up, the partition's books are shown as live again partition=%d", number);
        }
    }

    /** Logs that the broker has fallen silent, or answers again. Kafka's clients would log each attempt to connect. */
    private void lookAtBroker() {
        long silentMs = brokerSilenceMs();
        boolean silent = silentMs > config.maxBrokerSilence().toMillis();
        if (silent && !brokerSilent) {
            LOG.warnf("the broker does not answer, books may be late bootstrap_servers=%s silent_ms=%d",
                    bootstrapServers, silentMs);
        } else if (!silent && brokerSilent) {
            LOG.infof("the broker answers again bootstrap_servers=%s", bootstrapServers);
        }
        brokerSilent = silent;
    }

    /**
     * A stalled partition may contain unreadable records: the consumer continues at the first readable one, which may
     * be the one at which it failed.
     */
    private void rescue(TopicPartition partition, PartitionProgress read) {
        if (read.beginRescue(config.maxStall().toNanos())) {
            aside(() -> {
                try {
                    long failedAt = read.next();
                    OptionalLong readable = probe.firstReadable(partition, failedAt, read.end());
                    readable.ifPresent(at -> goOnAt(partition, read, failedAt, at));
                } finally {
                    read.endRescue();
                }
            });
        }
    }

    private void goOnAt(TopicPartition partition, PartitionProgress read, long failedAt, long at) {
        synchronized (read.turn()) {
            if (read.next() == failedAt) {
                if (at > failedAt) {
                    continuity.lost(partition, read, at, "unreadable");
                }
                read.takeDetour(Detour.REREAD);
            }
        }
    }

    private void aside(Runnable work) {
        readings.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("re-reading the log failed", e);
            }
        });
    }

    private void lookAtTopic(TopicDescription description, long askedNanos) {
        checkpoints.restore(topic, description.topicId(), description.partitions().size());
        int count = description.partitions().size();
        progress.topicHas(count, Optional.of(description.topicId()), askedNanos);
        progress.removeFrom(progress.partitionCount().orElse(count))
                .forEach(number -> continuity.gone(new TopicPartition(topic, number)));
        progress.byNumber().forEach((number, partition) -> {
            Uuid readSoFar = partition.progress().topicId();
            if (readSoFar.equals(Uuid.ZERO_UUID)) {
                partition.progress().topicIs(description.topicId());
            } else if (!readSoFar.equals(description.topicId())) {
                partition.progress().takeDetour(Detour.RESTART);
            }
        });
    }

    /** @param asked when the topic had these partitions: what was published later may be in others */
    private void lookAtEnds(TopicAsked asked) {
        List<TopicPartition> partitions = IntStream.range(0, progress.partitionCount().orElse(0))
                .mapToObj(number -> new TopicPartition(topic, number)).toList();
        if (partitions.isEmpty()) {
            return;
        }
        long askedNanos = System.nanoTime();
        Map<TopicPartition, Long> highWatermarks = log.highWatermarks(partitions);
        Map<TopicPartition, Long> lastStable = log.lastStableOffsets(partitions);
        long knownNanos = System.nanoTime();
        highWatermarks.forEach((partition, highWatermark) -> {
            PartitionProgress read = progress.partition(partition.partition());
            metrics.watch(partition.partition(), read);
            Optional.ofNullable(lastStable.get(partition))
                    .ifPresent(end -> read.ends(asked.id(), end, highWatermark, asked.atMs(), askedNanos, knownNanos));
        });
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}

package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Looks at the consumers once an interval: where they stand, where their partitions end, when the broker last spoke. It
 * also lets the markets' opening and closing times pass.
 *
 * <p><i>Thread-safe: its timers run on an event loop, its looks on the polling threads.</i>
 */
@ApplicationScoped
class PartitionWatch {
    private static final Logger LOG = Logger.getLogger(PartitionWatch.class);

    private final Vertx vertx;
    private final KafkaClientService clients;
    private final BookRegistry registry;
    private final RebuildProgress progress;
    private final IngestMetrics metrics;
    private final IngestConfig config;
    private final AtomicLong heardFromBrokerNanos = new AtomicLong(System.nanoTime());
    private volatile boolean rebuiltLogged;
    private long watchTimer;
    private long statusTimer;

    PartitionWatch(
            Vertx vertx,
            KafkaClientService clients,
            BookRegistry registry,
            RebuildProgress progress,
            IngestMetrics metrics,
            IngestConfig config) {
        this.vertx = vertx;
        this.clients = clients;
        this.registry = registry;
        this.progress = progress;
        this.metrics = metrics;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        metrics.watch(progress, this);
        statusTimer = vertx.setPeriodic(config.statusInterval().toMillis(), id -> registry.advanceStatuses());
        watchTimer = vertx.setPeriodic(config.watchInterval().toMillis(), id -> look());
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(statusTimer);
        vertx.cancelTimer(watchTimer);
    }

    /** How long ago any consumer last heard from its broker. */
    long brokerSilenceMs() {
        return (System.nanoTime() - heardFromBrokerNanos.get()) / 1_000_000;
    }

    private void look() {
        for (String channel : clients.getConsumerChannels()) {
            if (channel.startsWith(MarketDataConsumer.CHANNEL)) {
                clients.<byte[], byte[]>getConsumers(channel).forEach(consumer -> consumer
                        .runOnPollingThread(this::lookAt)
                        .subscribe().with(done -> {}, failure -> LOG.debugf(failure, "no look at channel=%s", channel)));
            }
        }
        if (!rebuiltLogged && progress.isComplete()) {
            rebuiltLogged = true;
            LOG.infof("books rebuilt records=%d markets=%d", progress.rebuilt(), registry.size());
        }
    }

    private void lookAt(Consumer<byte[], byte[]> consumer) {
        hearFrom(consumer);
        for (TopicPartition partition : consumer.assignment()) {
            OptionalLong lag = consumer.currentLag(partition);
            if (lag.isPresent()) {
                long position = consumer.position(partition);
                sample(partition.partition(), position, position + lag.getAsLong());
            }
        }
        if (progress.partitionCount().isEmpty() && !consumer.assignment().isEmpty()) {
            String topic = consumer.assignment().iterator().next().topic();
            progress.topicHas(consumer.partitionsFor(topic).stream().mapToInt(PartitionInfo::partition).max().orElse(-1) + 1);
        }
    }

    private void sample(int number, long position, long end) {
        PartitionProgress partition = progress.partition(number);
        metrics.watch(number, partition);
        if (partition.sampled(position, end)) {
            LOG.errorf("partition began anew, its books are stale until their next snapshots partition=%d end=%d",
                    number, end);
            registry.restartPartition(number);
        }
    }

    private void hearFrom(Consumer<byte[], byte[]> consumer) {
        for (Map.Entry<MetricName, ? extends Metric> metric : consumer.metrics().entrySet()) {
            if (metric.getKey().name().equals("last-heartbeat-seconds-ago")) {
                double secondsAgo = ((Number) metric.getValue().metricValue()).doubleValue();
                if (secondsAgo >= 0) {
                    long at = System.nanoTime() - (long) (secondsAgo * 1e9);
                    heardFromBrokerNanos.accumulateAndGet(at, (one, other) -> one - other > 0 ? one : other);
                }
            }
        }
    }
}

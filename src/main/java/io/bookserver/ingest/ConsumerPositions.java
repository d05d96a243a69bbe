package io.bookserver.ingest;

import io.bookserver.ingest.PartitionProgress.Detour;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The positions of the channel's consumers: queried on their polling threads, compared with what has been applied, and
 * moved where a {@link Detour} says.
 *
 * <p><i>Thread-safe: a consumer is used on its polling thread only.</i>
 */
final class ConsumerPositions {
    private static final Logger LOG = Logger.getLogger(ConsumerPositions.class);
    /** A query must not delay the polls. */
    private static final Duration POSITION_TIMEOUT = Duration.ofMillis(50);

    private final KafkaClientService clients;
    private final RebuildProgress progress;
    private final PartitionAssignment assignment;
    private final MarketDataConsumer consumer;
    private final LogContinuity continuity;
    private final TopicLog log;
    private final Executor aside;
    private final AtomicLong heardFromBrokerNanos = new AtomicLong(System.nanoTime());

    /** @param aside runs what waits for the broker */
    ConsumerPositions(
            KafkaClientService clients,
            RebuildProgress progress,
            PartitionAssignment assignment,
            MarketDataConsumer consumer,
            LogContinuity continuity,
            TopicLog log,
            Executor aside) {
        this.clients = clients;
        this.progress = progress;
        this.assignment = assignment;
        this.consumer = consumer;
        this.continuity = continuity;
        this.log = log;
        this.aside = aside;
    }

    /** Time since any consumer last had an answer from its broker. */
    long brokerSilenceMs() {
        return (System.nanoTime() - heardFromBrokerNanos.get()) / 1_000_000;
    }

    /** Looks at every consumer, on its polling thread and without waiting. */
    void look() {
        for (String channel : channels()) {
            clients.<byte[], byte[]>getConsumers(channel).forEach(one -> one
                    .runOnPollingThread(this::lookAt)
                    .subscribe().with(done -> {}, failure -> LOG.debugf(failure, "no look at channel=%s", channel)));
        }
    }

    private void lookAt(Consumer<byte[], byte[]> one) {
        hearFrom(one);
        // a query for a partition that the topic no longer has would hold up this thread until it times out
        List<TopicPartition> assigned = one.assignment().stream()
                .filter(partition -> progress.has(partition.partition())).toList();
        assignment.begin(one, assigned.stream()
                .filter(partition -> !progress.partition(partition.partition()).hasBegun())
                .collect(Collectors.toList()));
        for (TopicPartition partition : assigned) {
            PartitionProgress read = progress.partition(partition.partition());
            OptionalLong position = position(one, partition);
            if (position.isEmpty()) {
                continue;
            }
            if (read.detour() == Detour.HELD) {
                continue;
            }
            if (read.detour() == Detour.RESTART) {
                readAnew(one, partition, read, position.getAsLong());
            } else if (read.detour() == Detour.REREAD) {
                readAgain(one, partition, read, position.getAsLong());
            } else if (read.looked(position.getAsLong(), consumer.isApplying())) {
                passed(partition, read, position.getAsLong());
            }
        }
    }

    /** The next offset to fetch; empty while the consumer has yet to ask its broker for it. */
    private static OptionalLong position(Consumer<byte[], byte[]> one, TopicPartition partition) {
        try {
            return OptionalLong.of(one.position(partition, POSITION_TIMEOUT));
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    /** Reads the new log from its beginning, once no batch of the old one is on its way. */
    private void readAnew(
            Consumer<byte[], byte[]> one, TopicPartition partition, PartitionProgress read, long position) {
        synchronized (read.turn()) {
            OptionalLong beginning = log.start(partition);
            Optional<Uuid> id = log.topicId(partition.topic());
            if (beginning.isPresent() && id.isPresent() && read.isDrained(position)) {
                continuity.restart(partition, read, beginning.getAsLong(), id.get());
                one.seek(partition, beginning.getAsLong());
                if (read.reread()) {
                    one.resume(List.of(partition));
                }
            }
        }
    }

    private static void readAgain(
            Consumer<byte[], byte[]> one, TopicPartition partition, PartitionProgress read, long position) {
        synchronized (read.turn()) {
            if (read.isDrained(position)) {
                one.seek(partition, read.next());
                if (read.reread()) {
                    one.resume(List.of(partition));
                }
            }
        }
    }

    /** Handles offsets at the end of a partition that the consumer passed without returning a batch. */
    private void passed(TopicPartition partition, PartitionProgress read, long position) {
        long next = read.next();
        aside.execute(() -> {
            synchronized (read.turn()) {
                if (read.next() == next && read.detour() == Detour.NONE
                        && continuity.followsOn(partition, read, position)) {
                    read.skipTo(position);
                }
            }
        });
    }

    private List<String> channels() {
        return clients.getConsumerChannels().stream()
                .filter(channel -> channel.startsWith(MarketDataConsumer.CHANNEL)).toList();
    }

    private void hearFrom(Consumer<byte[], byte[]> one) {
        for (Map.Entry<MetricName, ? extends Metric> metric : one.metrics().entrySet()) {
            if (metric.getKey().name().equals("last-heartbeat-seconds-ago")) {
                double secondsAgo = ((Number) metric.getValue().metricValue()).doubleValue();
                if (secondsAgo >= 0) {
                    long at = System.nanoTime() - (long) (secondsAgo * 1e9);
                    heardFromBrokerNanos.accumulateAndGet(at, (was, is) -> was - is > 0 ? was : is);
                }
            }
        }
    }
}

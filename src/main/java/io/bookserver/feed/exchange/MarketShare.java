package io.bookserver.feed.exchange;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.utils.Utils;
import org.jboss.logging.Logger;

/**
 * This connector's share of the markets, as Kafka's group protocol assigns it: those whose snapshot requests are in the
 * partitions that it owns. The group's offsets also store the number of the latest connection. No connector therefore
 * uses a number that is not above those of all earlier connections, whatever the clocks say.
 *
 * <p><i>Thread-safe: a separate thread consumes; its results are handed to the connector's thread.</i>
 */
final class MarketShare implements ExchangeSession.Numbers, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(MarketShare.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LEAVE_WITHIN = Duration.ofSeconds(3);
    private static final long HAND_OVER_WITHIN_MS = 5_000;

    /** Is notified on the consuming thread. */
    interface Listener {
        /** The share has changed to these of so many partitions. A hand-over waits until {@code done} is called. */
        void share(Set<Integer> owned, int partitions, Runnable done);

        /** A server requests a snapshot. */
        void resync(String ticker);

        /** A requested number; larger than all earlier ones in the group. */
        void number(LongConsumer asked, long number);
    }

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final LongSupplier epochMs;
    private final AtomicLong pendingBytes;
    private final Listener listener;
    private final Queue<LongConsumer> wanted = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private final Set<Integer> owned = new TreeSet<>();
    private Consumer<byte[], byte[]> consumer;
    private long lastNumber;
    private volatile boolean closed;

    /**
     * @param epochMs the clock on which the numbers are based
     * @param pendingBytes what was received and is not in Kafka yet: a hand-over waits for it
     */
    MarketShare(Supplier<Consumer<byte[], byte[]>> consumers, String topic, LongSupplier epochMs,
            AtomicLong pendingBytes, Listener listener) {
        this.consumers = consumers;
        this.topic = topic;
        this.epochMs = epochMs;
        this.pendingBytes = pendingBytes;
        this.listener = listener;
        thread = new Thread(this::run, "orderbook-feed-share");
        thread.setDaemon(true);
    }

    /** The partition of a market, as Kafka's producers compute it. */
    static int partitionOf(String ticker, int partitions) {
        return Utils.toPositive(Utils.murmur2(ticker.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    void start() {
        thread.start();
    }

    @Override
    public void next(LongConsumer number) {
        wanted.add(number);
    }

    private void run() {
        while (!closed) {
            try (Consumer<byte[], byte[]> made = consumers.get()) {
                consumer = made;
                waitForTopic();
                consumer.subscribe(Set.of(topic), new Rebalance());
                while (!closed) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        if (record.key() != null) {
                            listener.resync(new String(record.key(), StandardCharsets.UTF_8));
                        }
                    }
                    giveNumbers();
                }
            } catch (WakeupException | InterruptException e) {
                // this is how the loop is ended
                closed = true;
            } catch (KafkaException e) {
                LOG.warnf("feed=exchange share=failed topic=%s reason=\"%s\"", topic, e);
                loseAll();
                pauseABit();
            }
        }
    }

    private void waitForTopic() {
        boolean told = false;
        while (!closed && consumer.partitionsFor(topic).isEmpty()) {
            if (!told) {
                LOG.errorf("feed=exchange topic=%s must exist, with as many partitions as the topic that is published to", topic);
                told = true;
            }
            pauseABit();
        }
    }

    private void pauseABit() {
        try {
            Thread.sleep(RETRY.toMillis());
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** Numbers are used only after they were committed to the group. */
    private void giveNumbers() {
        if (wanted.isEmpty() || owned.isEmpty()) {
            return;
        }
        List<LongConsumer> asked = new ArrayList<>();
        for (LongConsumer one = wanted.poll(); one != null; one = wanted.poll()) {
            asked.add(one);
        }
        long first = Math.max(lastNumber + 1, epochMs.getAsLong());
        try {
            commit(first + asked.size() - 1);
            lastNumber = first + asked.size() - 1;
            for (int i = 0; i < asked.size(); i++) {
                listener.number(asked.get(i), first + i);
            }
        } catch (KafkaException e) {
            wanted.addAll(asked);
            if (e instanceof WakeupException || e instanceof InterruptException) {
                throw e;
            }
            if (!(e instanceof RebalanceInProgressException)) {
                LOG.warnf("feed=exchange connection=waits reason=\"%s\"", e);
            }
        }
    }

    private void commit(long number) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition : owned) {
            TopicPartition its = new TopicPartition(topic, partition);
            offsets.put(its, new OffsetAndMetadata(consumer.position(its), Long.toString(number)));
        }
        consumer.commitSync(offsets);
    }

    private void loseAll() {
        if (!owned.isEmpty()) {
            owned.clear();
            tellShare(0, new CountDownLatch(1));
        }
    }

    private void tellShare(int partitions, CountDownLatch done) {
        LOG.infof("feed=exchange share=%s of=%d", owned, partitions);
        listener.share(Set.copyOf(owned), partitions, done::countDown);
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (partitions.isEmpty()) {
                return;
            }
            consumer.committed(Set.copyOf(partitions)).values().forEach(this::learn);
            // requests that nobody handled are repeated by their senders
            consumer.seekToEnd(partitions);
            partitions.forEach(partition -> owned.add(partition.partition()));
            tellShare(consumer.partitionsFor(topic).size(), new CountDownLatch(1));
        }

        private void learn(OffsetAndMetadata committed) {
            if (committed != null && committed.metadata().matches("\\d{1,18}")) {
                lastNumber = Math.max(lastNumber, Long.parseLong(committed.metadata()));
            }
        }

        /** Others may publish these markets when this returns, so our records must be in Kafka by then. */
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (partitions.isEmpty()) {
                return;
            }
            partitions.forEach(partition -> owned.remove(partition.partition()));
            if (!closed) {
                // a connector that closes its share has already published its last record
                CountDownLatch done = new CountDownLatch(1);
                tellShare(consumer.partitionsFor(topic).size(), done);
                waitFor(done);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> owned.remove(partition.partition()));
            tellShare(0, new CountDownLatch(1));
        }
    }

    private void waitFor(CountDownLatch done) {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HAND_OVER_WITHIN_MS);
        try {
            boolean stopped = done.await(HAND_OVER_WITHIN_MS, TimeUnit.MILLISECONDS);
            while (stopped && owned.isEmpty() && pendingBytes.get() > 0 && System.nanoTime() < endNanos) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves the group, so that others take over at once. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(LEAVE_WITHIN.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

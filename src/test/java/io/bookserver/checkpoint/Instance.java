package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.checkpoint.CheckpointConfig.Mode;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One server as far as checkpoints are concerned: books read from a topic, step by step as a test requests, and a
 * writer. Its clock does not advance, so that the books of two instances can be compared bit by bit.
 *
 * <p><i>Not thread-safe; confined to one test.</i>
 */
final class Instance implements Source, AutoCloseable {
    static final String TOPIC = "market-data-all";
    private static final long NOW_MS = 2_000_000_000_000L;

    /** A partition that is read when the test requests it. */
    private final class Partition implements SourcePartition {
        private long next;
        private Uuid topicId = Uuid.ZERO_UUID;
        private Optional<RestoredPartition> restored = Optional.empty();

        @Override
        public <T> T inTurn(Supplier<T> work) {
            beforeTurn.accept(++turns);
            return work.get();
        }

        @Override
        public long next() {
            return next;
        }

        @Override
        public Uuid topicId() {
            return topicId;
        }

        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public List<ConnectionState> connections() {
            return List.of();
        }

        @Override
        public long newestRecordMs() {
            return 1;
        }
    }

    /** Runs before the writer's next turn of a partition, with the number of turns including this one. */
    IntConsumer beforeTurn = turn -> {};
    /** Runs before a market is looked up. */
    Runnable beforeLookup = () -> {};
    private int turns;

    final BookRegistry registry = new BookRegistry(() -> NOW_MS) {
        @Override
        public Optional<Market> market(String ticker) {
            beforeLookup.run();
            return super.market(ticker);
        }
    };
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CheckpointMetrics metrics = new CheckpointMetrics(meters);
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final KafkaClients clients;
    private final TestConfig config;
    private final List<Partition> partitions = new ArrayList<>();
    private CheckpointWriter writer;

    Instance(KafkaClients clients, String group, int partitionCount, Uuid topicId) {
        this.clients = clients;
        this.config = new TestConfig(Mode.WRITE, group);
        for (int number = 0; number < partitionCount; number++) {
            partitions.add(new Partition());
            partitions.get(number).topicId = topicId;
        }
    }

    @Override
    public String topic() {
        return TOPIC;
    }

    @Override
    public OptionalInt partitionCount() {
        return OptionalInt.of(partitions.size());
    }

    @Override
    public Optional<SourcePartition> partition(int number) {
        return Optional.of(partitions.get(number));
    }

    /** Starts from the current checkpoint, where usable; returns the number of partitions for which it was. */
    int restore() {
        Checkpoints checkpoints = new Checkpoints(registry, config, metrics, clients);
        CompletableFuture<Void> over = new CompletableFuture<>();
        checkpoints.whenOver(() -> over.complete(null));
        checkpoints.restore(TOPIC, partitions.get(0).topicId, partitions.size());
        over.join();
        int used = 0;
        for (int number = 0; number < partitions.size(); number++) {
            Partition partition = partitions.get(number);
            partition.restored = checkpoints.partition(number);
            partition.next = partition.restored.map(RestoredPartition::readFrom).orElse(0L);
            used += partition.restored.isPresent() ? 1 : 0;
        }
        return used;
    }

    /** Reads all partitions to their ends. */
    void readAll() {
        for (int number = 0; number < partitions.size(); number++) {
            read(number, Long.MAX_VALUE);
        }
    }

    /** Reads one partition up to that offset, or its end. */
    void read(int number, long before) {
        TopicPartition source = new TopicPartition(TOPIC, number);
        Partition partition = partitions.get(number);
        try (Consumer<byte[], byte[]> consumer = clients.reader()) {
            long end = Math.min(before, consumer.endOffsets(List.of(source)).get(source));
            consumer.assign(List.of(source));
            consumer.seek(source, partition.next);
            while (partition.next < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100)).records(source)) {
                    if (record.offset() < end) {
                        apply(record, partition);
                    }
                }
            }
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record, Partition partition) {
        try {
            decoder.decode(record.key(), record.value(), record.partition(), record.offset(), record.timestamp(), 5)
                    .filter(update -> partition.restored.isEmpty()
                            || !partition.restored.get().holds(update.ticker(), record.offset()))
                    .ifPresent(registry::apply);
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
        partition.next = record.offset() + 1;
    }

    /** Joins the group, and waits until it owns that many partitions. */
    void own(int count) {
        writer = new CheckpointWriter(registry, this, clients, new CheckpointReader(clients, config.readTimeout()), metrics,
                config, () -> true);
        long deadlineNanos = System.nanoTime() + 40_000_000_000L;
        while (metrics.owned() != count) {
            writer.poll(Duration.ofMillis(50));
            if (System.nanoTime() > deadlineNanos) {
                throw new AssertionError("owns " + metrics.owned() + " instead of " + count);
            }
        }
    }

    void poll() {
        writer.poll(Duration.ofMillis(50));
    }

    boolean cycle() {
        turns = 0;
        return writer.cycle(Duration.ZERO);
    }

    double count(String name) {
        return meters.find(name).counters().stream().mapToDouble(counter -> counter.count()).sum();
    }

    double starts(Usability result) {
        return meters.get("orderbook.checkpoint.starts").tag("result", result.wireName()).counter().count();
    }

    /** The complete state of every market. */
    Map<String, String> all() {
        Map<String, String> states = new TreeMap<>();
        registry.markets().forEach(market -> registry.state(market).ifPresent(state -> states.put(state.ticker(),
                state + " S=" + state.book().snapshotRecord() + " L=" + state.book().highestRecord())));
        return states;
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }
}

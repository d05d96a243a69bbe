package io.bookserver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Checkpoints with a real broker: whatever happens to their writers, a start has the books of a server that never
 * stopped.
 */
class CheckpointIT {
    /** {@code -Dcheckpoint.kills=100} tests more than a build has time for. */
    private static final int KILLS = Integer.getInteger("checkpoint.kills", 3);
    private static final int PARTITIONS = 2;
    private static final int MARKETS = 12;
    private static final int PATIENT_MS = 300_000;

    private EmbeddedBroker broker;
    private Admin admin;
    private KafkaProducer<byte[], byte[]> feed;
    private Uuid topicId;
    private final Map<String, Long> seqs = new HashMap<>();
    private final List<Instance> instances = new ArrayList<>();
    private final List<Producer<byte[], byte[]>> made = new ArrayList<>();
    private Random random;

    /** Clients whose transactions may end in the middle. */
    private static final class Faulty extends KafkaClients {
        private final AtomicInteger callsLeft;
        private final Runnable beforeCommit;
        private final List<Producer<byte[], byte[]>> made;

        Faulty(EmbeddedBroker broker, int calls, Runnable beforeCommit, int maxPollMs,
                List<Producer<byte[], byte[]>> made) {
            super(known -> settings(broker, known, maxPollMs));
            this.callsLeft = new AtomicInteger(calls);
            this.beforeCommit = beforeCommit;
            this.made = made;
        }

        private static Map<String, Object> settings(EmbeddedBroker broker, Set<String> known, int maxPollMs) {
            Map<String, Object> settings = new HashMap<>(Map.of(
                    "bootstrap.servers", broker.bootstrapServers(), "max.poll.interval.ms", maxPollMs));
            settings.keySet().retainAll(known);
            return settings;
        }

        @Override
        int transactionTimeoutMs() {
            return 1_000;
        }

        @Override
        Producer<byte[], byte[]> producer() {
            Producer<byte[], byte[]> real = super.producer();
            made.add(real);
            return DyingProducer.of(real, callsLeft, beforeCommit);
        }
    }

    @BeforeEach
    void connect() throws Exception {
        long seed = Long.getLong("checkpoint.seed", new Random().nextLong());
        System.out.println("CheckpointIT seed=" + seed);
        random = new Random(seed);
        broker = EmbeddedBroker.start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        makeTopic(PARTITIONS);
        feed = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void disconnect() {
        instances.forEach(Instance::close);
        made.forEach(producer -> producer.close(Duration.ZERO));
        feed.close();
        admin.close();
        broker.close();
    }

    private void makeTopic(int partitions) throws ExecutionException, InterruptedException {
        Topics.create(broker.bootstrapServers(), Instance.TOPIC, partitions);
        topicId = admin.describeTopics(List.of(Instance.TOPIC)).topicNameValues().get(Instance.TOPIC).get().topicId();
    }

    private Instance instance() {
        return instance(Integer.MAX_VALUE, () -> {}, PATIENT_MS);
    }

    private Instance instance(int calls, Runnable beforeCommit, int maxPollMs) {
        Instance instance = new Instance(new Faulty(broker, calls, beforeCommit, maxPollMs, made), "group", PARTITIONS, topicId);
        instances.add(instance);
        return instance;
    }

    private void publish(int records) {
        for (int i = 0; i < records; i++) {
            int market = random.nextInt(MARKETS);
            String ticker = "KXCP-" + market;
            long seq = seqs.merge(ticker, 1L, Long::sum);
            boolean snapshot = seq == 1 || random.nextInt(10) == 0;
            publish(market % PARTITIONS, ticker, seq, snapshot ? RecordText.SNAPSHOT : RecordText.DELTA, snapshot
                    ? "\"yes\":[[43," + (1 + random.nextInt(9)) + "],[40,7]]"
                    : "\"price\":" + (40 + random.nextInt(5)) + ",\"delta\":" + (random.nextInt(9) - 2) + ",\"side\":\"yes\"");
        }
        feed.flush();
    }

    private void publish(int partition, String ticker, long seq, String type, String fields) {
        feed.send(new ProducerRecord<>(Instance.TOPIC, partition, ticker.getBytes(StandardCharsets.UTF_8),
                RecordText.of(type, ticker).sequence(1, seq).fields(fields).receivedMs(seq).toBytes()));
    }

    private void put(int partition, byte[] key, byte[] value) throws ExecutionException, InterruptedException {
        feed.send(new ProducerRecord<>(TestConfig.TOPIC, partition, key, value)).get();
    }

    private Map<String, String> uninterrupted() {
        Instance all = instance();
        all.readAll();
        return all.all();
    }

    /** A start from the current checkpoint has the books of a server that read everything. */
    private void assertRestartIsRight(int partitionsUsed) {
        Instance restarted = instance();
        assertThat(restarted.restore()).isEqualTo(partitionsUsed);
        restarted.readAll();
        assertThat(restarted.all()).isEqualTo(uninterrupted());
    }

    private Instance written() {
        publish(200);
        Instance first = instance();
        first.restore();
        first.readAll();
        first.own(PARTITIONS);
        assertThat(first.cycle()).isTrue();
        return first;
    }

    @Test
    void start_behindACheckpoint_equalsOneThatReadEverything() {
        Instance first = written();
        publish(100);
        assertRestartIsRight(PARTITIONS);
        first.readAll();
        first.cycle();
        assertRestartIsRight(PARTITIONS);
    }

    @Test
    void cycle_writesOnlyWhatChanged_andAnotherServerThatBeganWithItWritesNothing() {
        Instance first = written();
        double written = first.count("orderbook.checkpoint.books.written");
        assertThat(written).isEqualTo(MARKETS);
        first.cycle();
        assertThat(first.count("orderbook.checkpoint.books.written")).isEqualTo(written);
        first.close();
        Instance second = instance();
        second.restore();
        second.readAll();
        second.own(PARTITIONS);
        assertThat(second.cycle()).isTrue();
        assertThat(second.count("orderbook.checkpoint.books.written")).isZero();
    }

    /** A writer dies at any call to Kafka, within its transactions or between them; the next one continues. */
    @Test
    void writerKilledAnywhere_leavesACheckpointThatIsRight() {
        written().close();
        int killed = 0;
        for (int round = 0; round < KILLS; round++) {
            publish(40);
            // the first one certainly dies
            Instance writer = instance(1 + random.nextInt(round == 0 ? 4 : 24), () -> {}, PATIENT_MS);
            assertThat(writer.restore()).isEqualTo(PARTITIONS);
            writer.readAll();
            writer.own(PARTITIONS);
            try {
                writer.cycle();
                publish(20);
                writer.readAll();
                writer.cycle();
            } catch (DyingProducer.Killed e) {
                killed++;
            }
            assertRestartIsRight(PARTITIONS);
            writer.close();
        }
        assertThat(killed).isPositive();
    }

    /** Its transaction is open when another member takes over its partitions, writes them and continues. */
    @Test
    void writerThatIsLate_cannotCommit_andNothingOfItCounts() {
        written().close();
        publish(40);
        Instance other = instance();
        other.restore();
        Instance late = instance(Integer.MAX_VALUE, () -> {
            publish(40);
            other.readAll();
            other.own(PARTITIONS);
            assertThat(other.cycle()).isTrue();
        }, 3_000);
        late.restore();
        late.readAll();
        late.own(PARTITIONS);
        assertThatThrownBy(late::cycle).isInstanceOf(KafkaException.class);
        assertThat(late.count("orderbook.checkpoint.failures")).isEqualTo(1);
        assertThat(other.count("orderbook.checkpoint.books.written")).isPositive();
        assertRestartIsRight(PARTITIONS);
    }

    @Test
    void twoWriters_shareThePartitions_andOneThatStopsIsReplaced() {
        Instance one = written();
        Instance two = instance();
        two.restore();
        two.readAll();
        Thread joins = new Thread(() -> two.own(PARTITIONS / 2));
        joins.start();
        while (joins.isAlive()) {
            one.poll();
        }
        publish(100);
        one.readAll();
        two.readAll();
        one.cycle();
        two.cycle();
        assertRestartIsRight(PARTITIONS);
        one.close();
        publish(50);
        two.readAll();
        while (!two.cycle()) {
            two.poll();
        }
        assertRestartIsRight(PARTITIONS);
    }

    /** A server that is behind another writer waits; otherwise the records in between would be in no book. */
    @Test
    void writerBehindTheCheckpoint_writesNothingUntilItIsThere() {
        written().close();
        Instance behind = instance();
        behind.read(0, 30);
        behind.read(1, 30);
        behind.own(PARTITIONS);
        assertThat(behind.cycle()).isFalse();
        assertThat(behind.count("orderbook.checkpoint.books.written")).isZero();
        behind.readAll();
        assertThat(behind.cycle()).isTrue();
        assertRestartIsRight(PARTITIONS);
    }

    @Test
    void forgottenMarket_isGoneFromTheCheckpoint() {
        Instance first = written();
        publish(0, "KXCP-ENDED", 1, RecordText.SNAPSHOT, "\"yes\":[[43,1]]");
        publish(0, "KXCP-ENDED", 2, "market_status", "\"status\":\"settled\"");
        feed.flush();
        first.readAll();
        first.cycle();
        assertThat(first.registry.forget(0, partition -> Long.MAX_VALUE)).isEqualTo(1);
        first.cycle();
        assertThat(first.count("orderbook.checkpoint.tombstones")).isEqualTo(1);
        Instance restarted = instance();
        restarted.restore();
        assertThat(restarted.registry.market("KXCP-ENDED")).isEmpty();
        assertThat(restarted.registry.firstVersion()).isEqualTo(first.registry.firstVersion());
        assertThat(restarted.all()).isEqualTo(first.all());
    }

    private void publishEnded(long seq, String type, String fields) {
        publish(0, "KXCP-ENDED", seq, type, fields);
        feed.flush();
    }

    /** A writer that has written a market which has ended and has then changed once more. */
    private Instance writtenWithAChangeBehind() {
        Instance first = written();
        publishEnded(1, RecordText.SNAPSHOT, "\"yes\":[[43,9]]");
        publishEnded(2, "market_status", "\"status\":\"settled\"");
        first.readAll();
        assertThat(first.cycle()).isTrue();
        publishEnded(3, RecordText.DELTA, "\"price\":43,\"delta\":-1,\"side\":\"yes\"");
        first.readAll();
        return first;
    }

    /** The earlier checkpoint lacks the change, although the marker says that nothing is missing. */
    @Test
    void marketForgottenBetweenTheLookAndTheWriting_isGoneFromTheCheckpoint() {
        Instance first = writtenWithAChangeBehind();
        first.beforeTurn = turn -> {
            if (turn == PARTITIONS + 1) {
                assertThat(first.registry.forget(0, partition -> Long.MAX_VALUE)).isEqualTo(1);
            }
        };
        assertThat(first.cycle()).isTrue();
        Instance restarted = instance();
        assertThat(restarted.restore()).isEqualTo(PARTITIONS);
        assertThat(restarted.all()).isEqualTo(first.all());
    }

    /** It comes back after the writer has passed its position, and before it looks for removed markets. */
    @Test
    void marketForgottenThatComesBackWhileTheWriterLooks_isWrittenAsItIs() {
        Instance first = writtenWithAChangeBehind();
        assertThat(first.registry.forget(0, partition -> Long.MAX_VALUE)).isEqualTo(1);
        publishEnded(4, RecordText.DELTA, "\"price\":43,\"delta\":-1,\"side\":\"yes\"");
        first.beforeLookup = () -> {
            first.beforeLookup = () -> {};
            first.readAll();
        };
        assertThat(first.cycle()).isTrue();
        Instance restarted = instance();
        assertThat(restarted.restore()).isEqualTo(PARTITIONS);
        restarted.readAll();
        assertThat(restarted.all()).isEqualTo(first.all());
    }

    @Test
    void topicMadeAnew_orWithMorePartitions_isReadFromItsBeginning() {
        written();
        Instance ofAnother = new Instance(new Faulty(broker, 1, () -> {}, PATIENT_MS, made), "group", PARTITIONS, Uuid.randomUuid());
        assertThat(ofAnother.restore()).isZero();
        assertThat(ofAnother.starts(Usability.OTHER_TOPIC)).isEqualTo(PARTITIONS);
        Instance ofMore = new Instance(new Faulty(broker, 1, () -> {}, PATIENT_MS, made), "group", PARTITIONS + 1, topicId);
        assertThat(ofMore.restore()).isZero();
        assertThat(ofMore.starts(Usability.OTHER_PARTITION_COUNT)).isEqualTo(PARTITIONS);
    }

    /**
     * A writer that continues knows the content of the old topic; the new one must not count as complete before it is.
     */
    @Test
    void checkpointTopicMadeAnewBehindTheWritersBack_isWrittenWhole() throws Exception {
        Instance first = written();
        admin.deleteTopics(List.of(TestConfig.TOPIC)).all().get();
        while (admin.listTopics().names().get().contains(TestConfig.TOPIC)) {
            Thread.onSpinWait();
        }
        publish(1);
        first.readAll();
        while (true) {
            try {
                if (first.cycle()) {
                    break;
                }
            } catch (KafkaException e) {
                first.poll(); // its producer still had metadata of the old one
            }
        }
        assertRestartIsRight(PARTITIONS);
    }

    /** A broker that creates topics by itself creates one with retention. */
    @Test
    void checkpointTopicThatIsNotCompacted_isCorrected() throws Exception {
        admin.createTopics(List.of(new NewTopic(TestConfig.TOPIC, Optional.of(PARTITIONS), Optional.empty())
                .configs(Map.of("cleanup.policy", "delete")))).all().get();
        written();
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, TestConfig.TOPIC);
        assertThat(admin.describeConfigs(List.of(topic)).all().get().get(topic).get("cleanup.policy").value()).isEqualTo("compact");
        assertRestartIsRight(PARTITIONS);
    }

    @Test
    void recordsThatNobodyCanRead_makeTheirPartitionUnusable_andTheNextWriterMendsIt() throws Exception {
        Instance first = written();
        byte[] ticker = "KXCP-0".getBytes(StandardCharsets.UTF_8);
        put(0, ticker, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        Instance restarted = instance();
        assertThat(restarted.restore()).isEqualTo(PARTITIONS - 1);
        assertThat(restarted.starts(Usability.DAMAGED)).isEqualTo(1);
        assertThat(restarted.registry.market("KXCP-2")).as("a book of the same partition").isEmpty();
        assertRestartIsRight(PARTITIONS - 1);
        first.close();
        restarted.readAll();
        restarted.own(PARTITIONS);
        assertThat(restarted.cycle()).isTrue();
        assertRestartIsRight(PARTITIONS);
    }
}

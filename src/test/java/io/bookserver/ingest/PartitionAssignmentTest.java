package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.checkpoint.RestoredCheckpoints;
import io.bookserver.ingest.PartitionProgress.Detour;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where reading begins in a partition whose books were restored. */
class PartitionAssignmentTest {
    private static final TopicPartition PARTITION = new TopicPartition("market-data-all", 0);
    private static final Uuid OLD = Uuid.randomUuid();

    private final BookRegistry registry = new BookRegistry();
    private final RestoredCheckpoints checkpoints = new RestoredCheckpoints(OLD, 5);
    private final RebuildProgress progress = new RebuildProgress(registry, checkpoints, IngestConfigs.defaults());
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final PartitionProgress read = progress.partition(0);

    @BeforeEach
    void restoreABook() throws Exception {
        byte[] snapshot = ("{\"payload\":{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":1,\"msg\":{\"market_ticker\":\"PA\","
                + "\"yes_dollars_fp\":[[\"0.4300\",\"1.00\"]]}}}").getBytes(StandardCharsets.UTF_8);
        registry.apply(new EnvelopeDecoder().decode(snapshot, 0, 4, 1, 1).orElseThrow());
        consumer.updatePartitions(PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, null, null, null)));
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 20L));
    }

    private void begin(Optional<Uuid> topicId) {
        TopicLog log = new TopicLog(null, IngestConfigs.defaults()) {
            @Override
            Optional<TopicDescription> describe(String topic) {
                return topicId.map(id -> new TopicDescription(
                        topic, false, List.of(new TopicPartitionInfo(0, null, List.of(), List.of())), Set.of(), id));
            }
        };
        LogContinuity continuity = new LogContinuity(
                registry, log, null, new IngestMetrics(new SimpleMeterRegistry(), registry), progress);
        new PartitionAssignment(progress, checkpoints, registry, continuity, log, IngestConfigs.defaults())
                .begin(consumer, List.of(PARTITION));
    }

    private BookState state() {
        return registry.market("PA").orElseThrow().current().book().state();
    }

    @Test
    void begin_goesOnBehindTheCheckpoint() {
        begin(Optional.of(OLD));
        assertThat(read.next()).isEqualTo(5);
        assertThat(read.restored()).isPresent();
        assertThat(state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void topicMadeAnewDuringTheRestore_isReadFromItsBeginning_andTheBooksAreStale() {
        Uuid fresh = Uuid.randomUuid();
        begin(Optional.of(fresh));
        assertThat(state()).isEqualTo(BookState.STALE);
        assertThat(read.next()).isZero();
        assertThat(read.restored()).isEmpty();
        assertThat(read.topicId()).isEqualTo(fresh);
        assertThat(read.toRebuild()).isEqualTo(20);
    }

    /** The topic's id is known only later; until then the checkpoint's is assumed. */
    @Test
    void topicThatIsNotToldAtTheBeginning_isComparedWithThatOfTheCheckpointLater() {
        begin(Optional.empty());
        assertThat(read.topicId()).isEqualTo(OLD);
    }

    /** Otherwise the restored books would be taken for books of the new log. */
    @Test
    void topicMadeAnewWhileThePartitionIsHeld_isNoDetour_beforeItHasBegun() {
        read.takeDetour(Detour.RESTART);
        assertThat(read.detour()).isEqualTo(Detour.HELD);
        begin(Optional.of(OLD));
        read.takeDetour(Detour.RESTART);
        assertThat(read.detour()).isEqualTo(Detour.RESTART);
        read.restarted(0, Uuid.randomUuid());
        assertThat(read.reread()).as("to be let go").isTrue();
    }
}

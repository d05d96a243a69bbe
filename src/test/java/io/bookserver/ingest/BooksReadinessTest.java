package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.FeedLoss;
import io.bookserver.checkpoint.NoCheckpoints;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class BooksReadinessTest {
    private final RebuildProgress progress = new RebuildProgress(new BookRegistry(), NoCheckpoints.make(), IngestConfigs.defaults());
    private long silenceMs;
    private final PartitionWatch watch = new PartitionWatch(null, null, null, null, null, null, null, null, null, null, null, "", "") {
        @Override
        long brokerSilenceMs() {
            return silenceMs;
        }
    };
    private final BooksReadiness readiness = new BooksReadiness(progress, watch, IngestConfigs.defaults());

    private void processed(int partition, long nextOffset) {
        progress.partition(partition).processed(nextOffset, 1, 2);
    }

    private void assertAnswer(Status status, long read, long toRead, String waitingFor) {
        HealthCheckResponse answer = readiness.call();
        assertThat(answer.getStatus()).isEqualTo(status);
        assertThat(answer.getData().orElseThrow()).isEqualTo(waitingFor.isEmpty()
                ? Map.of("records_read", read, "records_to_read", toRead, "broker_silent_ms", silenceMs)
                : Map.of("records_read", read, "records_to_read", toRead, "broker_silent_ms", silenceMs,
                        "waiting_for", waitingFor));
    }

    @Test
    void start_withoutBroker_waitsForIt() {
        silenceMs = 31_000;
        assertAnswer(Status.DOWN, 0, 0, "the broker and its topic");
    }

    @Test
    void topicOfNoPartitionsRead_waitsForEach() {
        progress.topicHas(2, Optional.empty(), 0);
        progress.partition(0).begin(0, 0);
        assertAnswer(Status.DOWN, 0, 0, "partitions ");
        progress.partition(1).begin(0, 0);
        assertAnswer(Status.UP, 0, 0, "");
    }

    @Test
    void rebuild_tellsHowFarItIs_andEndsWithItsLastPartition() {
        progress.topicHas(3, Optional.empty(), 0);
        progress.partition(0).begin(0, 10);
        progress.partition(1).begin(100, 120);
        progress.partition(2).begin(5, 5);
        assertAnswer(Status.DOWN, 0, 30, "partitions 0:0/10 1:0/20");
        processed(0, 10);
        processed(1, 115);
        assertAnswer(Status.DOWN, 25, 30, "partitions 1:15/20");
        processed(2, 5);
        processed(1, 120);
        assertAnswer(Status.UP, 30, 30, "");
    }

    @Test
    void silentBroker_whenTheBooksAreWhole_isWaitedFor_andForgivenWhenItSpeaks() {
        progress.topicHas(1, Optional.empty(), 0);
        progress.partition(0).begin(0, 0);
        silenceMs = 30_000;
        assertAnswer(Status.UP, 0, 0, "");
        silenceMs = 30_001;
        assertAnswer(Status.DOWN, 0, 0, "the broker: books may be late");
        silenceMs = 100;
        assertAnswer(Status.UP, 0, 0, "");
    }

    @Test
    void wholeBooks_stayReady_whenThePartitionGrowsOrBeginsAnew() {
        progress.topicHas(1, Optional.empty(), 0);
        progress.partition(0).begin(0, 0);
        assertAnswer(Status.UP, 0, 0, "");
        progress.partition(0).ends(Uuid.ZERO_UUID, 1_000, 1_000, 1, 0, 0);
        assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
        processed(0, 1_000);
        progress.partition(0).restarted(0, Uuid.randomUuid());
        assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void partitionThatStandsStill_takesReadinessDown_andLivenessWhenItLasts() {
        progress.topicHas(1, Optional.empty(), 0);
        progress.partition(0).begin(0, 0);
        progress.partition(0).ends(Uuid.ZERO_UUID, 7, 7, 1, 0, 0);
        assertThat(progress.partition(0).comesToAStandstill(0)).isTrue();
        assertAnswer(Status.DOWN, 0, 0, "stalled partitions 0:0");
        IngestConfig impatient = IngestConfigs.with(Map.of("orderbook.ingest.max-stall-alive", "PT-1S"));
        assertThat(new IngestLiveness(progress, IngestConfigs.defaults()).call().getStatus()).isEqualTo(Status.UP);
        assertThat(new IngestLiveness(progress, impatient).call().getStatus()).isEqualTo(Status.DOWN);
        processed(0, 7);
        assertAnswer(Status.UP, 0, 0, "");
    }

    @Test
    void lossThatNotEveryBookKnowsYet_keepsTheRebuildOpen() {
        BookRegistry registry = new BookRegistry();
        RebuildProgress rebuild = new RebuildProgress(registry, NoCheckpoints.make(), IngestConfigs.defaults());
        rebuild.topicHas(1, Optional.empty(), 0);
        rebuild.partition(0).begin(0, 0);
        registry.lose(FeedLoss.ofPartition(0, 9));
        assertThat(rebuild.isRebuilt()).isFalse();
        registry.applyLosses();
        assertThat(rebuild.isRebuilt()).isTrue();
    }
}

package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class BooksReadinessTest {
    private record Config(
            Optional<Duration> rebuildFrom,
            Duration watchInterval,
            Duration maxBrokerSilence,
            Duration statusInterval,
            Duration rejectionLogInterval,
            int maxPendingDeadLetters)
            implements IngestConfig {}

    private final RebuildProgress progress = new RebuildProgress();
    private long silenceMs;
    private final PartitionWatch watch = new PartitionWatch(null, null, null, null, null, null) {
        @Override
        long brokerSilenceMs() {
            return silenceMs;
        }
    };
    private final BooksReadiness readiness = new BooksReadiness(progress, watch, new Config(
            Optional.empty(), Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMillis(10),
            Duration.ofSeconds(10), 10));

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
        progress.topicHas(2);
        progress.partition(0).sampled(0, 0);
        assertAnswer(Status.DOWN, 0, 0, "partitions ");
        progress.partition(1).sampled(0, 0);
        assertAnswer(Status.UP, 0, 0, "");
    }

    @Test
    void rebuild_tellsHowFarItIs_andEndsWithItsLastPartition() {
        progress.topicHas(3);
        progress.partition(0).sampled(0, 10);
        progress.partition(1).sampled(100, 120);
        progress.partition(2).sampled(5, 5);
        assertAnswer(Status.DOWN, 0, 30, "partitions 0:0/10 1:0/20 2:0/0");
        progress.partition(0).processed(0, 10);
        progress.partition(1).processed(100, 115);
        assertAnswer(Status.DOWN, 25, 30, "partitions 1:15/20 2:0/0");
        progress.partition(2).processed(5, 5);
        progress.partition(1).processed(115, 120);
        assertAnswer(Status.UP, 30, 30, "");
    }

    @Test
    void silentBroker_whenTheBooksAreWhole_isWaitedFor_andForgivenWhenItSpeaks() {
        progress.topicHas(1);
        progress.partition(0).sampled(0, 0);
        silenceMs = 30_000;
        assertAnswer(Status.UP, 0, 0, "");
        silenceMs = 30_001;
        assertAnswer(Status.DOWN, 0, 0, "the broker: books may be late");
        silenceMs = 100;
        assertAnswer(Status.UP, 0, 0, "");
    }

    @Test
    void wholeBooks_stayReady_whenThePartitionGrowsOrBeginsAnew() {
        progress.topicHas(1);
        progress.partition(0).sampled(0, 0);
        assertAnswer(Status.UP, 0, 0, "");
        progress.partition(0).sampled(0, 1_000);
        assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
        progress.partition(0).processed(0, 1_000);
        progress.partition(0).sampled(0, 3);
        assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
    }
}

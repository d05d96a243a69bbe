package io.bookserver.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready if every partition has been read to the end that it had at the start, the broker answers, and no partition is
 * stalled.
 *
 * <p><i>Thread-safe.</i>
 */
@Readiness
@ApplicationScoped
class BooksReadiness implements HealthCheck {
    private final RebuildProgress progress;
    private final PartitionWatch watch;
    private final long maxSilenceMs;

    BooksReadiness(RebuildProgress progress, PartitionWatch watch, IngestConfig config) {
        this.progress = progress;
        this.watch = watch;
        this.maxSilenceMs = config.maxBrokerSilence().toMillis();
    }

    @Override
    public HealthCheckResponse call() {
        boolean rebuilt = progress.isRebuilt();
        boolean stalled = progress.isStalled();
        long silenceMs = watch.brokerSilenceMs();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("books")
                .status(rebuilt && !stalled && silenceMs <= maxSilenceMs)
                .withData("records_read", progress.recordsRead())
                .withData("records_to_read", progress.recordsToRead())
                .withData("broker_silent_ms", silenceMs);
        if (progress.partitionCount().isEmpty()) {
            answer.withData("waiting_for", "the broker and its topic");
        } else if (stalled) {
            answer.withData("waiting_for", "stalled partitions " + progress.stalled());
        } else if (!rebuilt) {
            answer.withData("waiting_for", "partitions " + progress.missing());
        } else if (silenceMs > maxSilenceMs) {
            answer.withData("waiting_for", "the broker: books may be late");
        }
        return answer.build();
    }
}

package io.bookserver.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Alive unless a partition has been stalled for so long that only a restart can help.
 *
 * <p><i>Thread-safe.</i>
 */
@Liveness
@ApplicationScoped
class IngestLiveness implements HealthCheck {
    private final RebuildProgress progress;
    private final long maxStandstillMs;

    IngestLiveness(RebuildProgress progress, IngestConfig config) {
        this.progress = progress;
        this.maxStandstillMs = config.maxStallAlive().toMillis();
    }

    @Override
    public HealthCheckResponse call() {
        long standstillMs = progress.standstillMs();
        return HealthCheckResponse.named("ingest").status(standstillMs <= maxStandstillMs)
                .withData("standstill_ms", standstillMs).build();
    }
}

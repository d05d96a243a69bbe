package io.bookserver.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Alive unless a partition has stood still for so long, while records wait in it, that only a new start can help.
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

package io.bookserver.host;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Removes this application's meters when it ends. In dev mode and in tests the next application runs in the same JVM,
 * and Micrometer's global registry would keep the gauges of the ended one instead of those that the next one registers.
 *
 * <p><i>Stateless.</i>
 */
@ApplicationScoped
class EndedMeters {
    private static final String OURS = "orderbook.";

    void ended(@Observes ShutdownEvent event, MeterRegistry meters) {
        remove(LaunchMode.current(), meters);
    }

    /** A server that ends with its process has no successor, and may still be asked for its metrics. */
    static void remove(LaunchMode mode, MeterRegistry meters) {
        if (mode != LaunchMode.NORMAL) {
            meters.getMeters().stream().filter(meter -> meter.getId().getName().startsWith(OURS))
                    .forEach(meters::remove);
        }
    }
}

package io.bookserver.host;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What the heap holds and what its collector costs, in a JVM and in an executable alike. Micrometer's own meters of
 * collections come from notifications, which an executable does not send.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class MemoryMetrics {
    private static final double MS_PER_SECOND = 1_000;

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();

    void register(@Observes StartupEvent event, MeterRegistry meters) {
        Gauge.builder("orderbook.heap.used", memory, each -> each.getHeapMemoryUsage().getUsed())
                .description("The heap that is in use, garbage included").baseUnit("bytes").register(meters);
        Gauge.builder("orderbook.heap.max", memory, each -> each.getHeapMemoryUsage().getMax())
                .description("What the heap may grow to").baseUnit("bytes").register(meters);
        FunctionCounter.builder("orderbook.gc.time", collectors,
                        all -> sum(all, GarbageCollectorMXBean::getCollectionTime) / MS_PER_SECOND)
                .description("Time of all collections; with ZGC also what they do beside the running program")
                .baseUnit("seconds").register(meters);
        FunctionCounter.builder("orderbook.gc.collections", collectors,
                        all -> sum(all, GarbageCollectorMXBean::getCollectionCount))
                .description("Collections of garbage").register(meters);
    }

    /** A collector that does not know says -1. */
    private static long sum(List<GarbageCollectorMXBean> collectors, ToLongFunction<GarbageCollectorMXBean> figure) {
        return collectors.stream().mapToLong(figure).filter(each -> each > 0).sum();
    }
}

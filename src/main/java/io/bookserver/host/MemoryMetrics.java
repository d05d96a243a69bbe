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
 * The heap's usage and the cost of its collector, in a JVM and in an executable alike. Micrometer's own meters of
 * collections rely on notifications, which an executable does not send.
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
                .description("The heap in use, garbage included").baseUnit("bytes").register(meters);
        Gauge.builder("orderbook.heap.max", memory, each -> each.getHeapMemoryUsage().getMax())
                .description("The maximum size of the heap").baseUnit("bytes").register(meters);
        FunctionCounter.builder("orderbook.gc.time", collectors,
                        all -> sum(all, GarbageCollectorMXBean::getCollectionTime) / MS_PER_SECOND)
                .description("Time of all collections; with ZGC including concurrent work")
                .baseUnit("seconds").register(meters);
        FunctionCounter.builder("orderbook.gc.collections", collectors,
                        all -> sum(all, GarbageCollectorMXBean::getCollectionCount))
                .description("Garbage collections").register(meters);
    }

    /** A collector without this figure returns -1. */
    private static long sum(List<GarbageCollectorMXBean> collectors, ToLongFunction<GarbageCollectorMXBean> figure) {
        return collectors.stream().mapToLong(figure).filter(each -> each > 0).sum();
    }
}

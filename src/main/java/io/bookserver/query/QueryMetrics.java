package io.bookserver.query;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is counted of the requests.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class QueryMetrics {
    private final MeterRegistry meters;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong heldBytes = new AtomicLong();

    QueryMetrics(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("orderbook.query.connections", connections, AtomicInteger::get)
                .description("Connections that have asked by REST and are open").strongReference(true).register(meters);
        Gauge.builder("orderbook.query.held", heldBytes, AtomicLong::get).baseUnit("bytes")
                .description("Memory held for large requests under way").strongReference(true).register(meters);
    }

    /** Connections that have asked by REST and are open. */
    AtomicInteger connections() {
        return connections;
    }

    /** Memory held for large requests under way. */
    AtomicLong heldBytes() {
        return heldBytes;
    }

    /** A request was answered by an error. */
    void refused(String code) {
        meters.counter("orderbook.query.refused", "code", code).increment();
    }

    /** A connection was cut. */
    void closed(String reason) {
        meters.counter("orderbook.query.closed", "reason", reason).increment();
    }
}

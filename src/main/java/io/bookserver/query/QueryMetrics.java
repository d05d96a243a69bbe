package io.bookserver.query;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The metrics of the requests.
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
                .description("Open connections that have sent a REST request").strongReference(true).register(meters);
        Gauge.builder("orderbook.query.held", heldBytes, AtomicLong::get).baseUnit("bytes")
                .description("Memory held for large requests in progress").strongReference(true).register(meters);
    }

    /** Open connections that have sent a REST request. */
    AtomicInteger connections() {
        return connections;
    }

    /** Memory held for large requests in progress. */
    AtomicLong heldBytes() {
        return heldBytes;
    }

    /** Counts a request that was answered with an error. */
    void refused(String code) {
        meters.counter("orderbook.query.refused", "code", code).increment();
    }

    /** Counts a connection that was closed by the server. */
    void closed(String reason) {
        meters.counter("orderbook.query.closed", "reason", reason).increment();
    }
}

package io.bookserver.ingest;

import io.bookserver.kalshi.RejectReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Handles a rejected record: it is counted, logged (each reason at most once per interval, with the number of lines
 * left out), and sent to the dead letters.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class Rejections {
    private static final Logger LOG = Logger.getLogger(Rejections.class);

    private final IngestMetrics metrics;
    private final DeadLetters deadLetters;
    private final long logIntervalNanos;
    private final LongSupplier nanoClock;
    private final LogGate[] gates = new LogGate[RejectReason.values().length];

    @jakarta.inject.Inject
    Rejections(IngestMetrics metrics, DeadLetters deadLetters, IngestConfig config) {
        this(metrics, deadLetters, config, System::nanoTime);
    }

    Rejections(IngestMetrics metrics, DeadLetters deadLetters, IngestConfig config, LongSupplier nanoClock) {
        this.metrics = metrics;
        this.deadLetters = deadLetters;
        this.logIntervalNanos = config.rejectionLogInterval().toNanos();
        this.nanoClock = nanoClock;
        for (int i = 0; i < gates.length; i++) {
            gates[i] = new LogGate();
        }
    }

    /** Rejects a record that violates the contract. */
    void reject(ConsumerRecord<byte[], byte[]> record, RejectReason reason, String message) {
        metrics.rejected(reason);
        long leftOut = gates[reason.ordinal()].pass(nanoClock.getAsLong(), logIntervalNanos);
        if (leftOut >= 0) {
            LOG.warnf("record rejected reason=%s topic=%s partition=%d offset=%d cause=\"%s\" not_logged_since=%d",
                    reason.wireName(), record.topic(), record.partition(), record.offset(), message, leftOut);
        }
        deadLetters.send(record, reason, message);
    }

    /** Rejects a record on which this server failed. That is a bug, so it is logged with its stack trace. */
    void failed(ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
        metrics.rejected(RejectReason.INTERNAL);
        long leftOut = gates[RejectReason.INTERNAL.ordinal()].pass(nanoClock.getAsLong(), logIntervalNanos);
        if (leftOut >= 0) {
            LOG.errorf(failure, "record failed topic=%s partition=%d offset=%d not_logged_since=%d",
                    record.topic(), record.partition(), record.offset(), leftOut);
        }
        deadLetters.send(record, RejectReason.INTERNAL, failure.toString());
    }

    /** Lets one line per interval through and counts the others. */
    private static final class LogGate {
        private final AtomicLong opensAtNanos = new AtomicLong(Long.MIN_VALUE);
        private final AtomicLong leftOut = new AtomicLong();

        /** The number of lines left out since the last one that passed, or -1 if this one is left out too. */
        long pass(long nowNanos, long intervalNanos) {
            long opensAt = opensAtNanos.get();
            boolean open = opensAt == Long.MIN_VALUE || nowNanos - opensAt >= 0;
            if (open && opensAtNanos.compareAndSet(opensAt, nowNanos + intervalNanos)) {
                return leftOut.getAndSet(0);
            }
            leftOut.incrementAndGet();
            return -1;
        }
    }
}

package io.bookserver.host;

import io.quarkus.logging.LoggingFilter;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Limits what the messaging library logs about records that were not sent. The entry for each record (SRMSG18206) is
 * logged once in 10 s per channel. Its duplicate, with a stack trace, is suppressed. The framework's own filters do not
 * apply to errors.
 *
 * <p><i>Thread-safe.</i>
 */
@LoggingFilter(name = "repeated-failures")
public final class RepeatedFailures implements Filter {
    private static final String LIBRARY = "io.smallrye.reactive.messaging.kafka";
    private static final String NOT_WRITTEN = "SRMSG18206";
    private static final String NOT_SENT = "SRMSG18212";
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** When it was last said, by channel and topic. */
    private final Map<String, Long> saidNanos = new ConcurrentHashMap<>();
    private final LongSupplier nanoClock;

    public RepeatedFailures() {
        this(System::nanoTime);
    }

    RepeatedFailures(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        String message = String.valueOf(record.getMessage());
        if (!LIBRARY.equals(record.getLoggerName())) {
            return true;
        }
        if (message.startsWith(NOT_WRITTEN)) {
            return isDue(Arrays.toString(record.getParameters()));
        }
        return !message.startsWith(NOT_SENT) || Stream.iterate(record.getThrown(), cause -> cause != null, Throwable::getCause)
                .noneMatch(TimeoutException.class::isInstance);
    }

    private boolean isDue(String channel) {
        long nowNanos = nanoClock.getAsLong();
        Long before = saidNanos.putIfAbsent(channel, nowNanos);
        return before == null || nowNanos - before >= INTERVAL_NANOS && saidNanos.replace(channel, before, nowNanos);
    }
}

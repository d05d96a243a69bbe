package io.bookserver.host;

import io.quarkus.logging.LoggingFilter;
import java.io.IOException;
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
 * Limits what libraries log again and again. The messaging library's entry for each record that was not sent
 * (SRMSG18206) is logged once in 10 s per channel. Its duplicate, with a stack trace, is suppressed; the framework's own
 * filters do not apply to errors. A connection that cannot be accepted, for lack of a file descriptor, is one line
 * without a stack trace, once in 10 s.
 *
 * <p><i>Thread-safe.</i>
 */
@LoggingFilter(name = "repeated-failures")
public final class RepeatedFailures implements Filter {
    private static final String LIBRARY = "io.smallrye.reactive.messaging.kafka";
    private static final String NOT_WRITTEN = "SRMSG18206";
    private static final String NOT_SENT = "SRMSG18212";
    private static final String NETWORK = "io.netty.channel.DefaultChannelPipeline";
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
        if (NETWORK.equals(record.getLoggerName()) && isForLackOfDescriptors(record.getThrown())) {
            record.setMessage("no connection can be accepted: " + record.getThrown().getMessage());
            record.setThrown(null);
            return isDue(NETWORK);
        }
        if (!LIBRARY.equals(record.getLoggerName())) {
            return true;
        }
        if (message.startsWith(NOT_WRITTEN)) {
            return isDue(Arrays.toString(record.getParameters()));
        }
        return !message.startsWith(NOT_SENT) || Stream.iterate(record.getThrown(), cause -> cause != null, Throwable::getCause)
                .noneMatch(TimeoutException.class::isInstance);
    }

    private static boolean isForLackOfDescriptors(Throwable thrown) {
        return thrown instanceof IOException && String.valueOf(thrown.getMessage()).contains("open files");
    }

    private boolean isDue(String channel) {
        long nowNanos = nanoClock.getAsLong();
        Long before = saidNanos.putIfAbsent(channel, nowNanos);
        return before == null || nowNanos - before >= INTERVAL_NANOS && saidNanos.replace(channel, before, nowNanos);
    }
}

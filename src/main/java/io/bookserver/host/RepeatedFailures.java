package io.bookserver.host;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Keeps out of the log what the messaging library says a second time, with a stack trace: that a record was not sent in time. The
 * line before it (SRMSG18206) says to which topic. The framework's own filters do not reach errors.
 *
 * <p><i>Immutable.</i>
 */
@LoggingFilter(name = "repeated-failures")
public final class RepeatedFailures implements Filter {
    private static final String LIBRARY = "io.smallrye.reactive.messaging.kafka";
    private static final String NOT_SENT = "SRMSG18212";

    @Override
    public boolean isLoggable(LogRecord record) {
        return !LIBRARY.equals(record.getLoggerName()) || !String.valueOf(record.getMessage()).startsWith(NOT_SENT)
                || Stream.iterate(record.getThrown(), cause -> cause != null, Throwable::getCause)
                        .noneMatch(TimeoutException.class::isInstance);
    }
}

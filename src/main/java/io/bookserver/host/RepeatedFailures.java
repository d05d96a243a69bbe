package io.bookserver.host;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Suppresses a duplicate log entry of the messaging library, with a stack trace, about a record that was not sent in
 * time. The preceding entry (SRMSG18206) names the topic. The framework's own filters do not apply to errors.
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

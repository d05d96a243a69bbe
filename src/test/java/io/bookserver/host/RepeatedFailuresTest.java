package io.bookserver.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class RepeatedFailuresTest {
    private static final String NETWORK = "io.netty.channel.DefaultChannelPipeline";
    private static final String LIBRARY = "io.smallrye.reactive.messaging.kafka";

    private final AtomicLong nanos = new AtomicLong();
    private final RepeatedFailures filter = new RepeatedFailures(nanos::get);

    @Test
    void recordsNotWritten_ofOneChannel_areSaidOnceInTenSeconds() {
        assertThat(filter.isLoggable(notWritten("resync"))).isTrue();
        assertThat(filter.isLoggable(notWritten("resync"))).isFalse();
        assertThat(filter.isLoggable(notWritten("dead-letters"))).as("another channel").isTrue();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertThat(filter.isLoggable(notWritten("resync"))).as("ten seconds later").isTrue();
        assertThat(filter.isLoggable(notWritten("resync"))).isFalse();
    }

    @Test
    void secondWordOnARecord_forWantOfTime_isKeptOut() {
        LogRecord late = record(LIBRARY, "SRMSG18212: not sent");
        late.setThrown(new IllegalStateException(new TimeoutException("late")));
        LogRecord other = record(LIBRARY, "SRMSG18212: not sent");
        other.setThrown(new IllegalStateException("another reason"));
        assertThat(filter.isLoggable(late)).isFalse();
        assertThat(filter.isLoggable(other)).isTrue();
    }

    @Test
    void connectionThatCannotBeAccepted_isOneLine_onceInTenSeconds() {
        for (boolean isSaid : new boolean[] {true, false}) {
            LogRecord record = record(NETWORK, "An exceptionCaught() event was fired");
            record.setThrown(new IOException("Too many open files"));
            assertThat(filter.isLoggable(record)).isEqualTo(isSaid);
            assertThat(record.getThrown()).isNull();
            assertThat(record.getMessage()).isEqualTo("no connection can be accepted: Too many open files");
        }
        LogRecord other = record(NETWORK, "An exceptionCaught() event was fired");
        other.setThrown(new IOException("Broken pipe"));
        assertThat(filter.isLoggable(other)).isTrue();
        assertThat(other.getThrown()).isNotNull();
    }

    @Test
    void otherLoggers_areNotTouched() {
        LogRecord record = record("io.bookserver", "SRMSG18206: Unable to write");
        assertThat(filter.isLoggable(record) && filter.isLoggable(record)).isTrue();
    }

    private static LogRecord notWritten(String channel) {
        LogRecord record = record(LIBRARY, "SRMSG18206: Unable to write to Kafka from channel %s (topic: %s)");
        record.setParameters(new Object[] {channel, "market-data-" + channel});
        return record;
    }

    private static LogRecord record(String logger, String message) {
        LogRecord record = new LogRecord(Level.SEVERE, message);
        record.setLoggerName(logger);
        return record;
    }
}

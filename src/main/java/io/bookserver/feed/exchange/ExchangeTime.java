package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jboss.logging.Logger;

/**
 * The exchange's time, for login timestamps: our clock, unless the exchange's answers show that it is wrong.
 *
 * <p><i>Thread-safe.</i>
 */
final class ExchangeTime {
    /** Up to this, a difference is explained by the answer's latency and the rounding of its date. */
    static final long TOLERATED_MS = 2_000;
    private static final Logger LOG = Logger.getLogger(ExchangeTime.class);

    private final FeedClock clock;
    private volatile long offsetMs;

    ExchangeTime(FeedClock clock) {
        this.clock = clock;
    }

    /** Epoch milliseconds. */
    long nowMs() {
        return clock.epochMs() + offsetMs;
    }

    /** Notes the {@code Date} of an answer that has just come; null and invalid values are ignored. */
    void heard(String date) {
        if (date == null) {
            return;
        }
        long differenceMs;
        try {
            differenceMs = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)).toEpochMilli() + 500
                    - clock.epochMs();
        } catch (DateTimeException e) {
            return;
        }
        long nextMs = Math.abs(differenceMs) > TOLERATED_MS ? differenceMs : 0;
        if (Math.abs(nextMs - offsetMs) > TOLERATED_MS) {
            LOG.warnf("feed=exchange clock=differs exchange_is_ahead_by=%s", Duration.ofMillis(nextMs));
            offsetMs = nextMs;
        } else if (nextMs == 0) {
            offsetMs = 0;
        }
    }
}

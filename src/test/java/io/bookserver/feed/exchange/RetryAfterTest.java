package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-27T07:28:00Z");

    @Test
    void seconds_orADate_areTaken_upToFiveMinutes_andNothingElse() {
        assertThat(RetryAfter.ms("0", NOW)).isZero();
        assertThat(RetryAfter.ms("7", NOW)).isEqualTo(7_000);
        assertThat(RetryAfter.ms("999999999", NOW)).isEqualTo(300_000);
        assertThat(RetryAfter.ms("Fri, 27 Nov 2026 07:28:20 GMT", NOW)).isEqualTo(20_000);
        assertThat(RetryAfter.ms("Fri, 27 Nov 2026 07:27:59 GMT", NOW)).isZero();
        assertThat(RetryAfter.ms("Sat, 28 Nov 2026 07:28:00 GMT", NOW)).isEqualTo(300_000);
        for (String none : new String[] {null, "", "-1", "1.5", "soon", "27 Nov 2026", "99999999999999999999"}) {
            assertThat(RetryAfter.ms(none, NOW)).isZero();
        }
    }
}

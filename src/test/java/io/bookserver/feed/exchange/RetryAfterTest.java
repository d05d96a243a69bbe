package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryAfterTest {
    @Test
    void seconds_areTaken_upToFiveMinutes_andNothingElse() {
        assertThat(RetryAfter.ms("0")).isZero();
        assertThat(RetryAfter.ms("7")).isEqualTo(7_000);
        assertThat(RetryAfter.ms("999999999")).isEqualTo(300_000);
        for (String none : new String[] {null, "", "-1", "1.5", "soon", "Fri, 27 Nov 2026 07:28:00 GMT", "99999999999999999999"}) {
            assertThat(RetryAfter.ms(none)).isZero();
        }
    }
}

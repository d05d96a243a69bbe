package io.bookserver.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.kalshi.JsonBytes;
import io.micrometer.core.instrument.MockClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentLatencyTest {
    private final MockClock clock = new MockClock();
    private final RecentLatency latency = new RecentLatency(clock);

    private String written() {
        JsonBytes out = new JsonBytes(16);
        latency.write(out);
        return new String(out.toByteArray(), StandardCharsets.US_ASCII);
    }

    @Test
    void nothingRecorded_isNull_andNotZero() {
        assertThat(written()).isEqualTo("{\"p50\":null,\"p99\":null,\"max\":null}");
        latency.record(0);
        assertThat(written()).isEqualTo("{\"p50\":0,\"p99\":0,\"max\":0}");
    }

    @Test
    void percentiles_areThoseOfTheValues() {
        for (int ms = 1; ms <= 100; ms++) {
            latency.record(ms);
        }
        assertThat(written()).isEqualTo("{\"p50\":50,\"p99\":99,\"max\":100}");
    }

    /** Differing clocks make a latency negative; a topic that is read from its beginning makes it years. */
    @Test
    void valuesOutOfRange_countAsItsEnds() {
        latency.record(-5);
        assertThat(written()).isEqualTo("{\"p50\":0,\"p99\":0,\"max\":0}");
        latency.record(Long.MAX_VALUE);
        assertThat(written()).startsWith("{\"p50\":0,").doesNotContain("null");
    }

    @Test
    void valuesOlderThanTheWindow_areForgotten() {
        latency.record(40_000);
        clock.add(Duration.ofSeconds(5));
        latency.record(1);
        assertThat(written()).startsWith("{\"p50\":1,").doesNotEndWith("\"max\":1}");
        clock.add(Duration.ofSeconds(6));
        assertThat(written()).isEqualTo("{\"p50\":1,\"p99\":1,\"max\":1}");
        clock.add(Duration.ofSeconds(20));
        assertThat(written()).isEqualTo("{\"p50\":null,\"p99\":null,\"max\":null}");
    }
}

package io.bookserver.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.LaunchMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EndedMetersTest {
    private final CompositeMeterRegistry global = new CompositeMeterRegistry();
    private final SimpleMeterRegistry served = new SimpleMeterRegistry();

    private void register(int value) {
        Gauge.builder("orderbook.books", () -> value).strongReference(true).register(global);
        Gauge.builder("kafka.lag", () -> value).strongReference(true).register(global);
    }

    @ParameterizedTest
    @EnumSource(value = LaunchMode.class, names = {"DEVELOPMENT", "TEST"})
    void applicationThatEnds_takesItsGaugesWithIt(LaunchMode mode) {
        global.add(served);
        register(1);
        EndedMeters.remove(mode, global);
        assertThat(served.getMeters()).extracting(meter -> meter.getId().getName()).containsExactly("kafka.lag");
        register(2);
        assertThat(served.get("orderbook.books").gauge().value()).isEqualTo(2);
    }

    @Test
    void serverThatEnds_isStillMeasured() {
        global.add(served);
        register(1);
        EndedMeters.remove(LaunchMode.NORMAL, global);
        assertThat(served.get("orderbook.books").gauge().value()).isEqualTo(1);
    }
}

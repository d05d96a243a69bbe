package io.bookserver.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateTest {
    private final AtomicLong counter = new AtomicLong(1_000);
    private final Rate rate = new Rate(counter::get);

    @Test
    void rate_isOfTheTimeBetweenTwoLooks() {
        rate.look(TimeUnit.SECONDS.toNanos(7));
        assertThat(rate.perSecond()).as("what was counted before").isZero();
        counter.addAndGet(30);
        rate.look(TimeUnit.SECONDS.toNanos(9));
        assertThat(rate.perSecond()).isEqualTo(15);
        rate.look(TimeUnit.SECONDS.toNanos(10));
        assertThat(rate.perSecond()).isZero();
    }
}

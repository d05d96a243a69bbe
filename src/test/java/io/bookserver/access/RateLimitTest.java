package io.bookserver.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private record Config(Optional<Set<String>> apiKeys, OptionalInt requestsPerSecond, int burstSeconds, int maxAddresses)
            implements AccessConfig {}

    private static RateLimit limit(OptionalInt perSecond) {
        return new RateLimit(new Config(Optional.empty(), perSecond, 2, 1_000));
    }

    private static int answered(RateLimit limit, Caller caller, String address, int requests) {
        int answered = 0;
        for (int i = 0; i < requests; i++) {
            answered += limit.secondsToWait(caller, address) == 0 ? 1 : 0;
        }
        return answered;
    }

    @Test
    void requests_withoutALimit_areAllAnswered() {
        assertThat(answered(limit(OptionalInt.empty()), Caller.UNKNOWN, "127.0.0.1", 100_000)).isEqualTo(100_000);
    }

    @Test
    void requests_beyondTheBurst_areToldToWait() {
        RateLimit limit = limit(OptionalInt.of(1));
        assertThat(answered(limit, Caller.UNKNOWN, "127.0.0.1", 2)).isEqualTo(2);
        assertThat(limit.secondsToWait(Caller.UNKNOWN, "127.0.0.1")).isEqualTo(1);
    }

    @Test
    void callers_haveBucketsOfTheirOwn() {
        RateLimit limit = limit(OptionalInt.of(1));
        assertThat(answered(limit, Caller.UNKNOWN, "127.0.0.1", 10)).isLessThan(10);
        assertThat(answered(limit, Caller.UNKNOWN, "127.0.0.2", 2)).isEqualTo(2);
        assertThat(answered(limit, new Caller(0), "127.0.0.1", 2)).isEqualTo(2);
        assertThat(answered(limit, new Caller(1), "127.0.0.1", 2)).isEqualTo(2);
    }
}

package io.bookserver.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How often each caller may ask: a token bucket for each key or, where no keys are configured, each client address.
 *
 * <p><i>Thread-safe. Its memory is bounded by the number of addresses that are told apart.</i>
 */
@ApplicationScoped
public class RateLimit {
    private final int perSecond;
    private final long burst;
    private final Cache<Object, Bucket> buckets;

    RateLimit(AccessConfig config) {
        perSecond = config.requestsPerSecond().orElse(0);
        burst = (long) perSecond * Math.max(1, config.burstSeconds());
        // a bucket that was left alone for longer than it takes to fill is as good as a new one
        buckets = Caffeine.newBuilder().maximumSize(config.maxAddresses())
                .expireAfterAccess(Duration.ofSeconds(Math.max(1, config.burstSeconds()) + 1L)).build();
    }

    /**
     * Counts one request.
     *
     * @param address the client's, by which callers without a key are told apart
     * @return the seconds after which it may be tried again, 1 or more; 0 if it may be answered now
     */
    public long secondsToWait(Caller caller, String address) {
        if (perSecond == 0) {
            return 0;
        }
        Object who = caller.isKnown() ? caller : address;
        ConsumptionProbe probe = buckets.get(who, unknown -> full()).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? 0 : 1 + TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill() - 1);
    }

    private Bucket full() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1))).build();
    }
}

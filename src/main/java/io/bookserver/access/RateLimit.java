package io.bookserver.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Limits the rate of requests: a token bucket per key or, without configured keys, per client address.
 *
 * <p><i>Thread-safe. Its memory is bounded by the number of distinguished addresses.</i>
 */
@ApplicationScoped
public class RateLimit {
    private final int perSecond;
    private final long burst;
    private final Cache<Object, Bucket> buckets;

    RateLimit(AccessConfig config) {
        perSecond = config.requestsPerSecond().orElse(0);
        burst = (long) perSecond * Math.max(1, config.burstSeconds());
        // a bucket that was not used for longer than it takes to fill is equal to a new one
        buckets = Caffeine.newBuilder().maximumSize(config.maxAddresses())
                .expireAfterAccess(Duration.ofSeconds(Math.max(1, config.burstSeconds()) + 1L)).build();
    }

    /**
     * Counts one request.
     *
     * @param address the client's, which distinguishes callers without a key
     * @return the seconds after which to retry, 1 or more; 0 if the request may be answered now
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

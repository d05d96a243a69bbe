package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Decides when a REST request may be sent: within the exchange's rate limit, and after the wait that follows a failure.
 * Logs why requests fail, each time that the reason changes.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class RestBudget {
    static final int TOKENS_A_REQUEST = 10;
    private static final Logger LOG = Logger.getLogger(RestBudget.class);

    private final Bucket bucket;
    private final Backoff backoff;
    private final ConnectorFigures figures;
    private long notBeforeMs = Long.MIN_VALUE;
    /** Why the last request failed; empty if it did not. */
    private String problem = "";

    /** @param capacity of the token bucket, which is full at first */
    RestBudget(FeedClock clock, int tokensPerSecond, int capacity, RandomGenerator random, ConnectorFigures figures) {
        this.bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(tokensPerSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(new Elapsed(clock)).build();
        this.backoff = new Backoff(random);
        this.figures = figures;
    }

    /** Takes the tokens of one request, if it may be sent now. */
    boolean take(long nowMs) {
        if (nowMs < notBeforeMs || !bucket.tryConsume(TOKENS_A_REQUEST)) {
            return false;
        }
        figures.restRequests.increment();
        figures.restTokens.set(tokens());
        return true;
    }

    /** The available tokens, rounded down. */
    int tokens() {
        return (int) bucket.getAvailableTokens();
    }

    /** Notes the result of a request; after one without a usable answer, the next one waits. */
    void answered(Rest.Answer<?> answer, long nowMs) {
        if (answer.body().isPresent()) {
            backoff.reset();
            problem = "";
            return;
        }
        figures.restFailures.increment();
        if (!answer.problem().equals(problem)) {
            problem = answer.problem();
            LOG.warnf("feed=exchange rest=failing status=%d problem=\"%s\"", answer.status(), problem);
        }
        if (answer.isThrottled()) {
            figures.restThrottled.increment();
            // the exchange says that no tokens are left, whatever was computed here
            bucket.tryConsumeAsMuchAsPossible();
        }
        notBeforeMs = nowMs + Math.max(answer.retryAfterMs(), backoff.nextMs());
    }

    /** The connector's clock, for the bucket. */
    private record Elapsed(FeedClock clock) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return clock.nanoTime();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}

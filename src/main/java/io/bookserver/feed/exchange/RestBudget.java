package io.bookserver.feed.exchange;

import java.util.random.RandomGenerator;

/**
 * When REST may be asked: within the exchange's rate, and not before the wait after a failure is over.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class RestBudget {
    static final int TOKENS_A_REQUEST = 10;

    private final TokenBucket bucket;
    private final Backoff backoff;
    private final ConnectorFigures figures;
    private long notBeforeMs = Long.MIN_VALUE;

    RestBudget(TokenBucket bucket, RandomGenerator random, ConnectorFigures figures) {
        this.bucket = bucket;
        this.backoff = new Backoff(random);
        this.figures = figures;
    }

    /** Takes what one request costs, if it may be sent now. */
    boolean take(long nowMs) {
        if (nowMs < notBeforeMs || !bucket.take(TOKENS_A_REQUEST, nowMs)) {
            return false;
        }
        figures.restRequests.increment();
        figures.restTokens.set(bucket.available(nowMs));
        return true;
    }

    /** Notes how a request ended; without an answer of use, the next one waits. */
    void answered(Rest.Answer<?> answer, long nowMs) {
        if (answer.body().isPresent()) {
            backoff.reset();
            return;
        }
        figures.restFailures.increment();
        if (answer.isThrottled()) {
            figures.restThrottled.increment();
            bucket.empty(nowMs);
        }
        notBeforeMs = nowMs + backoff.nextMs();
    }
}

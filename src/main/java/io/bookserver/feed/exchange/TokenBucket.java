package io.bookserver.feed.exchange;

/**
 * What requests may cost: so many tokens flow in a second, and so many can be saved up.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class TokenBucket {
    private final double tokensPerMs;
    private final int capacity;
    private double tokens;
    private long filledMs;

    TokenBucket(int tokensPerSecond, int capacity, long nowMs) {
        this.tokensPerMs = tokensPerSecond / 1000.0;
        this.capacity = capacity;
        this.tokens = capacity;
        this.filledMs = nowMs;
    }

    /** Takes so many if they are there. */
    boolean take(int wanted, long nowMs) {
        fill(nowMs);
        if (tokens < wanted) {
            return false;
        }
        tokens -= wanted;
        return true;
    }

    /** The exchange says that there are none, whatever we reckoned. */
    void empty(long nowMs) {
        fill(nowMs);
        tokens = 0;
    }

    /** Whole tokens that are there. */
    int available(long nowMs) {
        fill(nowMs);
        return (int) tokens;
    }

    private void fill(long nowMs) {
        tokens = Math.min(capacity, tokens + Math.max(0, nowMs - filledMs) * tokensPerMs);
        filledMs = nowMs;
    }
}

package io.bookserver.feed.exchange;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Markets whose subscription the exchange rejects even if the command names no other, and when each of them may be
 * tried again: after 0.1 s, doubled with each rejection up to 30 s.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class RejectedMarkets {
    private record Retry(long atMs, String ticker) {}

    private final Map<String, Long> waitMs = new HashMap<>();
    private final PriorityQueue<Retry> retries =
            new PriorityQueue<>((one, other) -> Long.compare(one.atMs, other.atMs));

    /** Notes a rejection; returns whether it is the market's first. */
    boolean add(String ticker, long nowMs) {
        Long before = waitMs.get(ticker);
        long wait = before == null ? Backoff.MIN_MS : Math.min(Backoff.MAX_MS, 2 * before);
        waitMs.put(ticker, wait);
        retries.add(new Retry(nowMs + wait, ticker));
        return before == null;
    }

    void remove(String ticker) {
        waitMs.remove(ticker);
    }

    /** A market that may be tried again now; its next wait begins with the next rejection. */
    Optional<String> next(long nowMs) {
        while (!retries.isEmpty() && retries.peek().atMs <= nowMs) {
            String ticker = retries.poll().ticker;
            if (waitMs.containsKey(ticker)) {
                return Optional.of(ticker);
            }
        }
        return Optional.empty();
    }

    void clear() {
        waitMs.clear();
        retries.clear();
    }
}

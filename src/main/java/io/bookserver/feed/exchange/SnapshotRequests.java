package io.bookserver.feed.exchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * The markets of one connection that need a new snapshot, and when each may be requested: at most once in 5 s. A
 * snapshot that was promised, by a subscription or by an answer, and has not come within 10 s is requested again.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class SnapshotRequests {
    static final long AGAIN_AFTER_MS = 5_000;
    static final long OVERDUE_AFTER_MS = 10_000;

    private record Request(long allowedMs, String ticker) {}

    private final PriorityQueue<Request> queue =
            new PriorityQueue<>((one, other) -> Long.compare(one.allowedMs, other.allowedMs));
    /** The requests that still count, by market; other entries of the queue are skipped. */
    private final Map<String, Request> queued = new HashMap<>();
    private final Map<String, Long> lastAskedMs = new HashMap<>();
    /** Since when a snapshot has been awaited, the oldest first. */
    private final LinkedHashMap<String, Long> promisedMs = new LinkedHashMap<>();

    /** Notes that a subscription promises snapshots of these markets. */
    void promised(Collection<String> tickers, long nowMs) {
        for (String ticker : tickers) {
            queued.remove(ticker);
            promisedMs.remove(ticker);
            promisedMs.put(ticker, nowMs);
        }
    }

    /** Notes that this market needs a snapshot newer than any received. */
    void want(String ticker, long nowMs) {
        if (!queued.containsKey(ticker)) {
            Long last = lastAskedMs.get(ticker);
            Request request = new Request(last == null ? nowMs : Math.max(nowMs, last + AGAIN_AFTER_MS), ticker);
            queued.put(ticker, request);
            queue.add(request);
        }
    }

    /** Notes that a snapshot has come. */
    void arrived(String ticker) {
        promisedMs.remove(ticker);
        queued.remove(ticker);
    }

    /** Removes a market that is no longer followed. */
    void forget(String ticker) {
        arrived(ticker);
        lastAskedMs.remove(ticker);
    }

    /**
     * Queues markets whose promised snapshot is overdue.
     *
     * @param subscribed whether a market is subscribed to: a snapshot alone would be followed by no change, and a
     *     repeated subscription promises one anyway
     */
    void tick(long nowMs, Predicate<String> subscribed) {
        Iterator<Map.Entry<String, Long>> oldest = promisedMs.entrySet().iterator();
        List<String> overdue = new ArrayList<>();
        while (oldest.hasNext()) {
            Map.Entry<String, Long> promise = oldest.next();
            if (nowMs - promise.getValue() < OVERDUE_AFTER_MS) {
                break;
            }
            overdue.add(promise.getKey());
            oldest.remove();
        }
        overdue.stream().filter(subscribed).forEach(ticker -> want(ticker, nowMs));
    }

    /** The next markets to request, at most {@code limit}; they count as requested now. */
    List<String> next(int limit, long nowMs) {
        List<String> next = new ArrayList<>();
        while (next.size() < limit && !queue.isEmpty() && queue.peek().allowedMs <= nowMs) {
            Request request = queue.poll();
            if (queued.remove(request.ticker, request)) {
                next.add(request.ticker);
                lastAskedMs.put(request.ticker, nowMs);
            }
        }
        promised(next, nowMs);
        return next;
    }

    /** The number of awaited snapshots. */
    int outstanding() {
        return promisedMs.size();
    }

    /** The number of queued markets. */
    int waiting() {
        return queued.size();
    }

    /**
     * To be called for a new connection: nothing is promised or requested on it, but the limit of once in 5 s remains.
     */
    void reset() {
        queue.clear();
        queued.clear();
        promisedMs.clear();
    }
}

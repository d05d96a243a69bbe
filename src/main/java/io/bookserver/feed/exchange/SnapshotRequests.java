package io.bookserver.feed.exchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Which markets of one connection need a fresh snapshot, and when each may be asked for: none more often than once in
 * 5 s. One that was promised, by a subscription or by an answer, and has not come in 10 s is asked for again.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class SnapshotRequests {
    static final long AGAIN_AFTER_MS = 5_000;
    static final long OVERDUE_AFTER_MS = 10_000;

    private record Request(long allowedMs, String ticker) {}

    private final PriorityQueue<Request> queue =
            new PriorityQueue<>((one, other) -> Long.compare(one.allowedMs, other.allowedMs));
    /** The markets that stand in the queue and are still wanted; a request of another one is passed over. */
    private final Set<String> queued = new HashSet<>();
    private final Map<String, Long> lastAskedMs = new HashMap<>();
    /** Since when a snapshot is on its way, the oldest first. */
    private final LinkedHashMap<String, Long> promisedMs = new LinkedHashMap<>();

    /** A subscription promises snapshots of these. */
    void promised(Collection<String> tickers, long nowMs) {
        for (String ticker : tickers) {
            queued.remove(ticker);
            promisedMs.remove(ticker);
            promisedMs.put(ticker, nowMs);
        }
    }

    /** This market needs a snapshot newer than any that has come. */
    void want(String ticker, long nowMs) {
        if (queued.add(ticker)) {
            Long last = lastAskedMs.get(ticker);
            queue.add(new Request(last == null ? nowMs : Math.max(nowMs, last + AGAIN_AFTER_MS), ticker));
        }
    }

    /** A snapshot has come: nothing more is needed. */
    void arrived(String ticker) {
        promisedMs.remove(ticker);
        queued.remove(ticker);
    }

    /** The market is not followed any more. */
    void forget(String ticker) {
        arrived(ticker);
        lastAskedMs.remove(ticker);
    }

    /** Puts markets whose promised snapshot is overdue into the queue. */
    void tick(long nowMs) {
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
        overdue.forEach(ticker -> want(ticker, nowMs));
    }

    /** The next markets to ask for, at most so many; they count as asked for now. */
    List<String> next(int limit, long nowMs) {
        List<String> next = new ArrayList<>();
        while (next.size() < limit && !queue.isEmpty() && queue.peek().allowedMs <= nowMs) {
            String ticker = queue.poll().ticker;
            if (queued.remove(ticker)) {
                next.add(ticker);
                lastAskedMs.put(ticker, nowMs);
            }
        }
        promised(next, nowMs);
        return next;
    }

    /** How many snapshots are on their way. */
    int outstanding() {
        return promisedMs.size();
    }

    /** How many markets wait to be asked for. */
    int waiting() {
        return queued.size();
    }

    /** A new connection: nothing is promised or asked for on it; when each market was asked for last still counts. */
    void reset() {
        queue.clear();
        queued.clear();
        promisedMs.clear();
    }
}

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
import java.util.function.Predicate;

/**
 * The markets of one connection that need a new snapshot, and when each may be requested: at most once in 5 s. A
 * snapshot that was promised, by a subscription or by an answer, and has not come within 10 s is requested again. A
 * request that the exchange rejects is repeated in halves, since one of its markets may be the reason.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class SnapshotRequests {
    static final long AGAIN_AFTER_MS = 5_000;
    static final long OVERDUE_AFTER_MS = 10_000;

    private record Request(long allowedMs, String ticker) {}

    private record Sent(long atMs, List<String> tickers) {}

    private final PriorityQueue<Request> queue =
            new PriorityQueue<>((one, other) -> Long.compare(one.allowedMs, other.allowedMs));
    /** The requests that still count, by market; other entries of the queue are skipped. */
    private final Map<String, Request> queued = new HashMap<>();
    private final Map<String, Long> lastAskedMs = new HashMap<>();
    /** Since when a snapshot has been awaited, the oldest first. */
    private final LinkedHashMap<String, Long> promisedMs = new LinkedHashMap<>();
    /** The markets of each command that has no answer yet, the oldest first. */
    private final LinkedHashMap<Long, Sent> sent = new LinkedHashMap<>();
    /** Markets whose request was rejected with no other in the command: they are requested alone. */
    private final Set<String> rejected = new HashSet<>();
    private int mostInCommand = Integer.MAX_VALUE;

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

    /**
     * Notes that a snapshot has come.
     *
     * @param id of the command that it answers; 0 for none
     */
    void arrived(String ticker, long id) {
        promisedMs.remove(ticker);
        queued.remove(ticker);
        rejected.remove(ticker);
        sent.remove(id);
    }

    /** Notes the command that requests these markets. */
    void sent(long id, List<String> tickers, long nowMs) {
        sent.put(id, new Sent(nowMs, tickers));
    }

    /** Handles an error; returns whether it is no news: the rejection of one market's request once more. */
    boolean refused(ExchangeMessage error, long nowMs) {
        Sent command = sent.remove(error.id());
        if (command == null) {
            return false;
        }
        List<String> tickers = command.tickers;
        boolean isKnown = false;
        if (tickers.size() == 1 && !error.isOverload()) {
            // the reason is found
            isKnown = !rejected.addAll(tickers);
            mostInCommand = Integer.MAX_VALUE;
        } else if (!error.isOverload()) {
            mostInCommand = tickers.size() / 2;
        }
        tickers.stream().filter(ticker -> promisedMs.remove(ticker) != null).forEach(ticker -> want(ticker, nowMs));
        return isKnown;
    }

    /** Removes a market that is no longer followed. */
    void forget(String ticker) {
        arrived(ticker, 0);
        lastAskedMs.remove(ticker);
    }

    /**
     * Queues markets whose promised snapshot is overdue.
     *
     * @param subscribed whether a market is subscribed to: a snapshot alone would be followed by no change, and a
     *     repeated subscription promises one anyway
     */
    void tick(long nowMs, Predicate<String> subscribed) {
        sent.values().removeIf(command -> nowMs - command.atMs >= OVERDUE_AFTER_MS);
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
        int most = Math.min(limit, mostInCommand);
        while (next.size() < most && !queue.isEmpty() && queue.peek().allowedMs <= nowMs) {
            boolean isAlone = rejected.contains(queue.peek().ticker);
            if (isAlone && !next.isEmpty()) {
                break;
            }
            Request request = queue.poll();
            if (queued.remove(request.ticker, request)) {
                next.add(request.ticker);
                lastAskedMs.put(request.ticker, nowMs);
                most = isAlone ? 1 : most;
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
        sent.clear();
        rejected.clear();
        mostInCommand = Integer.MAX_VALUE;
    }
}

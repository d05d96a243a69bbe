package io.bookserver.feed.simulator;

import io.bookserver.feed.simulator.SimulatedMarket.Phase;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * The future events in the lives of the simulated markets: every market closes, is determined, settled and replaced;
 * some are paused for a while, and some close later than first announced.
 *
 * <p><i>Not thread-safe; confined to its exchange.</i>
 */
final class MarketAgenda {
    enum Event {
        PAUSE,
        RESUME,
        MOVE_CLOSE,
        CLOSE,
        DETERMINE,
        SETTLE,
        REPLACE
    }

    /** One future event; events of the same time are in the order of their entry. */
    record Entry(long dueMs, long order, Event event, SimulatedMarket market) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return dueMs == other.dueMs ? Long.compare(order, other.order) : Long.compare(dueMs, other.dueMs);
        }
    }

    /** Every n-th market is paused once, and every n-th has its close moved once. */
    private static final int PAUSED_EVERY = 16;

    private static final int MOVED_EVERY = 16;

    private final long meanLifetimeMs;
    private final SplittableRandom random;
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long entered;

    MarketAgenda(long meanLifetimeMs, SplittableRandom random) {
        this.meanLifetimeMs = meanLifetimeMs;
        this.random = random;
    }

    boolean isDue(long nowMs) {
        Entry next = entries.peek();
        return next != null && next.dueMs <= nowMs;
    }

    Entry poll() {
        return entries.poll();
    }

    /** How long a new market trades: between half of the mean and one and a half of it. */
    long lifetimeMs() {
        return around(meanLifetimeMs);
    }

    /** How long a market that was already open will still trade. */
    long remainingMs() {
        return 1 + random.nextLong(meanLifetimeMs + meanLifetimeMs / 4);
    }

    /** Enters the events of a market that opens now, or was already open. */
    void open(SimulatedMarket market, long nowMs) {
        long lifetimeMs = market.closeMs() - nowMs;
        enter(market.closeMs(), Event.CLOSE, market);
        if (random.nextInt(PAUSED_EVERY) == 0) {
            long pauseMs = nowMs + random.nextLong(lifetimeMs);
            enter(pauseMs, Event.PAUSE, market);
            enter(pauseMs + lifetimeMs / 20, Event.RESUME, market);
        }
        if (random.nextInt(MOVED_EVERY) == 0) {
            enter(nowMs + random.nextLong(lifetimeMs), Event.MOVE_CLOSE, market);
        }
    }

    /** Pauses a market unless it is closed by now; returns whether it did. */
    boolean pause(SimulatedMarket market) {
        return change(market, Phase.OPEN, Phase.PAUSED);
    }

    boolean resume(SimulatedMarket market) {
        return change(market, Phase.PAUSED, Phase.OPEN);
    }

    private static boolean change(SimulatedMarket market, Phase from, Phase to) {
        if (market.phase() != from) {
            return false;
        }
        market.enter(to);
        return true;
    }

    /** Lets a market close later, unless it is closed by now; returns whether it did. */
    boolean moveClose(SimulatedMarket market) {
        if (market.phase() != Phase.OPEN && market.phase() != Phase.PAUSED) {
            return false;
        }
        market.closesAt(market.closeMs() + (1 + random.nextLong(meanLifetimeMs / 4) / 1000) * 1000);
        return true;
    }

    /** Closes a market, unless its close has been moved meanwhile; returns whether it did. */
    boolean close(SimulatedMarket market, long nowMs) {
        if (nowMs < market.closeMs()) {
            enter(market.closeMs(), Event.CLOSE, market);
            return false;
        }
        market.enter(Phase.CLOSED);
        return true;
    }

    /** To be called when a closed market has no more orders; it then waits for its result. */
    void emptied(SimulatedMarket market, long nowMs) {
        enter(nowMs + around(meanLifetimeMs / 60), Event.DETERMINE, market);
    }

    void determine(SimulatedMarket market, long nowMs) {
        market.determineAt(nowMs / 1000);
        enter(nowMs + around(meanLifetimeMs / 20), Event.SETTLE, market);
    }

    void settle(SimulatedMarket market, long nowMs) {
        market.enter(Phase.SETTLED);
        enter(nowMs, Event.REPLACE, market);
    }

    private long around(long meanMs) {
        return meanMs / 2 + random.nextLong(meanMs + 1);
    }

    private void enter(long dueMs, Event event, SimulatedMarket market) {
        entries.add(new Entry(dueMs, entered++, event, market));
    }
}

package io.bookserver.book;

import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * The times at which markets change status without a message: opening and closing times, at most two per market. A time
 * stays scheduled after it has passed, so that the change is undone if a wrong clock is set back.
 *
 * <p><i>Thread-safe: writers change a market's times; only one thread at a time may advance.</i>
 */
final class StatusSchedule {
    private record Due(long atMs, String ticker) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : ticker.compareTo(other.ticker);
        }
    }

    private final NavigableSet<Due> moments = new ConcurrentSkipListSet<>();
    private volatile long advancedToMs = Long.MIN_VALUE;

    /** Removes the times of an outdated lifecycle. */
    void remove(String ticker, MarketLifecycle lifecycle) {
        remove(ticker, lifecycle.openMs());
        remove(ticker, lifecycle.closeMs());
    }

    /**
     * Adds the times of a market's lifecycle.
     *
     * @return whether one of them has passed already, so that {@link #advance} will not report it
     */
    boolean add(String ticker, MarketLifecycle lifecycle) {
        if (!lifecycle.goesByTime()) {
            return false;
        }
        boolean openPassed = add(ticker, lifecycle.openMs());
        boolean closePassed = add(ticker, lifecycle.closeMs());
        return openPassed || closePassed;
    }

    /** Reports every market with a time between the last call's time and this one, in either direction. */
    void advance(long wallMs, Consumer<String> market) {
        long fromMs = advancedToMs;
        if (wallMs == fromMs) {
            return;
        }
        // written before the scan: a time added meanwhile is seen either by its writer or by the scan
        advancedToMs = wallMs;
        Due after = new Due(Math.min(fromMs, wallMs), "\uffff");
        Due upTo = new Due(Math.max(fromMs, wallMs), "\uffff");
        moments.subSet(after, false, upTo, true).forEach(due -> market.accept(due.ticker()));
    }

    /** The number of scheduled times. */
    int size() {
        return moments.size();
    }

    private boolean add(String ticker, OptionalLong atMs) {
        if (atMs.isEmpty() || atMs.getAsLong() == Long.MAX_VALUE) {
            return false;
        }
        moments.add(new Due(atMs.getAsLong(), ticker));
        return atMs.getAsLong() <= advancedToMs;
    }

    private void remove(String ticker, OptionalLong atMs) {
        atMs.ifPresent(ms -> moments.remove(new Due(ms, ticker)));
    }
}

package io.bookserver.book;

import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * The moments at which markets' statuses change without a message: their opening and closing times, at most two a market.
 * A moment stays here after it has passed, so that a clock that was wrong and is set back takes back what it did.
 *
 * <p><i>Thread-safe: writers change a market's moments, one thread at a time advances.</i>
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

    /** Takes out the moments of a lifecycle that holds no more. */
    void remove(String ticker, MarketLifecycle lifecycle) {
        remove(ticker, lifecycle.openMs());
        remove(ticker, lifecycle.closeMs());
    }

    /**
     * Puts in the moments of a market's lifecycle.
     *
     * @return whether one of them has passed already, so that no advance will come upon it
     */
    boolean add(String ticker, MarketLifecycle lifecycle) {
        if (!lifecycle.goesByTime()) {
            return false;
        }
        boolean openPassed = add(ticker, lifecycle.openMs());
        boolean closePassed = add(ticker, lifecycle.closeMs());
        return openPassed || closePassed;
    }

    /** Names every market with a moment between the time of the last call and this one, whichever is later. */
    void advance(long wallMs, Consumer<String> market) {
        long fromMs = advancedToMs;
        if (wallMs == fromMs) {
            return;
        }
        // before the look, so that a moment added meanwhile is seen by one of the two
        advancedToMs = wallMs;
        Due after = new Due(Math.min(fromMs, wallMs), "\uffff");
        Due upTo = new Due(Math.max(fromMs, wallMs), "\uffff");
        moments.subSet(after, false, upTo, true).forEach(due -> market.accept(due.ticker()));
    }

    /** The number of moments kept. */
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

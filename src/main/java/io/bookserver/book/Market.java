package io.bookserver.book;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * One market of the registry: the place where its newest snapshot stands.
 *
 * <p><i>Thread-safe: readers take one volatile read; a writer publishes by one compare-and-set and, should another
 * writer have been first, computes its snapshot anew from the other's. No thread ever waits for another.</i>
 */
public final class Market {
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(Market.class, "current", MarketSnapshot.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile MarketSnapshot current;
    private volatile MarketStatistics statistics = MarketStatistics.NONE;

    Market(String ticker) {
        this.current = MarketSnapshot.unknown(ticker);
    }

    /** The newest snapshot. Successive calls of one thread never see the version go back. */
    public MarketSnapshot current() {
        return current;
    }

    /** What is traded, as far as the feed tells it. */
    public MarketStatistics statistics() {
        return statistics;
    }

    void report(StatisticsReported report) {
        statistics = report.applyTo(statistics);
    }

    ApplyOutcome apply(BookUpdate update, LongSupplier clockMs, PublicationListener listener) {
        while (true) {
            MarketSnapshot before = current;
            if (before.hasSeen(update.stamp())) {
                return ApplyOutcome.REPEATED_OFFSET;
            }
            Transition transition = update.applyTo(before, nowMs(before, clockMs));
            if (publish(before, transition.after(), listener)) {
                return transition.outcome();
            }
        }
    }

    /** Publishes the status of this moment, if it is another one. */
    void advance(LongSupplier clockMs, PublicationListener listener) {
        MarketSnapshot before;
        do {
            before = current;
        } while (!publish(before, before.atTime(nowMs(before, clockMs)), listener));
    }

    void restartPartition(int partition, LongSupplier clockMs, PublicationListener listener) {
        MarketSnapshot before;
        do {
            before = current;
        } while (!publish(before, before.afterPartitionRestart(partition, nowMs(before, clockMs)), listener));
    }

    private boolean publish(MarketSnapshot before, MarketSnapshot after, PublicationListener listener) {
        if (after == before) {
            return true;
        }
        if (!CURRENT.compareAndSet(this, before, after)) {
            return false;
        }
        listener.published(before, after);
        return true;
    }

    private static long nowMs(MarketSnapshot before, LongSupplier clockMs) {
        return Math.max(before.lastUpdatedMs(), clockMs.getAsLong());
    }
}

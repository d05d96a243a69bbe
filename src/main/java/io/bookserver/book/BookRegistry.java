package io.bookserver.book;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Every market that a record has ever named.
 *
 * <p><i>Thread-safe: readers never block, writers take no lock. One writer a market is the rule; several are tolerated
 * and never corrupt a book.</i>
 */
@ApplicationScoped
public class BookRegistry {
    /** A moment at which a market's status changes without a message. */
    private record Due(long atMs, String ticker) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : ticker.compareTo(other.ticker);
        }
    }

    private final ConcurrentHashMap<String, Market> markets = new ConcurrentHashMap<>();
    /** The same markets by ticker order, for listings; touched only when a market is new. */
    private final ConcurrentNavigableMap<String, Market> sorted = new ConcurrentSkipListMap<>();

    private final ConcurrentSkipListSet<Due> due = new ConcurrentSkipListSet<>();
    private final CopyOnWriteArrayList<PublicationListener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder[] booksByState = adders(BookState.values().length);
    private final LongAdder staleBooksToHeal = new LongAdder();
    private final LongAdder crossedBooks = new LongAdder();
    private final LongAdder timesCrossed = new LongAdder();
    private final PublicationListener listener = this::published;
    private final LongSupplier clockMs;

    public BookRegistry() {
        this(System::currentTimeMillis);
    }

    /**
     * A registry with a clock of its own.
     *
     * @param clockMs epoch milliseconds; it may jump, what readers see does not
     */
    public BookRegistry(LongSupplier clockMs) {
        this.clockMs = new EpochClock(clockMs);
    }

    /** Epoch milliseconds by the clock that stamps publications; never runs backwards. */
    public long nowMs() {
        return clockMs.getAsLong();
    }

    /** Applies one update and publishes the market's next snapshot if it changed anything. */
    public ApplyOutcome apply(BookUpdate update) {
        Market market = markets.get(update.ticker());
        if (market == null) {
            market = register(update.ticker());
        }
        if (update instanceof MarketStatusChanged) {
            long beforeMs = clockMs.getAsLong();
            ApplyOutcome outcome = market.apply(update, clockMs, listener);
            schedule(market.current(), beforeMs);
            return outcome;
        }
        return market.apply(update, clockMs, listener);
    }

    /** Takes note of what is traded in a market that is known; of another one it is passed over. */
    public void report(StatisticsReported report) {
        Market market = markets.get(report.ticker());
        if (market != null) {
            market.report(report);
        }
    }

    /** The market of that ticker, if a record has named it. */
    public Optional<Market> market(String ticker) {
        return Optional.ofNullable(markets.get(ticker));
    }

    /**
     * The number of markets. It only grows, and whoever reads it finds at least so many afterwards, by ticker and in
     * {@link #markets()}.
     */
    public int size() {
        return sorted.size();
    }

    /**
     * Markets in ticker order.
     *
     * @param afterTicker start behind this one; empty for the beginning
     * @param prefix only tickers that begin so; empty for all
     * @param filter which of them
     * @param limit how many at most, 1 or more
     */
    public List<MarketSnapshot> list(String afterTicker, String prefix, Predicate<MarketSnapshot> filter, int limit) {
        boolean behind = afterTicker.compareTo(prefix) >= 0 && !afterTicker.isEmpty();
        Iterator<Market> all = (behind ? sorted.tailMap(afterTicker, false) : sorted.tailMap(prefix, true))
                .values().iterator();
        List<MarketSnapshot> found = new ArrayList<>(Math.min(limit, 1024));
        while (all.hasNext() && found.size() < limit) {
            MarketSnapshot market = all.next().current();
            if (!market.ticker().startsWith(prefix)) {
                break;
            }
            if (filter.test(market)) {
                found.add(market);
            }
        }
        return found;
    }

    /** All markets in ticker order, as they are while one goes through them; a view that cannot be written to. */
    public Collection<Market> markets() {
        return Collections.unmodifiableCollection(sorted.values());
    }

    /** Every listener added hears of every publication that begins after this call. */
    public void addListener(PublicationListener listener) {
        listeners.add(listener);
    }

    public void removeListener(PublicationListener listener) {
        listeners.remove(listener);
    }

    /**
     * Publishes the status of every market whose opening or closing time has passed. To be called often; costs nothing
     * while none has.
     */
    public void advanceStatuses() {
        long nowMs = clockMs.getAsLong();
        Iterator<Due> soonest = due.iterator();
        while (soonest.hasNext()) {
            Due next = soonest.next();
            if (next.atMs > nowMs) {
                return;
            }
            soonest.remove();
            market(next.ticker).ifPresent(market -> {
                market.advance(clockMs, listener);
                schedule(market.current(), next.atMs);
            });
        }
    }

    /**
     * Says that a partition's offsets began anew (its topic was made again or cut): its markets are stale until their
     * next snapshots, and offsets below those seen before count again.
     */
    public void restartPartition(int partition) {
        markets.values().forEach(market -> market.restartPartition(partition, clockMs, listener));
    }

    /** The number of books in that state. */
    public long booksIn(BookState state) {
        return booksByState[state.ordinal()].sum();
    }

    /** Stale books of markets whose trading has not ended: a snapshot must heal them, or their readers stay misled. */
    public long staleBooksToHeal() {
        return staleBooksToHeal.sum();
    }

    /** The number of books that are locked or crossed now. */
    public long crossedBooks() {
        return crossedBooks.sum();
    }

    /** How often a book became locked or crossed since the start. */
    public long timesCrossed() {
        return timesCrossed.sum();
    }

    private Market register(String ticker) {
        Market fresh = new Market(ticker);
        Market known = markets.putIfAbsent(ticker, fresh);
        if (known != null) {
            return known;
        }
        sorted.put(ticker, fresh);
        booksByState[BookState.AWAITING_SNAPSHOT.ordinal()].increment();
        return fresh;
    }

    private void schedule(MarketSnapshot market, long afterMs) {
        OptionalLong next = market.lifecycle().nextChangeAfter(afterMs);
        if (next.isPresent()) {
            due.add(new Due(next.getAsLong(), market.ticker()));
        }
    }

    private void published(MarketSnapshot before, MarketSnapshot after) {
        if (before.book() != after.book()) {
            count(before.book(), after.book());
        }
        if (isToBeHealed(before) != isToBeHealed(after)) {
            staleBooksToHeal.add(isToBeHealed(after) ? 1 : -1);
        }
        for (PublicationListener listener : listeners) {
            listener.published(before, after);
        }
    }

    private static boolean isToBeHealed(MarketSnapshot market) {
        return market.book().state() == BookState.STALE && market.status().closedMs().isEmpty();
    }

    private void count(BookSnapshot before, BookSnapshot after) {
        if (before.state() != after.state()) {
            booksByState[before.state().ordinal()].decrement();
            booksByState[after.state().ordinal()].increment();
        }
        if (before.isCrossed() != after.isCrossed()) {
            crossedBooks.add(after.isCrossed() ? 1 : -1);
            if (after.isCrossed()) {
                timesCrossed.increment();
            }
        }
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}

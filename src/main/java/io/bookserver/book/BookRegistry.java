package io.bookserver.book;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Every market that a record has named lately.
 *
 * <p><i>Thread-safe: readers never block, writers take no lock. One writer a market is the rule; several are tolerated
 * and never corrupt a book.</i>
 */
@ApplicationScoped
public class BookRegistry {
    private final ConcurrentHashMap<String, Market> markets = new ConcurrentHashMap<>();
    private final MarketIndex index = new MarketIndex();
    private final StatusSchedule schedule = new StatusSchedule();
    private final FeedLosses losses = new FeedLosses();
    private final BookCounts counts = new BookCounts();
    private final CopyOnWriteArrayList<PublicationListener> listeners = new CopyOnWriteArrayList<>();
    /** Above every version of the markets that were forgotten: where a new one begins. */
    private final AtomicLong firstVersion = new AtomicLong();
    private final AtomicLong forgotten = new AtomicLong();
    private final Market.Surroundings surroundings = new Here();
    private final EpochClock clock;
    /** Below 0 where the partition is not known. */
    private volatile ToIntFunction<String> keyPartition = ticker -> -1;

    public BookRegistry() {
        this(System::currentTimeMillis);
    }

    /**
     * A registry with a clock of its own.
     *
     * @param clockMs epoch milliseconds; it may jump, what readers see does not
     */
    public BookRegistry(LongSupplier clockMs) {
        this.clock = new EpochClock(clockMs);
    }

    /** Epoch milliseconds by the clock that stamps publications; never runs backwards. */
    public long nowMs() {
        return clock.getAsLong();
    }

    /**
     * Says which partition a market's key belongs to.
     *
     * @param partition by ticker; below 0 where that is not known
     */
    public void keysBelongTo(ToIntFunction<String> partition) {
        keyPartition = partition;
    }

    /** Applies one update and publishes the market's next snapshot if it changed anything. */
    public ApplyOutcome apply(BookUpdate update) {
        while (true) {
            Market market = markets.get(update.ticker());
            if (market == null) {
                if (update instanceof UpdateLost) {
                    return ApplyOutcome.UPDATE_LOST;
                }
                market = register(update);
            }
            FeedLoss[] pending = losses.pending();
            if (pending.length > 0) {
                market.lose(pending, surroundings);
            }
            Optional<ApplyOutcome> outcome = market.apply(update, surroundings);
            if (outcome.isPresent()) {
                if (update instanceof BookReplaced && losses.isFromADownConnection(update.stamp())) {
                    // it may have gone down between the look and the publication
                    market.lose(new FeedLoss[] {FeedLoss.ofConnection(update.stamp())}, surroundings);
                }
                return outcome.get();
            }
            markets.remove(update.ticker(), market);
        }
    }

    /** Takes note of what is traded in a market that is known; a report of an unknown market is ignored. */
    public void report(StatisticsReported report) {
        Market market = markets.get(report.ticker());
        if (market != null) {
            market.report(report);
        }
    }

    /** Takes note of what is told of a market that is known; of an unknown one it is ignored. */
    public void describe(MarketDescribed description) {
        Market market = markets.get(description.ticker());
        if (market != null) {
            index.describe(market, description.told());
        }
    }

    /** Which markets belong together. */
    public MarketGroups groups() {
        return index.groups();
    }

    /** The market of that ticker, if a record has named it. */
    public Optional<Market> market(String ticker) {
        return Optional.ofNullable(markets.get(ticker));
    }

    /** The market of that id of the exchange, if a record has told it. */
    public Optional<Market> marketOfId(String marketId) {
        return index.ofId(marketId);
    }

    /** The number of markets. */
    public int size() {
        return index.size();
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
        return index.list(afterTicker, prefix, filter, limit);
    }

    /** All markets in ticker order, as they are while one goes through them; a view that cannot be written to. */
    public Collection<Market> markets() {
        return index.markets();
    }

    /** Every listener added hears of every publication that begins after this call. */
    public void addListener(PublicationListener listener) {
        listeners.add(listener);
    }

    public void removeListener(PublicationListener listener) {
        listeners.remove(listener);
    }

    /**
     * Publishes the status of every market whose opening or closing time has passed since the last call, or has not
     * passed after all because the clock was set back. To be called often, by one thread at a time; costs nothing while
     * no time has passed.
     */
    public void advanceStatuses() {
        schedule.advance(clock.sourceMs(), ticker -> market(ticker).ifPresent(market -> market.advance(surroundings)));
    }

    /**
     * Says that a partition's offsets began anew (its topic was made again or cut): its books are stale until their
     * next snapshots, and offsets below those seen before count again.
     */
    public void restartPartition(int partition) {
        markets.values().forEach(market -> market.restartPartition(partition, surroundings));
    }

    /** Says what the feed has lost; from now on no record of a book that lacks it is applied to a live book. */
    public void lose(FeedLoss loss) {
        losses.add(loss);
    }

    /** Whether {@link #applyLosses()} has something to do. */
    public boolean hasLosses() {
        return losses.pending().length > 0;
    }

    /**
     * Marks every book that lacks what was reported lost. It goes through all markets, so it belongs on a thread that
     * holds up nobody; one at a time.
     */
    public void applyLosses() {
        FeedLoss[] pending = losses.pending();
        if (pending.length > 0) {
            markets.values().forEach(market -> market.lose(pending, surroundings));
            losses.applied(pending);
        }
    }

    /** Says that nothing is heard any more of a connection: its books lack something, and its snapshots heal nothing. */
    public void connectionDown(int partition, long connection, long beforeOffset) {
        losses.connectionDown(partition, connection);
        lose(new FeedLoss(partition, OptionalLong.of(connection), OptionalLong.empty(), beforeOffset));
    }

    /** Says that a connection is heard again: its snapshots count. */
    public void connectionUp(int partition, long connection) {
        losses.connectionUp(partition, connection);
    }

    /**
     * Forgets every market that has ended, or never had a snapshot, and that no record has named for so long. It goes
     * through all markets, so it belongs on a thread that holds up nobody; one at a time (rule 11).
     *
     * @param keepMs how long such a market is kept behind the last record that named it
     * @param newestRecordMs the time of a partition's newest record, epoch milliseconds
     * @return how many were forgotten
     */
    public int forget(long keepMs, IntToLongFunction newestRecordMs) {
        int gone = 0;
        for (Market market : markets.values()) {
            MarketSnapshot last = market.current();
            boolean ended = last.status().closedMs().isPresent() || last.book().isAwaiting();
            if (ended && market.partition() >= 0 && market.newestRecordMs() < newestRecordMs.applyAsLong(market.partition()) - keepMs
                    && forget(market, last)) {
                gone++;
            }
        }
        forgotten.addAndGet(gone);
        return gone;
    }

    /** How many markets were forgotten since the start. */
    public long forgotten() {
        return forgotten.get();
    }

    /**
     * All there is of a market, with every loss that was reported so far. It is whole if asked in the turn of the market's
     * writer; empty where the market has been forgotten.
     */
    public Optional<MarketState> state(Market market) {
        market.lose(losses.pending(), surroundings);
        MarketState state = market.state();
        return market.isRetired() ? Optional.empty() : Optional.of(state);
    }

    /** What tells whether a market's state is still the one seen before, every loss reported so far included. */
    public long mark(Market market) {
        market.lose(losses.pending(), surroundings);
        return market.mark();
    }

    /**
     * Puts in a market as {@link #state} told it, before any record is applied. One that another partition's checkpoint has
     * brought already stands in both, and is stale. Nobody is told: whoever follows a market has not seen it yet.
     */
    public void restore(MarketState state) {
        Market restored = new Market(state);
        restored.describe(index.groups().sharing(state.details()));
        // before another thread can change it: what changes is counted by itself
        MarketSnapshot first = restored.current();
        Market known = markets.putIfAbsent(state.ticker(), restored);
        if (known != null) {
            known.restoreBeside(state, surroundings);
            return;
        }
        index.restore(state, restored);
        counts.restored(first);
        if (schedule.add(state.ticker(), state.lifecycle())) {
            restored.advance(surroundings);
        }
    }

    /** Where the versions of a market begin that becomes known now. */
    public long firstVersion() {
        return firstVersion.get();
    }

    /** Says that versions below that one may have been seen before the start. */
    public void firstVersionIsAtLeast(long version) {
        firstVersion.accumulateAndGet(version, Math::max);
    }

    /** Says that nothing was heard any more of a connection when the books were written that are restored now. */
    public void connectionWasDown(int partition, long connection) {
        losses.connectionDown(partition, connection);
    }

    /** The number of books in that state. */
    public long booksIn(BookState state) {
        return counts.booksIn(state);
    }

    /** Stale books of markets whose trading has not ended: a snapshot must heal them, or their readers stay misled. */
    public long staleBooksToHeal() {
        return counts.staleBooksToHeal();
    }

    /** The number of books that are locked or crossed now. */
    public long crossedBooks() {
        return counts.crossedBooks();
    }

    /** How often a book became locked or crossed since the start. */
    public long timesCrossed() {
        return counts.timesCrossed();
    }

    /** The number of opening and closing times that are kept. */
    int scheduledTimes() {
        return schedule.size();
    }

    private Market register(BookUpdate update) {
        // the version is read while no market of this ticker can be there, so it is above those of the one before
        Market market = markets.computeIfAbsent(update.ticker(), ticker -> {
            counts.registered();
            return new Market(ticker, firstVersion.get(), update.stamp().recordMs());
        });
        index.add(update.ticker(), market);
        return market;
    }

    private boolean forget(Market market, MarketSnapshot last) {
        firstVersion.accumulateAndGet(last.version() + 1, Math::max);
        if (!market.retire(last)) {
            return false;
        }
        markets.remove(last.ticker(), market);
        index.remove(last, market);
        schedule.remove(last.ticker(), last.lifecycle());
        counts.forgotten(last);
        return true;
    }

    private void published(MarketSnapshot before, MarketSnapshot after) {
        counts.changed(before, after);
        if (!before.marketId().equals(after.marketId())) {
            identify(before, after);
        }
        if (before.lifecycle() != after.lifecycle()) {
            reschedule(before);
        }
        for (PublicationListener listener : listeners) {
            listener.published(before, after);
        }
    }

    private void identify(MarketSnapshot before, MarketSnapshot after) {
        Market market = markets.get(after.ticker());
        if (market != null) {
            index.identify(market, before.marketId(), after.marketId());
        }
    }

    /** Two writers may come here in the wrong order, so what is put in is always what holds now. */
    private void reschedule(MarketSnapshot before) {
        schedule.remove(before.ticker(), before.lifecycle());
        Market market = markets.get(before.ticker());
        if (market != null && schedule.add(before.ticker(), market.current().lifecycle())) {
            market.advance(surroundings);
        }
    }

    /** What the markets of this registry see of it. */
    private final class Here implements Market.Surroundings {
        @Override
        public long wallMs() {
            return clock.sourceMs();
        }

        @Override
        public long stampMs(long wallMs) {
            return clock.atLeast(wallMs);
        }

        @Override
        public OptionalInt keyPartition(String ticker) {
            int partition = keyPartition.applyAsInt(ticker);
            return partition < 0 ? OptionalInt.empty() : OptionalInt.of(partition);
        }

        @Override
        public FeedLosses losses() {
            return losses;
        }

        @Override
        public void published(MarketSnapshot before, MarketSnapshot after) {
            BookRegistry.this.published(before, after);
        }
    }
}

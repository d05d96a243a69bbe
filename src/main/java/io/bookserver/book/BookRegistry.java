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
 * All markets that are known: a record has named them, and they have not been forgotten.
 *
 * <p><i>Thread-safe: readers never block, writers take no lock. A market should have one writer; several are tolerated
 * and never corrupt a book.</i>
 */
@ApplicationScoped
public class BookRegistry {
    private final ConcurrentHashMap<String, Market> markets = new ConcurrentHashMap<>();
    private final MarketIndex index = new MarketIndex();
    private final StatusSchedule schedule = new StatusSchedule();
    private final FeedLosses losses = new FeedLosses();
    private final Moves moves = new Moves(System::nanoTime);
    private final LatePartitions late = new LatePartitions();
    private final BookCounts counts = new BookCounts();
    private final CopyOnWriteArrayList<PublicationListener> listeners = new CopyOnWriteArrayList<>();
    /** Above every version of the forgotten markets: the first version of a new market. */
    private final AtomicLong firstVersion = new AtomicLong();
    private final AtomicLong forgotten = new AtomicLong();
    private final Market.Surroundings surroundings = new Here();
    private final EpochClock clock;
    /** Negative if the partition is unknown. */
    private volatile ToIntFunction<String> keyPartition = ticker -> -1;
    private volatile Runnable booksAreToBeMarked = () -> {};

    public BookRegistry() {
        this(System::currentTimeMillis);
    }

    /**
     * A registry with its own clock.
     *
     * @param clockMs epoch milliseconds; it may jump, but the published times never run backwards
     */
    public BookRegistry(LongSupplier clockMs) {
        this.clock = new EpochClock(clockMs);
    }

    /** Epoch milliseconds by the clock that stamps publications; never runs backwards. */
    public long nowMs() {
        return clock.getAsLong();
    }

    /**
     * Sets the function that gives the partition to which a market's key belongs.
     *
     * @param partition by ticker; negative if unknown
     */
    public void keysBelongTo(ToIntFunction<String> partition) {
        keyPartition = partition;
    }

    /**
     * Reports that keys belong to other partitions than before, since the topic has more. The books of the markets that
     * have moved are stale, as soon as {@link #applyLosses()} has been called, until their next snapshots in the
     * partitions to which their keys belong now: if such a market moved on, back to its former partition, what was
     * published in between would be missing there (rule 8).
     *
     * @param former the partition to which a market's key belonged, by ticker
     */
    public void keysMoved(ToIntFunction<String> former) {
        moves.add(former);
        booksAreToBeMarked.run();
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
                if (update instanceof BookReplaced) {
                    // the connection or the partition may have changed between the check and the publication
                    if (losses.isFromADownConnection(update.stamp())) {
                        market.lose(new FeedLoss[] {FeedLoss.ofConnection(update.stamp())}, surroundings);
                    }
                    market.settleLateness(surroundings);
                }
                return outcome.get();
            }
            markets.remove(update.ticker(), market);
        }
    }

    /** Records the trading statistics of a known market; a report of an unknown market is ignored. */
    public void report(StatisticsReported report) {
        Market market = markets.get(report.ticker());
        if (market != null) {
            market.report(report);
        }
    }

    /** Records the description of a known market; a description of an unknown market is ignored. */
    public void describe(MarketDescribed description) {
        Market market = markets.get(description.ticker());
        if (market != null) {
            index.describe(market, description.told());
            market.namedAt(description.recordMs());
        }
    }

    /** The markets by event and series. */
    public MarketGroups groups() {
        return index.groups();
    }

    /** The market with that ticker, if it is known. */
    public Optional<Market> market(String ticker) {
        return Optional.ofNullable(markets.get(ticker));
    }

    /** The market with that id of the exchange, if a record has given it. */
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
     * @param afterTicker list tickers after this one; empty for the beginning
     * @param prefix only tickers with this prefix; empty for all
     * @param filter only markets that it accepts
     * @param limit the maximum number of markets, 1 or more
     */
    public List<MarketSnapshot> list(String afterTicker, String prefix, Predicate<MarketSnapshot> filter, int limit) {
        return index.list(afterTicker, prefix, filter, limit);
    }

    /** All markets in ticker order; a weakly consistent, read-only view. */
    public Collection<Market> markets() {
        return index.markets();
    }

    /** Adds a listener, which is notified of every publication that begins after this call. */
    public void addListener(PublicationListener listener) {
        listeners.add(listener);
    }

    public void removeListener(PublicationListener listener) {
        listeners.remove(listener);
    }

    /**
     * Publishes the status of every market whose opening or closing time has passed since the last call, or is in the
     * future again because the clock was set back. Call it often, from one thread at a time; it costs nothing while no
     * such time has passed.
     */
    public void advanceStatuses() {
        schedule.advance(clock.sourceMs(), ticker -> market(ticker).ifPresent(market -> market.advance(surroundings)));
    }

    /**
     * Reports that a partition's offsets have restarted (its topic was created again or truncated). Its books are stale
     * until their next snapshots, and lower offsets than those seen before are accepted again. None of its connections
     * is known to be down.
     */
    public void restartPartition(int partition) {
        losses.restartPartition(partition);
        markets.values().forEach(market -> market.restartPartition(partition, surroundings));
    }

    /** Reports a loss of the feed. From now on no record is applied to an affected book before the loss is. */
    public void lose(FeedLoss loss) {
        losses.add(loss);
        booksAreToBeMarked.run();
    }

    /**
     * Sets what is called when {@link #applyLosses()} or {@link #applyLateness()} is to be called. It must return at
     * once: it delays whoever reported the reason.
     */
    public void whenBooksAreToBeMarked(Runnable action) {
        booksAreToBeMarked = action;
    }

    /** Whether there are losses or moves for {@link #applyLosses()} to apply. */
    public boolean hasLosses() {
        return losses.pending().length > 0 || moves.pending() != null;
    }

    /**
     * Marks every book as stale that is affected by a reported loss or a move. It scans all markets, so call it from a
     * thread that delays nobody, one at a time.
     */
    public void applyLosses() {
        FeedLoss[] pending = losses.pending();
        if (pending.length > 0) {
            markets.values().forEach(market -> market.lose(pending, surroundings));
            losses.applied(pending);
        }
        for (ToIntFunction<String> former = moves.pending(); former != null; former = moves.pending()) {
            ToIntFunction<String> left = former;
            markets.values().forEach(market -> market.leave(left, surroundings));
            moves.marked(left);
        }
    }

    /**
     * Reports whether this server is too far behind the end of a partition. While it is, the partition's books are
     * {@link BookState#LATE} instead of live, as soon as {@link #applyLateness()} has been called.
     *
     * @return whether this is a change
     */
    public boolean late(int partition, boolean isLate) {
        boolean isChange = late.set(partition, isLate);
        if (isChange) {
            booksAreToBeMarked.run();
        }
        return isChange;
    }

    /**
     * Marks the books of late partitions, and those of partitions that are no longer late. It scans all markets if a
     * partition has changed, so call it from a thread that delays nobody, one at a time.
     */
    public void applyLateness() {
        if (late.takeChange()) {
            // a book that a loss affects must not be live in between
            FeedLoss[] pending = losses.pending();
            markets.values().forEach(market -> {
                market.lose(pending, surroundings);
                market.settleLateness(surroundings);
            });
        }
    }

    /**
     * Reports that a connection is down: its books are stale, and its snapshots do not make a book live.
     *
     * @param beforeOffset the snapshots below it may have made books live. It is read when later ones no longer can
     */
    public void connectionDown(int partition, long connection, LongSupplier beforeOffset) {
        losses.connectionDown(partition, connection);
        lose(new FeedLoss(partition, OptionalLong.of(connection), OptionalLong.empty(), beforeOffset.getAsLong()));
    }

    /** Reports that a connection is up again: its snapshots make books live. */
    public void connectionUp(int partition, long connection) {
        losses.connectionUp(partition, connection);
    }

    /**
     * Forgets every market that has ended, or never had a snapshot, and that no record has named for {@code keepMs}. It
     * scans all markets, so call it from a thread that delays nobody, one at a time (rule 11).
     *
     * @param keepMs how long such a market is kept after the last record that named it
     * @param newestRecordMs the time of a partition's newest record, epoch milliseconds
     * @return the number of forgotten markets
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

    /** The number of markets forgotten since the start. */
    public long forgotten() {
        return forgotten.get();
    }

    /**
     * The complete state of a market, with every loss reported so far. It is consistent if it is read in the turn of
     * the market's writer. Empty if the market has been forgotten.
     */
    public Optional<MarketState> state(Market market) {
        market.lose(losses.pending(), surroundings);
        MarketState state = market.state();
        return market.isRetired() ? Optional.empty() : Optional.of(state);
    }

    /**
     * A number that changes with the market's state, including every loss reported so far; see
     * {@link MarketState#mark()}.
     */
    public long mark(Market market) {
        market.lose(losses.pending(), surroundings);
        return market.mark();
    }

    /**
     * Restores a market from its {@link #state}, before any record is applied. A market that is already known from
     * another partition's checkpoint has records in both partitions, so its book is stale. Listeners are not notified:
     * no follower has seen the market yet.
     */
    public void restore(MarketState state) {
        Market restored = new Market(state);
        restored.describe(index.groups().sharing(state.details()));
        // before another thread can change it: later changes are counted when they happen
        MarketSnapshot first = restored.current();
        Market known = markets.putIfAbsent(state.ticker(), restored);
        if (known != null) {
            boolean isNewer = state.version() > known.current().version();
            known.restoreBeside(state, surroundings);
            index.describe(known, isNewer ? state.details() : state.details().with(known.details()));
            return;
        }
        index.restore(state, restored);
        counts.restored(first);
        if (schedule.add(state.ticker(), state.lifecycle())) {
            restored.advance(surroundings);
        }
    }

    /** The first version of a market that becomes known now. */
    public long firstVersion() {
        return firstVersion.get();
    }

    /** Raises the first version of new markets to that one: versions below it may have been seen before the start. */
    public void firstVersionIsAtLeast(long version) {
        firstVersion.accumulateAndGet(version, Math::max);
    }

    /** Reports that a connection was down when the restored books were written. */
    public void connectionWasDown(int partition, long connection) {
        losses.connectionDown(partition, connection);
    }

    /** The number of books that readers see in that state; late ones count as stale and as {@link BookState#LATE}. */
    public long booksIn(BookState state) {
        return counts.booksIn(state);
    }

    /** Stale books of markets whose trading has not ended: they need a snapshot. */
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

    /** The number of scheduled opening and closing times. */
    int scheduledTimes() {
        return schedule.size();
    }

    private Market register(BookUpdate update) {
        // the version is read while the map holds no market of this ticker, so it is above those of its predecessor
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

    /** Schedules the current times, whatever the caller saw: two writers may arrive here in the wrong order. */
    private void reschedule(MarketSnapshot before) {
        schedule.remove(before.ticker(), before.lifecycle());
        Market market = markets.get(before.ticker());
        if (market != null && schedule.add(before.ticker(), market.current().lifecycle())) {
            market.advance(surroundings);
        }
    }

    /** What this registry offers its markets. */
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
        public Moves moves() {
            return moves;
        }

        @Override
        public FeedLosses losses() {
            return losses;
        }

        @Override
        public LatePartitions late() {
            return late;
        }

        @Override
        public void published(MarketSnapshot before, MarketSnapshot after) {
            BookRegistry.this.published(before, after);
        }
    }
}

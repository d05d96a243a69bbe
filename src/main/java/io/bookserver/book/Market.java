package io.bookserver.book;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * One market of the registry. It holds the newest snapshot.
 *
 * <p><i>Thread-safe: readers take one volatile read. A writer publishes by one compare-and-set. If another writer was
 * first, it computes its snapshot again from that one's. No thread ever waits for another.</i>
 */
public final class Market {
    private static final int NO_PARTITION = -1;
    private static final VarHandle CURRENT;
    private static final VarHandle NEWEST_RECORD_MS;
    private static final VarHandle PARTITION;
    private static final VarHandle SPREAD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CURRENT = lookup.findVarHandle(Market.class, "current", MarketSnapshot.class);
            NEWEST_RECORD_MS = lookup.findVarHandle(Market.class, "newestRecordMs", long.class);
            PARTITION = lookup.findVarHandle(Market.class, "partition", int.class);
            SPREAD = lookup.findVarHandle(Market.class, "spread", PartitionSpread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a market needs from its registry. */
    interface Surroundings extends PublicationListener {
        /** Epoch milliseconds of the wall clock; may go back. */
        long wallMs();

        /** The publication time for that wall-clock time; never goes back. */
        long stampMs(long wallMs);

        /** The partition to which a market's key belongs, if known. */
        OptionalInt keyPartition(String ticker);

        Moves moves();

        FeedLosses losses();

        LatePartitions late();
    }

    private volatile MarketSnapshot current;
    private volatile MarketStatistics statistics = MarketStatistics.NONE;
    private volatile MarketDetails details = MarketDetails.NONE;
    /** The partition of the first record that named this market. */
    private volatile int partition = NO_PARTITION;
    /** Kafka's timestamp of the newest record that named this market. Readers tolerate a slightly old value. */
    private volatile long newestRecordMs;
    /** Null as long as all records come from one partition. */
    private volatile PartitionSpread spread;
    /** The partition of the last lifecycle message; negative if it is not known. */
    private volatile int statusPartition = NO_PARTITION;
    /** The latest delta that was ignored although the book lacks it; null if there is none. */
    private volatile RecordStamp unused;

    Market(String ticker, long firstVersion, long firstRecordMs) {
        this.current = MarketSnapshot.unknown(ticker, firstVersion);
        this.newestRecordMs = firstRecordMs;
    }

    /** A market restored from its state. */
    Market(MarketState state) {
        this.current = new MarketSnapshot(state);
        this.statistics = state.statistics();
        this.details = state.details();
        this.partition = state.firstPartition();
        this.newestRecordMs = state.newestRecordMs();
        this.spread = state.spread().isEmpty() ? null : new PartitionSpread(state.spread());
        this.unused = state.unused().orElse(null);
        this.statusPartition = state.statusPartition();
    }

    /** The newest snapshot. Successive calls of one thread never see the version go back. */
    public MarketSnapshot current() {
        return current;
    }

    /** The trading statistics, as far as the feed reports them. */
    public MarketStatistics statistics() {
        return statistics;
    }

    /** The market's description from lifecycle messages. */
    public MarketDetails details() {
        return details;
    }

    void describe(MarketDetails next) {
        details = next;
    }

    /** Whether the registry has forgotten this market. If the ticker is named again, another object represents it. */
    public boolean isRetired() {
        return current.isRetired();
    }

    /** The partition of the first record that named this market; negative if there was none. */
    int partition() {
        return partition;
    }

    long newestRecordMs() {
        return newestRecordMs;
    }

    /** Whether a record of that partition has named this market. */
    public boolean isReadFrom(int ofPartition) {
        PartitionSpread known = spread;
        return known == null ? partition == ofPartition : known.includes(ofPartition);
    }

    /**
     * The complete state of this market, consistent if no writer changes it meanwhile. A market in several partitions
     * has several writers, so its state contains a stale book. Being late is this server's, not the market's, so a late
     * book is contained as live.
     */
    MarketState state() {
        // first the spread: it must not say that a record was read that the snapshot lacks
        PartitionSpread known = spread;
        MarketSnapshot now = current;
        MarketSnapshot taken = known == null ? now : now.asStale(now.lastUpdatedMs());
        return new MarketState(taken.ticker(), taken.marketId(), taken.lifecycle(), taken.status(), taken.book().late(false),
                taken.version(), taken.lastUpdatedMs(), taken.partition(), taken.offset(), statistics, details, partition,
                newestRecordMs, Optional.ofNullable(unused), statusPartition, known == null ? Map.of() : known.byPartition());
    }

    /** The current {@link MarketState#mark()}. */
    long mark() {
        MarketSnapshot now = current;
        PartitionSpread known = spread;
        return MarketState.mark(now.version(), now.lastUpdatedMs(), newestRecordMs, statistics, details, unused,
                known == null ? Map.of() : known.byPartition());
    }

    /**
     * Merges another partition's checkpoint of this market. It has records in both partitions, so its book is stale.
     */
    void restoreBeside(MarketState other, Surroundings around) {
        PartitionSpread known = spread;
        PartitionSpread own = known != null ? known
                : PartitionSpread.of(partition, current.offsetIn(partition), newestRecordMs);
        spread = own.with(other.spread().isEmpty()
                ? Map.of(other.firstPartition(), new MarketState.Read(other.offset(), other.newestRecordMs()))
                : other.spread());
        if (other.newestRecordMs() > newestRecordMs) {
            statistics = other.statistics();
        }
        statusPartition = statusPartition == NO_PARTITION ? other.statusPartition() : statusPartition;
        RecordStamp lacking = other.unused().orElse(null);
        if (unused == null || lacking != null && unused.isOvertakenBy(lacking)) {
            unused = lacking;
        }
        namedAt(other.newestRecordMs());
        change(around, before -> (other.version() > before.version() ? new MarketSnapshot(other) : before)
                .asStale(nowMs(around)));
    }

    void report(StatisticsReported report) {
        statistics = report.applyTo(statistics);
        namedAt(report.recordMs());
    }

    /** Applies an update. Empty if the market has been forgotten meanwhile; nothing was done then. */
    Optional<ApplyOutcome> apply(BookUpdate update, Surroundings around) {
        RecordStamp stamp = update.stamp();
        boolean repeat = isRepeat(stamp);
        namedAt(stamp.recordMs());
        if (repeat) {
            return ApplyOutcome.REPEATED_OFFSET.present();
        }
        while (true) {
            MarketSnapshot before = current;
            if (before.isRetired()) {
                return Optional.empty();
            }
            if (before.hasSeen(stamp)) {
                return ApplyOutcome.REPEATED_OFFSET.present();
            }
            Doubt doubt = doubt(update, before, around);
            boolean superseded = doubt == Doubt.SPREAD && isSupersededStray(before, stamp, around);
            if (superseded && !(update instanceof MarketStatusChanged)) {
                return ApplyOutcome.SUPERSEDED.present();
            }
            long wallMs = around.wallMs();
            long nowMs = Math.max(before.lastUpdatedMs(), around.stampMs(wallMs));
            // a snapshot contains every earlier delta, but says nothing of the market's life
            Transition transition = superseded
                    ? applyOlder((MarketStatusChanged) update, before, nowMs, wallMs, around)
                    : update.applyTo(before, doubt, nowMs, wallMs);
            if (publish(before, transition.after(), around)) {
                if (update instanceof MarketStatusChanged && !superseded) {
                    statusPartition = stamp.partition();
                }
                if (transition.outcome() != ApplyOutcome.APPLIED || update instanceof BookReplaced) {
                    note(update, transition.outcome());
                }
                return transition.outcome().present();
            }
        }
    }

    private Transition applyOlder(
            MarketStatusChanged change, MarketSnapshot before, long nowMs, long wallMs, Surroundings around) {
        OptionalInt key = around.keyPartition(before.ticker());
        return key.isPresent() && statusPartition == key.getAsInt()
                ? change.completing(before, nowMs, wallMs) : change.applyTo(before, Doubt.NONE, nowMs, wallMs);
    }

    /**
     * Remembers deltas that were not applied: a snapshot older than such a delta lacks it, whatever the snapshot
     * claims.
     */
    private void note(BookUpdate update, ApplyOutcome outcome) {
        RecordStamp known = unused;
        if (update instanceof BookReplaced) {
            if (known != null && outcome == ApplyOutcome.APPLIED) {
                unused = null;
            }
        } else if (outcome.isUnused() && update instanceof LevelChanged
                && (known == null || !update.stamp().isOvertakenBy(known))) {
            unused = update.stamp();
        }
    }

    /** Publishes the current status if it has changed. */
    void advance(Surroundings around) {
        change(around, before -> {
            long wallMs = around.wallMs();
            return before.atTime(around.stampMs(wallMs), wallMs);
        });
    }

    /** Marks the book as stale if one of these losses affects it. */
    void lose(FeedLoss[] losses, Surroundings around) {
        for (FeedLoss loss : losses) {
            if (current.book().state().isWhole() && current.book().standsOn(loss)) {
                change(around, before -> before.book().standsOn(loss) ? before.asStale(nowMs(around)) : before);
            }
        }
    }

    /** Marks the book as stale if it is of the partition to which the key belonged, and no longer does. */
    void leave(ToIntFunction<String> former, Surroundings around) {
        String ticker = current.ticker();
        int left = former.applyAsInt(ticker);
        OptionalInt now = around.keyPartition(ticker);
        if (now.isPresent() && now.getAsInt() != left) {
            change(around, before -> before.book().isOf(left) ? before.asStale(nowMs(around)) : before);
        }
    }

    /** Marks the book as late, or as no longer late, as its partition is now. */
    void settleLateness(Surroundings around) {
        if (!around.late().isEmpty() || current.book().state() == BookState.LATE) {
            change(around, before -> before.late(around.late().concern(before.book()), nowMs(around)));
        }
    }

    void restartPartition(int restarted, Surroundings around) {
        PartitionSpread known = spread;
        boolean concerned = known == null ? partition == restarted : known.includes(restarted);
        if (!concerned) {
            return;
        }
        while (known != null && !SPREAD.compareAndSet(this, known, known.without(restarted))) {
            known = spread;
        }
        RecordStamp lacking = unused;
        if (lacking != null && lacking.partition() == restarted) {
            unused = null;
        }
        change(around, before -> before.afterPartitionRestart(restarted, nowMs(around)));
    }

    /** Retires this object, unless another writer has changed the market since that snapshot was read. */
    boolean retire(MarketSnapshot last) {
        return CURRENT.compareAndSet(this, last, last.asRetired());
    }

    /** Notes the record's partition. Most markets have only one, and then this costs two reads and a write. */
    private boolean isRepeat(RecordStamp stamp) {
        PartitionSpread known = spread;
        if (known == null && (partition == stamp.partition()
                || partition == NO_PARTITION && PARTITION.compareAndSet(this, NO_PARTITION, stamp.partition()))) {
            return false;
        }
        while (true) {
            if (known == null) {
                known = PartitionSpread.of(partition, current.offsetIn(partition), newestRecordMs);
                SPREAD.compareAndSet(this, null, known);
            } else if (known.hasSeen(stamp)) {
                return true;
            } else if (SPREAD.compareAndSet(this, known, known.with(stamp))) {
                return false;
            }
            known = spread;
        }
    }

    /** Notes the timestamp of a record that names this market. */
    void namedAt(long recordMs) {
        if (recordMs > (long) NEWEST_RECORD_MS.getOpaque(this)) {
            // two writers may overwrite each other here: it only affects how long the market is kept
            NEWEST_RECORD_MS.setOpaque(this, recordMs);
        }
    }

    private Doubt doubt(BookUpdate update, MarketSnapshot before, Surroundings around) {
        PartitionSpread known = spread;
        if (known != null && !isTrusted(known, update, before, around)) {
            return Doubt.SPREAD;
        }
        if (!(update instanceof BookReplaced)) {
            return Doubt.NONE;
        }
        if (!around.moves().isEmpty() && hasLeft(update.stamp().partition(), before.ticker(), around)) {
            return Doubt.SPREAD;
        }
        RecordStamp lacking = unused;
        if (lacking != null && update.stamp().isOvertakenBy(lacking)) {
            return Doubt.OVERTAKEN;
        }
        if (around.losses().isFromADownConnection(update.stamp())) {
            return Doubt.FEED_DOWN;
        }
        return around.late().include(update.stamp().partition()) ? Doubt.LATE : Doubt.NONE;
    }

    /** Whether the key has lately moved from that partition to another one. */
    private static boolean hasLeft(int left, String ticker, Surroundings around) {
        OptionalInt key = around.keyPartition(ticker);
        return key.isPresent() && key.getAsInt() != left && around.moves().wasIn(ticker, left);
    }

    /** A snapshot must be of the right partition; for any other update, the book's snapshot must be of it too. */
    private static boolean isTrusted(
            PartitionSpread spread, BookUpdate update, MarketSnapshot before, Surroundings around) {
        return spread.trusts(update.stamp(), around.keyPartition(before.ticker()))
                && (update instanceof BookReplaced || before.book().isOf(update.stamp().partition()));
    }

    /** A record of a wrong partition that is older than the right partition's snapshot, which therefore contains it. */
    private static boolean isSupersededStray(MarketSnapshot before, RecordStamp stamp, Surroundings around) {
        OptionalInt keyPartition = around.keyPartition(before.ticker());
        return keyPartition.isPresent() && keyPartition.getAsInt() != stamp.partition()
                && before.book().isOfPartitionAfter(keyPartition.getAsInt(), stamp);
    }

    private void change(Surroundings around, UnaryOperator<MarketSnapshot> change) {
        MarketSnapshot before;
        do {
            before = current;
        } while (!before.isRetired() && !publish(before, change.apply(before), around));
    }

    private boolean publish(MarketSnapshot before, MarketSnapshot after, Surroundings around) {
        if (after == before) {
            return true;
        }
        if (!CURRENT.compareAndSet(this, before, after)) {
            return false;
        }
        around.published(before, after);
        return true;
    }

    private static long nowMs(Surroundings around) {
        return around.stampMs(around.wallMs());
    }
}

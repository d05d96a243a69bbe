package io.bookserver.feed.simulator;

import io.bookserver.feed.simulator.SimulatedMarket.Phase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A prediction-market exchange as one connection of a proxy sees it: markets whose books resemble the recorded ones,
 * with orders that come and go; they open, pause, close, are determined, settled and replaced by new ones.
 *
 * <p>It has no clock, and its seed is its only source of randomness: the same seed and the same calls with the same
 * times give the same bytes. Times are epoch ms and must not run backwards from call to call.
 *
 * <p><i>Not thread-safe; confined to its feed.</i>
 */
public final class SimulatedExchange {
    private static final int CENT_TICKS = 100;
    private static final int TENTH_OF_A_CENT_TICKS = 10;
    /** Per 100 markets: how many have a price grid of tenths of a cent. */
    private static final int TENTHS_SHARE = 3;

    /** Per 100 picks of an empty market that nobody quotes: how many give it a bid. */
    private static final int STRAY_BIDS_SHARE = 10;

    /** One in this many orders that leave the best price was filled, not cancelled. */
    private static final int FILLED_OF = 3;

    private static final int PICKS = 64;

    /** Serial numbers reserved per second of the day: an exchange that is opened later uses other names. */
    private static final long SERIALS_A_SECOND = 300;

    private static final long SECONDS_A_DAY = 24 * 60 * 60;

    private final SplittableRandom random;
    private final long snapshotIntervalMs;
    private final ActivityDistribution activity;
    private final FrameWriter frames = new FrameWriter();
    private final SimulatedMarket[] markets;
    private final MarketAgenda agenda;
    private final Deque<SimulatedMarket> cancelling = new ArrayDeque<>();
    private final Deque<SimulatedMarket> unannounced = new ArrayDeque<>();
    private final Deque<Frame> trades = new ArrayDeque<>();
    private boolean opened;
    private long serial;
    private long snapshotsFromMs;
    private long snapshotsRepeated;

    /**
     * @param markets the number of markets at any time, 1 or more
     * @param snapshotInterval how often each market's snapshot is repeated; zero: never
     * @param marketLifetime the mean time from a market's opening to its close, at least a second
     */
    public SimulatedExchange(int markets, long seed, Duration snapshotInterval, Duration marketLifetime) {
        if (markets < 1) {
            throw new IllegalArgumentException("markets must be at least 1: markets=" + markets);
        }
        if (marketLifetime.toMillis() < 1000) {
            throw new IllegalArgumentException(
                    "marketLifetime must be at least PT1S: marketLifetime=" + marketLifetime);
        }
        if (snapshotInterval.isNegative()) {
            throw new IllegalArgumentException(
                    "snapshotInterval must not be negative: snapshotInterval=" + snapshotInterval);
        }
        this.markets = new SimulatedMarket[markets];
        this.snapshotIntervalMs = snapshotInterval.toMillis();
        random = new SplittableRandom(seed);
        activity = new ActivityDistribution(markets, random.split());
        agenda = new MarketAgenda(marketLifetime.toMillis(), random.split());
    }

    /**
     * Opens a new connection: sids and seqs start again, and every market is announced with its state and a snapshot.
     * The first call opens the exchange; later ones continue with the same books.
     */
    public List<Frame> open(long nowMs) {
        frames.reconnect();
        snapshotsFromMs = nowMs;
        snapshotsRepeated = 0;
        unannounced.clear();
        trades.clear();
        if (!opened) {
            opened = true;
            serial = Math.floorMod(Math.floorDiv(nowMs, 1000), SECONDS_A_DAY) * SERIALS_A_SECOND;
            for (int slot = 0; slot < markets.length; slot++) {
                markets[slot] = newMarket(slot, nowMs, agenda.remainingMs());
            }
        }
        var opening = new ArrayList<Frame>(2 * markets.length);
        for (SimulatedMarket market : markets) {
            announce(market, nowMs, opening);
            opening.add(frames.snapshot(market));
        }
        return opening;
    }

    private void announce(SimulatedMarket market, long nowMs, List<Frame> to) {
        to.add(frames.created(market));
        switch (market.phase()) {
            case PAUSED -> to.add(frames.paused(market));
            case DETERMINED -> to.add(frames.determined(market));
            case SETTLED -> to.add(frames.settled(market, nowMs));
            case OPEN, CLOSED -> { }
        }
    }

    /** Whether {@link #next} would return an event that is due, and not a change of some book. */
    public boolean isDue(long nowMs) {
        return !trades.isEmpty() || !unannounced.isEmpty() || !cancelling.isEmpty() || agenda.isDue(nowMs)
                || isSnapshotDue(nowMs);
    }

    /** The next event: first everything that is due, one at a time, then a change of some market's book. */
    public Frame next(long nowMs) {
        if (!opened) {
            throw new IllegalStateException("the exchange must be opened before its next frame");
        }
        if (!trades.isEmpty()) {
            return trades.poll();
        }
        if (!unannounced.isEmpty()) {
            return frames.snapshot(unannounced.poll());
        }
        while (agenda.isDue(nowMs)) {
            Optional<Frame> frame = enact(agenda.poll(), nowMs);
            if (frame.isPresent()) {
                return frame.get();
            }
        }
        if (!cancelling.isEmpty()) {
            return cancelOne(nowMs);
        }
        return isSnapshotDue(nowMs) ? repeatSnapshot(nowMs) : changeSome(nowMs);
    }

    /** The books after the last frame, by ticker: closed markets too, until they are replaced. */
    public SortedMap<String, ReferenceBook> books() {
        var books = new TreeMap<String, ReferenceBook>();
        if (opened) {
            for (SimulatedMarket market : markets) {
                books.put(market.ticker(), market.book().levels());
            }
        }
        return Collections.unmodifiableSortedMap(books);
    }

    private SimulatedMarket newMarket(int slot, long nowMs, long lifetimeMs) {
        long openS = Math.floorDiv(nowMs, 1000);
        long closeMs = (Math.floorDiv(nowMs + lifetimeMs, 1000) + 1) * 1000;
        UUID id = randomId();
        int ticksPerSlot = random.nextInt(100) < TENTHS_SHARE ? TENTH_OF_A_CENT_TICKS : CENT_TICKS;
        var book = new SimulatedBook(ticksPerSlot, random.split());
        var names = MarketNames.of(serial++, closeMs);
        var market = new SimulatedMarket(slot, names, id.toString(), book, openS, closeMs, random.nextBoolean());
        agenda.open(market, nowMs);
        return market;
    }

    /** Executes an event of the agenda; not every event sends a frame. */
    private Optional<Frame> enact(MarketAgenda.Entry entry, long nowMs) {
        SimulatedMarket market = entry.market();
        return switch (entry.event()) {
            case PAUSE -> agenda.pause(market) ? Optional.of(frames.paused(market)) : Optional.empty();
            case RESUME -> agenda.resume(market) ? Optional.of(frames.resumed(market)) : Optional.empty();
            case MOVE_CLOSE -> agenda.moveClose(market) ? Optional.of(frames.closeMoved(market)) : Optional.empty();
            case CLOSE -> {
                close(market, nowMs);
                yield Optional.empty();
            }
            case DETERMINE -> {
                agenda.determine(market, nowMs);
                yield Optional.of(frames.determined(market));
            }
            case SETTLE -> {
                agenda.settle(market, nowMs);
                yield Optional.of(frames.settled(market, nowMs));
            }
            case REPLACE -> {
                SimulatedMarket successor = newMarket(market.slot(), nowMs, agenda.lifetimeMs());
                markets[market.slot()] = successor;
                unannounced.add(successor);
                yield Optional.of(frames.created(successor));
            }
        };
    }

    /** The exchange sends nothing at the close; then the resting orders are cancelled by ordinary deltas. */
    private void close(SimulatedMarket market, long nowMs) {
        if (!agenda.close(market, nowMs)) {
            return;
        }
        if (market.book().isEmpty()) {
            agenda.emptied(market, nowMs);
        } else {
            cancelling.add(market);
        }
    }

    private Frame cancelOne(long nowMs) {
        SimulatedMarket market = cancelling.peek();
        LevelChange change = market.book().cancelBest();
        if (market.book().isEmpty()) {
            cancelling.poll();
            agenda.emptied(market, nowMs);
        }
        return frames.delta(market, change, nowMs, random.nextInt(1000));
    }

    private Frame changeSome(long nowMs) {
        for (int i = 0; i < PICKS; i++) {
            SimulatedMarket market = markets[activity.next(random)];
            if (market.phase() == Phase.OPEN && (!isIdle(market) || random.nextInt(100) < STRAY_BIDS_SHARE)) {
                return change(market, nowMs);
            }
        }
        for (SimulatedMarket market : markets) {
            if (market.phase() == Phase.OPEN) {
                return change(market, nowMs);
            }
        }
        return repeatSnapshot(nowMs);
    }

    private static boolean isIdle(SimulatedMarket market) {
        return market.book().isUnquoted() && market.book().isEmpty();
    }

    /** An order that leaves the best price may have been filled: the trade follows its delta. */
    private Frame change(SimulatedMarket market, long nowMs) {
        SimulatedBook book = market.book();
        int bestYesTicks = book.yes().best() * book.yes().ticksPerSlot();
        int bestNoTicks = book.no().best() * book.no().ticksPerSlot();
        LevelChange change = book.change();
        Frame delta = frames.delta(market, change, nowMs, random.nextInt(1000));
        if (change.deltaHundredths() < 0 && change.priceTicks() == (change.yes() ? bestYesTicks : bestNoTicks)
                && random.nextInt(FILLED_OF) == 0) {
            trades.add(frames.trade(market, change, randomId(), nowMs));
        }
        return delta;
    }

    private UUID randomId() {
        return new UUID(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() >>> 2 | 1L << 63);
    }

    private boolean isSnapshotDue(long nowMs) {
        return snapshotIntervalMs > 0 && nowMs >= snapshotDueMs();
    }

    /** The snapshots of all markets are spread evenly over the interval. */
    private long snapshotDueMs() {
        return snapshotsFromMs + (snapshotsRepeated + 1) * snapshotIntervalMs / markets.length;
    }

    private Frame repeatSnapshot(long nowMs) {
        long lateMs = nowMs - snapshotDueMs();
        if (lateMs > snapshotIntervalMs) {
            snapshotsFromMs += lateMs;
        }
        return frames.requestedSnapshot(markets[(int) (snapshotsRepeated++ % markets.length)]);
    }
}

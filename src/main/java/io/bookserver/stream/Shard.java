package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.kalshi.StreamJson;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The followers of one event loop. Publications wait in a bounded queue; the loop takes them in batches, writes to all
 * who follow, and flushes each connection once a batch. A loop that is behind takes everything off the queue, merges it
 * by market, and goes round the markets until nothing is left: its followers then get less, but nothing old.
 *
 * <p><i>Not thread-safe; confined to its event loop, but for {@link #offer}, which any writer calls.</i>
 */
final class Shard {
    /** After so many the loop serves others too. */
    private static final int BATCH = 256;

    private static final Logger LOG = Logger.getLogger(Shard.class);
    private static final long FAILURE_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final EventLoop loop;
    private final FanOut fanOut;
    private final BookRegistry registry;
    private final StreamMetrics metrics;
    private final int maxQueued;
    private final long maxQueueDelayMs;

    private final Queue<Publication> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean overrun;

    /** What was taken off the queue while the loop is behind: one step a market, the longest waiting first. */
    private final Map<String, Publication> backlog = new LinkedHashMap<>();

    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Map<String, List<Interest>> byTicker = new HashMap<>();
    private final List<Subscription> ofAll = new ArrayList<>();
    private final Set<Session> unflushed = new LinkedHashSet<>();

    private MarketSnapshot lastSnapshot;
    private boolean lastOnYesScale;
    private byte[] lastSnapshotJson;
    private MarketSnapshot lastTicker;
    private byte[] lastTickerJson;
    private long failures;
    private long failureLoggedNanos;

    Shard(EventLoop loop, FanOut fanOut, BookRegistry registry, StreamMetrics metrics, StreamConfig config) {
        this.loop = loop;
        this.fanOut = fanOut;
        this.registry = registry;
        this.metrics = metrics;
        this.maxQueued = config.maxQueuedPublications();
        this.maxQueueDelayMs = config.maxQueueDelay().toMillis();
    }

    /** Hands a publication to the loop. Where too many wait, it is dropped and every follower is brought up to date. */
    void offer(Publication publication) {
        if (queued.incrementAndGet() > maxQueued) {
            queued.decrementAndGet();
            overrun = true;
        } else {
            queue.add(publication);
        }
        schedule();
    }

    /** The number of publications that wait for the loop. */
    int queued() {
        return queued.get();
    }

    EventLoop loop() {
        return loop;
    }

    BookRegistry registry() {
        return registry;
    }

    StreamMetrics metrics() {
        return metrics;
    }

    Set<Session> sessions() {
        return sessions;
    }

    /** From the moment this returns, the interest hears of every publication of its market. */
    void add(Interest interest) {
        List<Interest> known = byTicker.computeIfAbsent(interest.ticker(), ticker -> new ArrayList<>(2));
        known.add(interest);
        if (known.size() == 1) {
            fanOut.follow(interest.ticker(), this);
        }
    }

    void remove(Interest interest) {
        List<Interest> known = byTicker.get(interest.ticker());
        if (known != null && known.remove(interest) && known.isEmpty()) {
            byTicker.remove(interest.ticker());
            fanOut.unfollow(interest.ticker(), this);
        }
    }

    void addToAll(Subscription subscription) {
        ofAll.add(subscription);
        fanOut.followAll(this);
    }

    void removeFromAll(Subscription subscription) {
        if (ofAll.remove(subscription) && ofAll.isEmpty()) {
            fanOut.unfollowAll(this);
        }
    }

    /** Flushes that session when the batch, or the command, that wrote to it is done. */
    void flushLater(Session session) {
        unflushed.add(session);
    }

    void flush() {
        if (!unflushed.isEmpty()) {
            unflushed.forEach(Session::flush);
            unflushed.clear();
        }
    }

    /** The {@code msg} of that snapshot; followers of one market ask one after the other. */
    byte[] snapshot(MarketSnapshot market, boolean yesScale) {
        if (market != lastSnapshot || yesScale != lastOnYesScale) {
            lastSnapshotJson = StreamJson.snapshot(market, yesScale);
            lastSnapshot = market;
            lastOnYesScale = yesScale;
        }
        return lastSnapshotJson;
    }

    /** The {@code msg} of that ticker; followers of one market ask one after the other. */
    byte[] ticker(MarketSnapshot market) {
        if (market != lastTicker) {
            MarketStatistics traded =
                    registry.market(market.ticker()).map(Market::statistics).orElse(MarketStatistics.NONE);
            lastTickerJson = StreamJson.ticker(market.topOfBook(), market.marketId(), traded);
            lastTicker = market;
        }
        return lastTickerJson;
    }

    /** One line an interval: what fails for one connection is likely to fail for many. */
    void failed(Throwable cause) {
        long now = System.nanoTime();
        if (failures++ == 0 || now - failureLoggedNanos > FAILURE_LOG_NANOS) {
            failureLoggedNanos = now;
            LOG.warnf(cause, "connection closed: reason=error failures=%d", failures);
        }
    }

    boolean isEmpty() {
        return sessions.isEmpty() && byTicker.isEmpty() && ofAll.isEmpty() && unflushed.isEmpty() && backlog.isEmpty();
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.execute(this::deliver);
        }
    }

    private void deliver() {
        scheduled.set(false);
        if (overrun) {
            overrun = false;
            metrics.overrun();
            drop();
            catchUp();
        }
        if (isBehind()) {
            mergeQueued();
        }
        long oldestMs = Long.MAX_VALUE;
        long startNanos = System.nanoTime();
        int taken = 0;
        Publication next;
        while (taken < BATCH && System.nanoTime() - startNanos < TURN_NANOS && (next = next()) != null) {
            taken++;
            deliver(next);
            if (next.before().book() != next.after().book()) {
                oldestMs = Math.min(oldestMs, next.after().book().lastRecord().kafkaPublishedMs());
            }
        }
        flush();
        forgetMessages();
        if (oldestMs != Long.MAX_VALUE) {
            metrics.published(registry.nowMs() - oldestMs);
        }
        if (!queue.isEmpty() || !backlog.isEmpty()) {
            schedule();
        }
    }

    /** What was built holds whole books. */
    private void forgetMessages() {
        lastSnapshot = null;
        lastSnapshotJson = null;
        lastTicker = null;
        lastTickerJson = null;
    }

    private boolean isBehind() {
        if (!backlog.isEmpty()) {
            return true;
        }
        Publication oldest = queue.peek();
        return oldest != null && registry.nowMs() - oldest.after().lastUpdatedMs() > maxQueueDelayMs;
    }

    /** Takes everything off the queue. Who joined meanwhile stands between a step's ends, and is sent a snapshot. */
    private void mergeQueued() {
        for (int left = queued.get(); left > 0; left--) {
            Publication next = queue.poll();
            if (next == null) {
                return;
            }
            queued.decrementAndGet();
            backlog.merge(next.after().ticker(), next, (known, later) -> {
                metrics.merged();
                return known.mergedWith(later);
            });
        }
    }

    private Publication next() {
        if (backlog.isEmpty()) {
            Publication next = queue.poll();
            if (next != null) {
                queued.decrementAndGet();
            }
            return next;
        }
        Iterator<Publication> first = backlog.values().iterator();
        Publication next = first.next();
        first.remove();
        return next;
    }

    private void deliver(Publication publication) {
        List<Interest> ofMarket = byTicker.get(publication.after().ticker());
        if (ofMarket != null) {
            for (Interest interest : ofMarket) {
                try {
                    interest.published(publication);
                } catch (Throwable e) {
                    interest.subscription().session().fail(e);
                }
            }
        }
        for (Subscription subscription : ofAll) {
            try {
                subscription.interestIn(publication.after().ticker()).published(publication);
            } catch (Throwable e) {
                subscription.session().fail(e);
            }
        }
    }

    /** Drops what waits: whoever catches up needs none of it. */
    private void drop() {
        backlog.clear();
        for (int left = queued.get(); left > 0 && queue.poll() != null; left--) {
            queued.decrementAndGet();
        }
    }

    private void catchUp() {
        byTicker.values().forEach(interests -> interests.forEach(
                interest -> guard(interest.subscription().session(), interest::catchUp)));
        ofAll.forEach(subscription -> guard(subscription.session(), subscription::catchUp));
    }

    /** What fails for one connection is that connection's end, and nobody else's loss. */
    private static void guard(Session session, Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            session.fail(e);
        }
    }
}

package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.StreamJson;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The followers of one event loop. Publications wait in a bounded queue; the loop takes them in batches, writes to all
 * who follow, and flushes each connection once a batch.
 *
 * <p><i>Not thread-safe; confined to its event loop, but for {@link #offer}, which any writer calls.</i>
 */
final class Shard {
    /** After so many the loop serves others too. */
    private static final int BATCH = 256;

    private final EventLoop loop;
    private final FanOut fanOut;
    private final BookRegistry registry;
    private final StreamMetrics metrics;
    private final int maxQueued;

    private final Queue<Publication> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean overrun;

    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Map<String, List<Interest>> byTicker = new HashMap<>();
    private final List<Subscription> ofAll = new ArrayList<>();
    private final Set<Session> unflushed = new LinkedHashSet<>();

    private MarketSnapshot lastSnapshot;
    private boolean lastOnYesScale;
    private byte[] lastSnapshotJson;

    Shard(EventLoop loop, FanOut fanOut, BookRegistry registry, StreamMetrics metrics, int maxQueued) {
        this.loop = loop;
        this.fanOut = fanOut;
        this.registry = registry;
        this.metrics = metrics;
        this.maxQueued = maxQueued;
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

    boolean isEmpty() {
        return sessions.isEmpty() && byTicker.isEmpty() && ofAll.isEmpty() && unflushed.isEmpty();
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
        long oldestMs = Long.MAX_VALUE;
        int taken = 0;
        Publication next;
        while (taken < BATCH && (next = queue.poll()) != null) {
            queued.decrementAndGet();
            taken++;
            deliver(next);
            if (next.before().book() != next.after().book()) {
                oldestMs = Math.min(oldestMs, next.after().book().lastRecord().kafkaPublishedMs());
            }
        }
        flush();
        lastSnapshot = null;
        lastSnapshotJson = null;
        if (oldestMs != Long.MAX_VALUE) {
            metrics.published(registry.nowMs() - oldestMs);
        }
        if (!queue.isEmpty()) {
            schedule();
        }
    }

    private void deliver(Publication publication) {
        List<Interest> ofMarket = byTicker.get(publication.after().ticker());
        if (ofMarket != null) {
            for (Interest interest : ofMarket) {
                interest.published(publication);
            }
        }
        for (Subscription subscription : ofAll) {
            subscription.interestIn(publication.after().ticker()).published(publication);
        }
    }

    /** Drops what waits: whoever catches up needs none of it. */
    private void drop() {
        for (int left = queued.get(); left > 0 && queue.poll() != null; left--) {
            queued.decrementAndGet();
        }
    }

    private void catchUp() {
        byTicker.values().forEach(interests -> interests.forEach(Interest::catchUp));
        ofAll.forEach(Subscription::catchUp);
    }
}

package io.bookserver.stream;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes messages on to the followers of one event loop: trades by market, everything else to all. They cannot be
 * conflated, so the backlog is bounded in bytes. A client that would miss a message loses the subscription and is told
 * so.
 *
 * <p><i>Not thread-safe; confined to its event loop, except {@link #offer}, which any writer calls.</i>
 */
final class Relays {
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Shard shard;
    private final FanOut fanOut;
    private final long maxQueuedBytes;

    private final Queue<Relay> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private volatile boolean overrun;

    private final Map<String, List<TradeFollower>> trades = new HashMap<>();
    private final Map<ChannelKind, Set<Subscription>> ofAll = new EnumMap<>(ChannelKind.class);
    /** Removals that were requested while the followers are iterated: a failed write ends its connection at once. */
    private final List<Runnable> leaving = new ArrayList<>();
    private boolean delivering;

    Relays(Shard shard, FanOut fanOut, long maxQueuedBytes) {
        this.shard = shard;
        this.fanOut = fanOut;
        this.maxQueuedBytes = maxQueuedBytes;
    }

    void offer(Relay relay) {
        if (queuedBytes.addAndGet(relay.msg().length) > maxQueuedBytes) {
            queuedBytes.addAndGet(-relay.msg().length);
            overrun = true;
        } else {
            queue.add(relay);
        }
    }

    boolean isWaiting() {
        return !queue.isEmpty();
    }

    boolean isEmpty() {
        return trades.isEmpty() && ofAll.isEmpty();
    }

    void add(TradeFollower follower) {
        trades.computeIfAbsent(follower.ticker(), ticker -> new ArrayList<>(1)).add(follower);
        fanOut.followers(ChannelKind.TRADE).follow(follower.ticker(), shard);
    }

    void remove(TradeFollower follower) {
        if (delivering) {
            leaving.add(() -> remove(follower));
            return;
        }
        List<TradeFollower> left = trades.get(follower.ticker());
        if (left != null && left.remove(follower) && left.isEmpty()) {
            trades.remove(follower.ticker());
            fanOut.followers(ChannelKind.TRADE).unfollow(follower.ticker(), shard);
        }
    }

    void addToAll(Subscription subscription) {
        ofAll.computeIfAbsent(subscription.kind(), kind -> new LinkedHashSet<>()).add(subscription);
        fanOut.followers(subscription.kind()).followAll(shard);
    }

    void removeFromAll(Subscription subscription) {
        if (delivering) {
            leaving.add(() -> removeFromAll(subscription));
            return;
        }
        Set<Subscription> left = ofAll.get(subscription.kind());
        if (left != null && left.remove(subscription) && left.isEmpty()) {
            ofAll.remove(subscription.kind());
            fanOut.followers(subscription.kind()).unfollowAll(shard);
        }
    }

    /** Writes what waits to all followers, as far as the turn allows. */
    void deliver() {
        if (overrun) {
            overrun = false;
            shard.metrics().overrun();
            Iterator<Session> all = shard.sessions().iterator();
            shard.later(turn -> endAll(all, turn));
        }
        Turn turn = Turn.of(TURN_NANOS);
        for (Relay next = queue.poll(); next != null; next = turn.isOver() ? null : queue.poll()) {
            queuedBytes.addAndGet(-next.msg().length);
            deliver(next);
        }
    }

    private void deliver(Relay relay) {
        List<Subscription> tooSlow = new ArrayList<>(0);
        delivering = true;
        for (Subscription subscription : ofAll.getOrDefault(relay.channel(), Set.of())) {
            deliver(relay, subscription, tooSlow);
        }
        if (relay.channel() == ChannelKind.TRADE) {
            for (TradeFollower follower : trades.getOrDefault(relay.ticker(), List.of())) {
                follower.becomesKnown();
                // a subscription that is changing to all markets was served above
                if (!follower.subscription().isToAll()) {
                    deliver(relay, follower.subscription(), tooSlow);
                }
            }
        }
        delivering = false;
        // only after the loops, since it modifies what they iterate
        leaving.forEach(Runnable::run);
        leaving.clear();
        tooSlow.forEach(subscription -> subscription.session().overflow(subscription));
    }

    /** A failure ends that connection and affects no other. */
    private static void deliver(Relay relay, Subscription subscription, List<Subscription> tooSlow) {
        try {
            if (!subscription.session().outbox().relay(subscription, relay)) {
                tooSlow.add(subscription);
            }
        } catch (Throwable e) {
            subscription.session().fail(e);
        }
    }

    /** Ends all relayed subscriptions: the loop was so far behind that messages of unknown recipients were lost. */
    private void endAll(Iterator<Session> all, Turn turn) {
        while (all.hasNext()) {
            all.next().overflowAll();
            if (turn.isOver()) {
                shard.later(again -> endAll(all, again));
                return;
            }
        }
    }
}

package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The followers of one event loop. Publications wait in a bounded queue. The loop takes them in batches, writes to all
 * followers, and flushes each connection once per batch. A loop that is behind takes everything off the queue, merges
 * it by market, and works through the markets until nothing is left. Its followers then get fewer messages, but no old
 * ones.
 *
 * <p>Work that may be long, such as commands, is done in turns, and the loop serves its sockets in between. Work that
 * exceeds its turn is queued behind the others.
 *
 * <p><i>Not thread-safe; confined to its event loop, except {@code offer}, which any writer calls.</i>
 */
final class Shard {
    /** After this many publications the loop serves others too. */
    private static final int BATCH = 256;

    private static final Logger LOG = Logger.getLogger(Shard.class);
    private static final long FAILURE_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int PAGE = 256;

    private final Shard[] alone = {this};
    private final EventLoop loop;
    private final FanOut fanOut;
    private final BookRegistry registry;
    private final StreamMetrics metrics;
    private final PublicationQueue queue;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Concurrent, since it is iterated in turns while sessions come and go. */
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Interests interests = new Interests();
    private final List<Subscription> ofAll = new ArrayList<>();
    private final Relays relays;
    private final Set<Session> unflushed = new LinkedHashSet<>();
    private final Turns turns;
    private final SharedMessages messages;
    private final Pacer pacer;
    private long failures;
    private long failureLoggedNanos;

    Shard(
            EventLoop loop,
            FanOut fanOut,
            BookRegistry registry,
            StreamMetrics metrics,
            StreamConfig config,
            LongSupplier nanoClock) {
        this.loop = loop;
        this.fanOut = fanOut;
        this.registry = registry;
        this.metrics = metrics;
        this.queue = new PublicationQueue(registry, metrics, config);
        this.turns = new Turns(loop, this::endTurns);
        this.messages = new SharedMessages(registry);
        this.pacer = new Pacer(this, nanoClock);
        this.relays = new Relays(this, fanOut, config.maxQueuedMessageSize().asLongValue());
    }

    /** Hands a publication to the loop. If too many wait, it is dropped, and every follower gets the current state. */
    void offer(Publication publication) {
        queue.offer(publication);
        schedule();
    }

    /** Hands a relayed message to the loop. If too many bytes wait, its followers lose the subscription. */
    void offer(Relay relay) {
        relays.offer(relay);
        schedule();
    }

    /** The followers of relayed messages. */
    Relays relays() {
        return relays;
    }

    /** The number of publications that wait for the loop. */
    int queued() {
        return queue.size();
    }

    /** An array of this shard only: most markets are followed from one event loop. */
    Shard[] alone() {
        return alone;
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

    /** Registers an interest. It misses no publication of its market once this returns. */
    void add(Interest interest) {
        interests.add(interest);
        if (!interest.subscription().isToAll()) {
            fanOut.books().follow(interest.ticker(), this);
        }
    }

    void remove(Interest interest) {
        if (!interests.remove(interest)) {
            fanOut.books().unfollow(interest.ticker(), this);
        }
    }

    /** Registers a subscription to all markets. It misses no publication, even of new markets, once this returns. */
    void addToAll(Subscription subscription) {
        ofAll.add(subscription);
        fanOut.books().followAll(this);
    }

    void removeFromAll(Subscription subscription) {
        if (ofAll.remove(subscription) && ofAll.isEmpty()) {
            fanOut.books().unfollowAll(this);
        }
    }

    /** Lets a session work, at once if there is time. */
    void serve(Session session) {
        Turn atOnce = turns.atOnce();
        if (atOnce.isOver()) {
            later(session);
        } else {
            session.proceed(atOnce);
            flush();
        }
    }

    /** Gives a turn to unfinished work, after the sockets were served. */
    void later(Worker worker) {
        turns.add(worker);
    }

    private void endTurns() {
        flush();
        messages.forget();
    }

    /** Removes a session that has ended from everything. */
    void forget(Session session) {
        sessions.remove(session);
        unflushed.remove(session);
        turns.remove(session);
    }

    /** Flushes that session at the end of the batch or command that wrote to it. */
    void flushLater(Session session) {
        unflushed.add(session);
    }

    void flush() {
        while (!unflushed.isEmpty()) {
            Session next = unflushed.iterator().next();
            unflushed.remove(next);
            next.flush();
        }
    }

    /** The messages shared by the followers of one market. */
    SharedMessages messages() {
        return messages;
    }

    /** Holds interests that must not send before a certain time. */
    Pacer pacer() {
        return pacer;
    }

    /** Logs one line per interval: what fails for one connection is likely to fail for many. */
    void failed(Throwable cause) {
        long now = System.nanoTime();
        if (failures++ == 0 || now - failureLoggedNanos > FAILURE_LOG_NANOS) {
            failureLoggedNanos = now;
            LOG.warnf(cause, "connection closed: reason=error failures=%d", failures);
        }
    }

    /** Whether any work waits for a turn. */
    boolean isWorking() {
        return !turns.isEmpty();
    }

    boolean isEmpty() {
        return sessions.isEmpty() && interests.isEmpty() && ofAll.isEmpty() && unflushed.isEmpty() && !queue.hasBacklog()
                && turns.isEmpty() && relays.isEmpty() && pacer.isEmpty();
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.execute(this::deliverQueued);
        }
    }

    private void deliverQueued() {
        scheduled.set(false);
        if (queue.clearIfOverrun()) {
            metrics.overrun();
            later(catchingUp());
        }
        queue.mergeIfBehind();
        long oldestMs = Long.MAX_VALUE;
        Turn turn = Turn.of(TURN_NANOS);
        int taken = 0;
        Publication next;
        while (taken < BATCH && !turn.isOver() && (next = queue.next()) != null) {
            taken++;
            deliver(next);
            if (next.before().book() != next.after().book()) {
                oldestMs = Math.min(oldestMs, next.after().book().lastRecord().kafkaPublishedMs());
            }
        }
        relays.deliver();
        flush();
        messages.forget();
        if (oldestMs != Long.MAX_VALUE) {
            metrics.published(registry.nowMs() - oldestMs);
        }
        if ((!queue.isEmpty() || relays.isWaiting()) && scheduled.compareAndSet(false, true)) {
            // with execute it would run before the sockets are served
            loop.schedule(this::deliverQueued, 1, TimeUnit.NANOSECONDS);
        }
    }

    private void deliver(Publication publication) {
        String ticker = publication.after().ticker();
        if (interests.tell(ticker, publication) < ofAll.size()) {
            for (Subscription subscription : ofAll) {
                if (!subscription.has(ticker)) {
                    Interests.tell(subscription.meet(ticker), publication);
                }
            }
        }
    }

    /**
     * Visits all markets and sends their current state to followers that lack it. Publications are handled meanwhile as
     * usual: a follower that is behind such a publication gets a snapshot.
     */
    private Worker catchingUp() {
        return new Worker() {
            private String last = "";

            @Override
            public void proceed(Turn turn) {
                List<MarketSnapshot> page;
                do {
                    page = registry.list(last, "", market -> true, PAGE);
                    for (MarketSnapshot market : page) {
                        last = market.ticker();
                        catchUp(last);
                    }
                } while (!page.isEmpty() && !turn.isOver());
                if (!page.isEmpty()) {
                    later(this);
                }
            }
        };
    }

    private void catchUp(String ticker) {
        for (Subscription subscription : ofAll) {
            if (!subscription.has(ticker)) {
                subscription.meet(ticker);
            }
        }
        interests.catchUp(ticker);
    }
}

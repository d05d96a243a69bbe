package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
    private static final int MERGED_A_TURN = 8_192;
    /** How long, and for what share of the time, commands are executed at once; the rest waits for a turn. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long WINDOW_NANOS = 4 * AT_ONCE_NANOS;
    /** The time of all turns together before the sockets are served, and that of one turn. */
    private static final long TURNS_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    static final long ONE_TURN_NANOS = TURNS_NANOS / 8;
    private static final int PAGE = 256;

    private final Shard[] alone = {this};
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

    /** What was taken off the queue while the loop is behind: one merged publication per market, the oldest first. */
    private final Map<String, Publication> backlog = new LinkedHashMap<>();

    /** Concurrent, since it is iterated in turns while sessions come and go. */
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    /** An {@link Interest}, or a list of several: there are many markets, and most have one follower. */
    private final Map<String, Object> byTicker = new HashMap<>();

    private final List<Subscription> ofAll = new ArrayList<>();
    private final Relays relays;
    private final Set<Session> unflushed = new LinkedHashSet<>();
    private final Set<Worker> workers = new LinkedHashSet<>();
    private boolean turnsScheduled;
    private Turn atOnce = Turn.of(0);
    private long windowBeganNanos = System.nanoTime() - WINDOW_NANOS;

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
        this.maxQueued = config.maxQueuedPublications();
        this.maxQueueDelayMs = config.maxQueueDelay().toMillis();
        this.messages = new SharedMessages(registry);
        this.pacer = new Pacer(this, nanoClock);
        this.relays = new Relays(this, fanOut, config.maxQueuedMessageSize().asLongValue());
    }

    /** Hands a publication to the loop. If too many wait, it is dropped, and every follower gets the current state. */
    void offer(Publication publication) {
        if (queued.incrementAndGet() > maxQueued) {
            queued.decrementAndGet();
            overrun = true;
        } else {
            queue.add(publication);
        }
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
        return queued.get();
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
        byTicker.merge(interest.ticker(), interest, Shard::with);
        if (!interest.subscription().isToAll()) {
            fanOut.books().follow(interest.ticker(), this);
        }
    }

    void remove(Interest interest) {
        Object left = byTicker.computeIfPresent(interest.ticker(), (ticker, known) -> without(known, interest));
        if (left == null || !isNamed(left)) {
            fanOut.books().unfollow(interest.ticker(), this);
        }
    }

    @SuppressWarnings("unchecked")
    private static Object with(Object known, Object interest) {
        if (known instanceof Interest) {
            List<Interest> both = new ArrayList<>(2);
            both.add((Interest) known);
            both.add((Interest) interest);
            return both;
        }
        ((List<Interest>) known).add((Interest) interest);
        return known;
    }

    @SuppressWarnings("unchecked")
    private static Object without(Object known, Interest interest) {
        if (known == interest) {
            return null;
        }
        if (known instanceof List) {
            List<Interest> several = (List<Interest>) known;
            several.remove(interest);
            return several.size() == 1 ? several.get(0) : several;
        }
        return known;
    }

    /** Whether any of them follows the market by name. */
    @SuppressWarnings("unchecked")
    private static boolean isNamed(Object followers) {
        if (followers instanceof Interest) {
            return !((Interest) followers).subscription().isToAll();
        }
        for (Interest interest : (List<Interest>) followers) {
            if (!interest.subscription().isToAll()) {
                return true;
            }
        }
        return false;
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
        long now = System.nanoTime();
        if (now - windowBeganNanos >= WINDOW_NANOS) {
            windowBeganNanos = now;
            atOnce = Turn.of(AT_ONCE_NANOS);
        }
        if (atOnce.isOver()) {
            later(session);
        } else {
            session.proceed(atOnce);
            flush();
        }
    }

    /** Gives a turn to unfinished work, after the sockets were served. */
    void later(Worker worker) {
        workers.add(worker);
        if (!turnsScheduled) {
            turnsScheduled = true;
            // with execute it would run before the sockets are served
            loop.schedule(this::takeTurns, 1, TimeUnit.NANOSECONDS);
        }
    }

    private void takeTurns() {
        turnsScheduled = false;
        Turn all = Turn.of(TURNS_NANOS);
        for (int left = workers.size(); left > 0 && !all.isOver(); left--) {
            Worker next = workers.iterator().next();
            workers.remove(next);
            next.proceed(Turn.of(ONE_TURN_NANOS));
        }
        flush();
        messages.forget();
        if (!workers.isEmpty()) {
            Worker next = workers.iterator().next();
            later(next);
        }
    }

    /** Removes a session that has ended from everything. */
    void forget(Session session) {
        sessions.remove(session);
        unflushed.remove(session);
        workers.remove(session);
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
        return !workers.isEmpty();
    }

    boolean isEmpty() {
        return sessions.isEmpty() && byTicker.isEmpty() && ofAll.isEmpty() && unflushed.isEmpty() && backlog.isEmpty()
                && workers.isEmpty() && relays.isEmpty() && pacer.isEmpty();
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.execute(this::deliverQueued);
        }
    }

    private void deliverQueued() {
        scheduled.set(false);
        if (overrun) {
            overrun = false;
            metrics.overrun();
            drop();
            later(catchingUp());
        }
        if (isBehind()) {
            mergeQueued();
        }
        long oldestMs = Long.MAX_VALUE;
        Turn turn = Turn.of(TURN_NANOS);
        int taken = 0;
        Publication next;
        while (taken < BATCH && !turn.isOver() && (next = next()) != null) {
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
        if ((!queue.isEmpty() || !backlog.isEmpty() || relays.isWaiting()) && scheduled.compareAndSet(false, true)) {
            // with execute it would run before the sockets are served
            loop.schedule(this::deliverQueued, 1, TimeUnit.NANOSECONDS);
        }
    }

    private boolean isBehind() {
        if (!backlog.isEmpty()) {
            return true;
        }
        Publication oldest = queue.peek();
        return oldest != null && registry.nowMs() - oldest.after().lastUpdatedMs() > maxQueueDelayMs;
    }

    /**
     * Takes off the queue what a turn allows, which usually is everything. A follower that joined meanwhile is between
     * the versions of a merged publication, and gets a snapshot.
     */
    private void mergeQueued() {
        for (int left = Math.min(MERGED_A_TURN, queued.get()); left > 0; left--) {
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

    @SuppressWarnings("unchecked")
    private void deliver(Publication publication) {
        Object followers = byTicker.get(publication.after().ticker());
        int ofAllTold = 0;
        if (followers instanceof Interest) {
            ofAllTold = tell((Interest) followers, publication);
        } else if (followers != null) {
            List<Interest> several = (List<Interest>) followers;
            for (int i = 0; i < several.size(); i++) {
                ofAllTold += tell(several.get(i), publication);
            }
        }
        if (ofAllTold < ofAll.size()) {
            for (Subscription subscription : ofAll) {
                if (!subscription.has(publication.after().ticker())) {
                    tell(subscription.meet(publication.after().ticker()), publication);
                }
            }
        }
    }

    /** A failure ends that connection and affects no other. Returns 1 for a subscription to all, else 0. */
    private static int tell(Interest interest, Publication publication) {
        Subscription subscription = interest.subscription();
        try {
            interest.published(publication);
        } catch (Throwable e) {
            subscription.session().fail(e);
        }
        return subscription.isToAll() ? 1 : 0;
    }

    /** Drops what waits: a follower that catches up does not need it. */
    private void drop() {
        backlog.clear();
        for (int left = queued.get(); left > 0 && queue.poll() != null; left--) {
            queued.decrementAndGet();
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

    @SuppressWarnings("unchecked")
    private void catchUp(String ticker) {
        for (Subscription subscription : ofAll) {
            if (!subscription.has(ticker)) {
                subscription.meet(ticker);
            }
        }
        Object followers = byTicker.get(ticker);
        if (followers instanceof Interest) {
            catchUp((Interest) followers);
        } else if (followers != null) {
            ((List<Interest>) followers).forEach(Shard::catchUp);
        }
    }

    private static void catchUp(Interest interest) {
        try {
            interest.catchUp();
        } catch (Throwable e) {
            interest.subscription().session().fail(e);
        }
    }
}

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
 * The followers of one event loop. Publications wait in a bounded queue; the loop takes them in batches, writes to all
 * who follow, and flushes each connection once a batch. A loop that is behind takes everything off the queue, merges it
 * by market, and goes round the markets until nothing is left: its followers then get less, but nothing old.
 *
 * <p>Whatever may be long, and commands are, is done in turns, between which the loop serves its sockets: whoever works
 * longer than a turn goes on in the next one, behind the others.
 *
 * <p><i>Not thread-safe; confined to its event loop, but for {@code offer}, which any writer calls.</i>
 */
final class Shard {
    /** After so many the loop serves others too. */
    private static final int BATCH = 256;

    private static final Logger LOG = Logger.getLogger(Shard.class);
    private static final long FAILURE_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MERGED_A_TURN = 8_192;
    /** Commands are carried out at once for so long, and so much of the time; what is left over waits for a turn. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long WINDOW_NANOS = 4 * AT_ONCE_NANOS;
    /** What all who work have together before the sockets are served, and what one of them has. */
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

    /** What was taken off the queue while the loop is behind: one step a market, the longest waiting first. */
    private final Map<String, Publication> backlog = new LinkedHashMap<>();

    /** Of a kind that may be walked in turns, between which sessions come and go. */
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    /** An {@link Interest}, or a list of several: most markets have one follower, and there are many markets. */
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

    /** Hands a message that is passed on to the loop. Where too many bytes wait, its followers lose the subscription. */
    void offer(Relay relay) {
        relays.offer(relay);
        schedule();
    }

    /** Who follows what is passed on. */
    Relays relays() {
        return relays;
    }

    /** The number of publications that wait for the loop. */
    int queued() {
        return queued.get();
    }

    /** This one and no other: most markets are followed from one event loop. */
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

    /** From the moment this returns, the interest hears of every publication of its market. */
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

    /** Whether any of them follows the market by its name. */
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

    /** From the moment this returns, the subscription hears of every publication, whether it knows the market or not. */
    void addToAll(Subscription subscription) {
        ofAll.add(subscription);
        fanOut.books().followAll(this);
    }

    void removeFromAll(Subscription subscription) {
        if (ofAll.remove(subscription) && ofAll.isEmpty()) {
            fanOut.books().unfollowAll(this);
        }
    }

    /** Lets a session go on, at once as far as there is time. */
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

    /** Gives a turn to somebody who is not done, after the sockets were served. */
    void later(Worker worker) {
        workers.add(worker);
        if (!turnsScheduled) {
            turnsScheduled = true;
            // executed at once it would go before the sockets
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

    /** Takes a session that has ended out of everything. */
    void forget(Session session) {
        sessions.remove(session);
        unflushed.remove(session);
        workers.remove(session);
    }

    /** Flushes that session when the batch, or the command, that wrote to it is done. */
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

    /** What followers of one market are sent. */
    SharedMessages messages() {
        return messages;
    }

    /** Who must not be sent more before a time. */
    Pacer pacer() {
        return pacer;
    }

    /** One line an interval: what fails for one connection is likely to fail for many. */
    void failed(Throwable cause) {
        long now = System.nanoTime();
        if (failures++ == 0 || now - failureLoggedNanos > FAILURE_LOG_NANOS) {
            failureLoggedNanos = now;
            LOG.warnf(cause, "connection closed: reason=error failures=%d", failures);
        }
    }

    /** Whether somebody waits for a turn. */
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
            // executed at once it would go before the sockets
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

    /** Takes off the queue what a turn allows, which mostly is everything. Who joined meanwhile stands between a step's ends, and is sent a snapshot. */
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

    /** What fails for one connection is that connection's end, and nobody else's loss. Returns 1 for one of all, else 0. */
    private static int tell(Interest interest, Publication publication) {
        Subscription subscription = interest.subscription();
        try {
            interest.published(publication);
        } catch (Throwable e) {
            subscription.session().fail(e);
        }
        return subscription.isToAll() ? 1 : 0;
    }

    /** Drops what waits: whoever catches up needs none of it. */
    private void drop() {
        backlog.clear();
        for (int left = queued.get(); left > 0 && queue.poll() != null; left--) {
            queued.decrementAndGet();
        }
    }

    /**
     * Goes through all markets and brings who follows them up to date. What is published meanwhile is heard as always: a
     * follower that stands behind it is sent a snapshot by that.
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

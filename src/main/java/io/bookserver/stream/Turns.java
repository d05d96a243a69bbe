package io.bookserver.stream;

import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Work of one event loop that may be long, such as commands. It is done in turns, and the loop serves its sockets in
 * between. Work that exceeds its turn is queued behind the others.
 *
 * <p><i>Not thread-safe; confined to the event loop.</i>
 */
final class Turns {
    /** How long, and for what share of the time, commands are executed at once; the rest waits for a turn. */
    private static final long AT_ONCE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);
    private static final long WINDOW_NANOS = 4 * AT_ONCE_NANOS;
    /** The time of all turns together before the sockets are served, and that of one turn. */
    private static final long ALL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    static final long ONE_NANOS = ALL_NANOS / 4;

    private final EventLoop loop;
    private final Runnable afterwards;
    private final Set<Worker> workers = new LinkedHashSet<>();
    private boolean scheduled;
    private Turn atOnce = Turn.of(0);
    private long windowBeganNanos = System.nanoTime() - WINDOW_NANOS;

    /**
     * The turns of that loop.
     *
     * @param afterwards to be called after some turns, before the sockets are served
     */
    Turns(EventLoop loop, Runnable afterwards) {
        this.loop = loop;
        this.afterwards = afterwards;
    }

    /** The time left for work that need not wait for a turn. */
    Turn atOnce() {
        long now = System.nanoTime();
        if (now - windowBeganNanos >= WINDOW_NANOS) {
            windowBeganNanos = now;
            atOnce = Turn.of(AT_ONCE_NANOS);
        }
        return atOnce;
    }

    /** Gives a turn to unfinished work, after the sockets were served. */
    void add(Worker worker) {
        workers.add(worker);
        if (!scheduled) {
            scheduled = true;
            // with execute it would run before the sockets are served
            loop.schedule(this::take, 1, TimeUnit.NANOSECONDS);
        }
    }

    void remove(Worker worker) {
        workers.remove(worker);
    }

    boolean isEmpty() {
        return workers.isEmpty();
    }

    private void take() {
        scheduled = false;
        Turn all = Turn.of(ALL_NANOS);
        for (int left = workers.size(); left > 0 && !all.isOver(); left--) {
            Worker next = workers.iterator().next();
            workers.remove(next);
            next.proceed(Turn.of(ONE_NANOS));
        }
        afterwards.run();
        if (!workers.isEmpty()) {
            add(workers.iterator().next());
        }
    }
}

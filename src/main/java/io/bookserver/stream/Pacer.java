package io.bookserver.stream;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A wheel of those who must not be sent a message before a time: one timer for all of an event loop, which runs only
 * while somebody is held. Times are rounded up to whole ticks.
 *
 * <p>Netty's {@code HashedWheelTimer} has a thread of its own, and a timer of the event loop for each of those held
 * costs an object and a place in the loop's queue.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
final class Pacer implements Worker {
    static final short NOWHERE = -1;
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** A power of two; more ticks than the longest interval has, by more than the loop may be late. */
    private static final int SLOTS = 1 << 14;
    /** Later than this, a turn of the wheel could meet what is still due from the one before. */
    private static final int MAX_LATE_TICKS = SLOTS / 8;

    private final Shard shard;
    private final LongSupplier nanoClock;
    private final long startNanos;
    /** Null until somebody is held; each set is null while it is empty. */
    private Set<ViewInterest<?>>[] slots;
    private int held;
    /** Everything due at this tick or before has been let go. */
    private long doneTick;
    private boolean scheduled;

    Pacer(Shard shard, LongSupplier nanoClock) {
        this.shard = shard;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    boolean isEmpty() {
        return held == 0;
    }

    /** Holds somebody from now on for so long, who is not held yet. */
    @SuppressWarnings("unchecked")
    void hold(ViewInterest<?> interest, int intervalMs) {
        if (slots == null) {
            slots = (Set<ViewInterest<?>>[]) new Set<?>[SLOTS];
        }
        long nowNanos = nanoClock.getAsLong() - startNanos;
        if (nowNanos / TICK_NANOS - doneTick > MAX_LATE_TICKS) {
            letGo(nowNanos / TICK_NANOS, Turn.of(Long.MAX_VALUE / 2));
        }
        if (held == 0) {
            doneTick = nowNanos / TICK_NANOS;
        }
        long dueNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(intervalMs);
        int slot = (int) ((dueNanos + TICK_NANOS - 1) / TICK_NANOS) & SLOTS - 1;
        if (slots[slot] == null) {
            slots[slot] = new LinkedHashSet<>(2);
        }
        slots[slot].add(interest);
        interest.pacerSlot((short) slot);
        held++;
        schedule();
    }

    /** Holds somebody no longer. */
    void release(ViewInterest<?> interest) {
        short slot = interest.pacerSlot();
        if (slot != NOWHERE) {
            interest.pacerSlot(NOWHERE);
            slots[slot].remove(interest);
            if (slots[slot].isEmpty()) {
                slots[slot] = null;
            }
            held--;
        }
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            shard.loop().schedule(() -> shard.later(this), TICK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void proceed(Turn turn) {
        if (!letGo((nanoClock.getAsLong() - startNanos) / TICK_NANOS, turn)) {
            shard.later(this);
            return;
        }
        scheduled = false;
        if (held > 0) {
            schedule();
        }
    }

    /** Lets go whoever is due at that tick or before; false where the turn ended it. */
    private boolean letGo(long tick, Turn turn) {
        for (; doneTick < tick && held > 0; doneTick++) {
            int slot = (int) (doneTick + 1) & SLOTS - 1;
            while (slots[slot] != null) {
                ViewInterest<?> next = slots[slot].iterator().next();
                release(next);
                next.goOn();
                if (turn.isOver()) {
                    return false;
                }
            }
        }
        return true;
    }
}

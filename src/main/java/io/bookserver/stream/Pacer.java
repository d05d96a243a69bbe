package io.bookserver.stream;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A timing wheel of the interests that must not send before a certain time. It is one timer per event loop, which runs
 * only while an interest is held. Times are rounded up to whole ticks.
 *
 * <p>Netty's {@code HashedWheelTimer} has its own thread. A timer of the event loop per held interest would cost an
 * object and an entry in the loop's queue.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
final class Pacer implements Worker {
    static final short NOWHERE = -1;
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** A power of two. It exceeds the ticks of the longest interval by more than the loop may be late. */
    private static final int SLOTS = 1 << 14;
    /** If the wheel is later than this, a turn could reach slots of the previous turn that are still due. */
    private static final int MAX_LATE_TICKS = SLOTS / 8;

    private final Shard shard;
    private final LongSupplier nanoClock;
    private final long startNanos;
    /** Null until an interest is held; each set is null while it is empty. */
    private Set<ViewInterest<?>>[] slots;
    private int held;
    /** Everything due at this tick or before has been released. */
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

    /** Holds an interest for that long; it must not be held already. */
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

    /** Stops holding an interest. */
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

    /** Releases whatever is due at that tick or before; false if the turn ended first. */
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

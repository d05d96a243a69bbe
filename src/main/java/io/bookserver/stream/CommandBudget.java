package io.bookserver.stream;

import java.util.function.LongSupplier;

/**
 * How many commands a connection may still send in the running second.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class CommandBudget {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final int perSecond;
    private final LongSupplier nanoClock;
    private long secondBeganNanos;
    private int taken;

    CommandBudget(int perSecond, LongSupplier nanoClock) {
        this.perSecond = perSecond;
        this.nanoClock = nanoClock;
        this.secondBeganNanos = nanoClock.getAsLong();
    }

    /** Takes one; false where the second's are used up. */
    boolean take() {
        long now = nanoClock.getAsLong();
        if (now - secondBeganNanos >= SECOND_NANOS) {
            secondBeganNanos = now;
            taken = 0;
        }
        if (taken >= perSecond) {
            return false;
        }
        taken++;
        return true;
    }
}

package io.bookserver.ingest;

import java.util.OptionalLong;

/**
 * How long records of a partition have been waiting while none is read, and the attempts to read on.
 *
 * <p><i>Not thread-safe; guarded by the {@link PartitionProgress} that owns it.</i>
 */
final class Standstill {
    private long sinceNanos;
    private boolean on;
    private boolean rescuing;
    /** When a way to skip unreadable records was last looked for. */
    private OptionalLong rescuedNanos = OptionalLong.empty();

    /** From now on records wait. A standstill that lasts is not affected. */
    void begins() {
        sinceNanos = System.nanoTime();
    }

    /** A record was read, or none waits. */
    void ends() {
        sinceNanos = System.nanoTime();
        on = false;
    }

    /**
     * Whether records wait, and none has been read for so long.
     *
     * @return true once per standstill
     */
    boolean lasts(boolean recordsWait, long maxNanos) {
        boolean still = recordsWait && System.nanoTime() - sinceNanos > maxNanos;
        boolean begins = still && !on;
        on = still;
        return begins;
    }

    boolean isOn() {
        return on;
    }

    /** How long it has lasted; 0 if there is none. */
    long ms() {
        return on ? (System.nanoTime() - sinceNanos) / 1_000_000 : 0;
    }

    /**
     * Whether to look for a way to read on now, if the last attempt ended that long ago; the caller reports the end.
     */
    boolean beginRescue(long patienceNanos) {
        boolean begins = on && !rescuing
                && (rescuedNanos.isEmpty() || System.nanoTime() - rescuedNanos.getAsLong() >= patienceNanos);
        rescuing |= begins;
        return begins;
    }

    void endRescue() {
        rescuing = false;
        rescuedNanos = OptionalLong.of(System.nanoTime());
    }
}

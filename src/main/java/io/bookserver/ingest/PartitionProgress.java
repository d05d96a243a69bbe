package io.bookserver.ingest;

import io.bookserver.checkpoint.RestoredPartition;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

/**
 * How far one partition has been read, and up to when its records are complete.
 *
 * <p>Kafka's own lag counts what the consumer has fetched; this counts what the books hold.
 *
 * <p><i>Thread-safe: every method takes this object's lock for a moment, but {@link #completeToMs()}, which every answer
 * asks for and which takes none. Whoever applies a batch, or sends the consumer elsewhere, holds the {@link #turn()}
 * meanwhile: so a partition has one writer, even while one consumer hands it over to another.</i>
 */
final class PartitionProgress {
    private static final long UNKNOWN = -1;
    private static final int LOOKS_WITHOUT_MOVEMENT = 3;

    /** What a batch is to what was read before it. */
    enum Arrival {
        /** It begins where the last one ended. */
        IN_ORDER,
        /** Offsets are missing before it: no records, or lost ones. */
        AHEAD,
        /** It begins before the end of the last one: read again, or of another log. */
        BEHIND,
        /** It was fetched before the consumer is sent to another place of the partition. */
        OUTDATED
    }

    /** Where the consumer has to go instead of on; a later one takes the place of an earlier one. */
    enum Detour {
        NONE,
        /** Nowhere yet: the books are being restored, and what is fetched until then does not count. */
        HELD,
        /** To {@link #next()}, since what was fetched does not follow on what was applied. */
        REREAD,
        /** To the beginning of the partition, which is another one than was read so far. */
        RESTART
    }

    private final Object turn = new Object();
    private long start = UNKNOWN;
    private long target = UNKNOWN;
    private long next = UNKNOWN;
    private long end = UNKNOWN;
    private long dropped = UNKNOWN;
    private Detour detour;
    private boolean held;
    private Optional<RestoredPartition> restored = Optional.empty();
    private Uuid topicId = Uuid.ZERO_UUID;

    private long stuckAt = UNKNOWN;
    private int stuckFor;
    private long movedNanos;
    private boolean stalled;
    private boolean rescuing;
    /** When a way past what cannot be read was last looked for. */
    private OptionalLong rescuedNanos = OptionalLong.empty();

    private long lastPublishedMs;
    private long newestRecordMs;
    private long provenToMs;
    private volatile long completeToMs;
    private long provenAtEnd = UNKNOWN;
    private long provenThenMs;

    PartitionProgress() {
        this(false);
    }

    /** @param held whether nothing is to be applied before {@link #begin} */
    PartitionProgress(boolean held) {
        this.held = held;
        detour = held ? Detour.HELD : Detour.NONE;
    }

    /** The lock of whoever applies a batch of this partition. */
    Object turn() {
        return turn;
    }

    /**
     * The books were restored from a checkpoint. Before {@link #begin}.
     *
     * @param nowMs the present; a timestamp behind it is not believed
     */
    synchronized void restored(RestoredPartition checkpoint, long nowMs) {
        restored = Optional.of(checkpoint);
        newestRecordMs = Math.min(checkpoint.newestRecordMs(), nowMs);
    }

    /** What says which records are in the books already; within the {@link #turn()}. */
    synchronized Optional<RestoredPartition> restored() {
        return restored;
    }

    /** The place where reading begins, and the end at that time, which is the target of the rebuild. Only once. */
    synchronized void begin(long startOffset, long targetOffset) {
        if (start == UNKNOWN) {
            if (detour == Detour.HELD) {
                // what may have been fetched meanwhile is thrown away first
                detour = Detour.REREAD;
            }
            start = startOffset;
            target = Math.max(startOffset, targetOffset);
            end = target;
            next = Math.max(next, startOffset);
            movedNanos = System.nanoTime();
        }
    }

    synchronized boolean hasBegun() {
        return start != UNKNOWN;
    }

    /** What a batch whose first record has this offset is. */
    synchronized Arrival arrival(long firstOffset) {
        if (detour != Detour.NONE) {
            return Arrival.OUTDATED;
        }
        if (next == UNKNOWN || firstOffset == next) {
            return Arrival.IN_ORDER;
        }
        return firstOffset > next ? Arrival.AHEAD : Arrival.BEHIND;
    }

    /** A batch of an outdated reading, up to that offset, was thrown away. */
    synchronized void dropped(long nextOffset) {
        dropped = Math.max(dropped, nextOffset);
    }

    /**
     * Everything below that offset has been applied, passed over or rejected.
     *
     * @param publishedMs Kafka's timestamp of the last record
     * @param nowMs the present; a timestamp behind it is not believed
     */
    synchronized void processed(long nextOffset, long publishedMs, long nowMs) {
        moved(nextOffset);
        lastPublishedMs = Math.min(publishedMs, nowMs);
        completeToMs = Math.max(provenToMs, lastPublishedMs);
        newestRecordMs = Math.max(newestRecordMs, lastPublishedMs);
    }

    private void moved(long nextOffset) {
        if (nextOffset > next) {
            next = nextOffset;
            movedNanos = System.nanoTime();
            stalled = false;
        }
        prove();
    }

    /** Where the consumer goes on after it was given this partition again; empty the first time. */
    synchronized OptionalLong resumeAt() {
        return next == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** Offsets below that one cannot be read any more: reading goes on there. */
    synchronized void skipTo(long offset) {
        moved(offset);
    }

    /**
     * The consumer has to go to another place: what has been fetched does not count. Where it is held, it has none yet, and
     * {@link #begin} looks at the topic as it is then.
     */
    synchronized void takeDetour(Detour where) {
        if (detour != Detour.HELD && where.compareTo(detour) > 0) {
            detour = where;
            stuckFor = 0;
        }
    }

    synchronized Detour detour() {
        return detour;
    }

    /**
     * The consumer goes on at {@link #next()}.
     *
     * @return whether it was held until the books were restored
     */
    synchronized boolean reread() {
        boolean wasHeld = held;
        held = false;
        detour = Detour.NONE;
        dropped = UNKNOWN;
        stuckFor = 0;
        return wasHeld;
    }

    /**
     * Whether nothing that was fetched is still on its way here.
     *
     * @param position the next offset that the consumer will fetch
     */
    synchronized boolean isDrained(long position) {
        return Math.max(next, dropped) >= position || hasNotMoved(position);
    }

    /** The partition is read anew from that offset; the topic is what it was for the rebuild. */
    synchronized void restarted(long firstOffset, Uuid ofTopic) {
        start = firstOffset;
        target = firstOffset;
        next = firstOffset;
        end = firstOffset;
        dropped = UNKNOWN;
        detour = Detour.NONE;
        stuckFor = 0;
        topicId = ofTopic;
        restored = Optional.empty();
        movedNanos = System.nanoTime();
        stalled = false;
        provenAtEnd = UNKNOWN;
        // nothing is known of the new log yet; what was true of the old one up to then stays true
    }

    synchronized Uuid topicId() {
        return topicId;
    }

    synchronized void topicIs(Uuid id) {
        topicId = id;
    }

    /**
     * What the consumer says of itself. Offsets that hold no record (transaction markers at the very end) are passed by it
     * without a batch. Looks at which nothing moved and nothing was being applied say that no batch is on its way.
     *
     * @param position the next offset to fetch
     * @param applying whether any batch is being applied
     * @return whether the offsets from {@link #next()} to the position were passed without a batch
     */
    synchronized boolean looked(long position, boolean applying) {
        if (detour != Detour.NONE || position <= next || applying) {
            stuckFor = 0;
            return false;
        }
        return hasNotMoved(position);
    }

    private boolean hasNotMoved(long position) {
        stuckFor = stuckAt == position ? stuckFor + 1 : 1;
        stuckAt = position;
        return stuckFor >= LOOKS_WITHOUT_MOVEMENT;
    }

    /**
     * What the broker says: where the partition ended at a time.
     *
     * @param lastStable the end of what can be read: behind it stand open transactions
     * @param highWatermark the end of everything that was published before that time
     * @param askedMs when it was asked, epoch milliseconds
     */
    synchronized void ends(long lastStable, long highWatermark, long askedMs) {
        if (detour == Detour.RESTART) {
            return;
        }
        if (lastStable <= next || end <= next) {
            // what is new may take its time, however long nothing came before it
            movedNanos = System.nanoTime();
        }
        if (lastStable <= next) {
            stalled = false;
        }
        end = lastStable;
        if (provenAtEnd == UNKNOWN) {
            provenAtEnd = highWatermark;
            provenThenMs = askedMs;
        }
        prove();
    }

    private void prove() {
        if (provenAtEnd != UNKNOWN && next >= provenAtEnd) {
            provenToMs = Math.max(provenToMs, provenThenMs);
            provenAtEnd = UNKNOWN;
            completeToMs = Math.max(provenToMs, lastPublishedMs);
        }
    }

    /**
     * Whether there are records to read and none has been read for so long.
     *
     * @return true once for each time that it comes to a standstill
     */
    synchronized boolean comesToAStandstill(long maxStallNanos) {
        boolean still = start != UNKNOWN && end > next && System.nanoTime() - movedNanos > maxStallNanos;
        boolean begins = still && !stalled;
        stalled = still;
        return begins;
    }

    /**
     * Whether the way past what cannot be read may be looked for now; the caller says when that is over.
     *
     * @param patienceNanos the time that the consumer has to read on after the last rescue; sent to another place again at once,
     *     it would throw away what it has just fetched, and on a slow machine never come to read
     */
    synchronized boolean beginRescue(long patienceNanos) {
        boolean begins = stalled && !rescuing
                && (rescuedNanos.isEmpty() || System.nanoTime() - rescuedNanos.getAsLong() >= patienceNanos);
        rescuing |= begins;
        return begins;
    }

    synchronized void endRescue() {
        rescuing = false;
        rescuedNanos = OptionalLong.of(System.nanoTime());
    }

    synchronized boolean isStalled() {
        return stalled;
    }

    /** How long records have been waiting while none was read, 0 where none waits. */
    synchronized long standstillMs() {
        return stalled ? (System.nanoTime() - movedNanos) / 1_000_000 : 0;
    }

    /**
     * Everything published before this moment is applied: the moment at which the broker was asked for an end that has
     * been reached, or the last record's time if that is later.
     */
    long completeToMs() {
        return completeToMs;
    }

    synchronized long newestRecordMs() {
        return newestRecordMs;
    }

    synchronized boolean isRebuilt() {
        return target != UNKNOWN && next >= target;
    }

    /** The offset from which on nothing stood there before this start. */
    synchronized long newsFrom() {
        return target == UNKNOWN ? Long.MAX_VALUE : target;
    }

    /** Whether a record at that offset stood there before this start. */
    synchronized boolean isOfTheRebuild(long offset) {
        return target == UNKNOWN || offset < target;
    }

    /** Offsets between what has been read and the partition's end; 0 or more. */
    synchronized long lag() {
        return end == UNKNOWN ? 0 : Math.max(0, end - next);
    }

    /** Offsets of the rebuild that are read, of {@link #toRebuild()}. */
    synchronized long rebuilt() {
        return target == UNKNOWN ? 0 : Math.max(0, Math.min(next, target) - start);
    }

    synchronized long toRebuild() {
        return target == UNKNOWN ? 0 : target - start;
    }

    synchronized long end() {
        return end;
    }

    synchronized long next() {
        return next;
    }
}

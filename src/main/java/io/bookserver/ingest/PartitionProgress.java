package io.bookserver.ingest;

import io.bookserver.checkpoint.RestoredPartition;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

/**
 * How far one partition has been read, and up to which time its records are complete.
 *
 * <p>Kafka's own lag counts what the consumer has fetched; this class counts what the books contain.
 *
 * <p><i>Thread-safe: every method takes this object's lock briefly, except {@link #completeToMs()}, which every answer
 * needs. Whoever applies a batch, or moves the consumer's position, holds the {@link #turn()} meanwhile. A partition
 * therefore has one writer, even while one consumer hands it over to another.</i>
 */
final class PartitionProgress {
    private static final long UNKNOWN = -1;
    private static final int LOOKS_WITHOUT_MOVEMENT = 3;

    /** How a batch relates to what was read before it. */
    enum Arrival {
        /** It begins where the last one ended. */
        IN_ORDER,
        /** There is a gap in the offsets before it, with or without lost records. */
        AHEAD,
        /** It begins before the end of the last one: it was read again, or is of another log. */
        BEHIND,
        /** It was fetched before the consumer's position is moved. */
        OUTDATED
    }

    /** Where the consumer's position must be moved to; a later detour replaces an earlier one. */
    enum Detour {
        NONE,
        /** Nowhere yet: the books are being restored, and what is fetched until then is discarded. */
        HELD,
        /** To {@link #next()}, since the fetched records do not continue where the applied ones end. */
        REREAD,
        /** To the beginning of the partition, which is not the one read so far. */
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
    private long newestRecordMs;
    private boolean late;
    private final Standstill standstill = new Standstill();
    private final CompleteTime complete = new CompleteTime();

    PartitionProgress() {
        this(false);
    }

    /** @param held whether nothing may be applied before {@link #begin} */
    PartitionProgress(boolean held) {
        this.held = held;
        detour = held ? Detour.HELD : Detour.NONE;
    }

    /** The lock to hold while applying a batch of this partition. */
    Object turn() {
        return turn;
    }

    /**
     * Reports that the books were restored from a checkpoint. Call it before {@link #begin}.
     *
     * @param nowMs the current time; later timestamps are capped to it
     */
    synchronized void restored(RestoredPartition checkpoint, long nowMs) {
        restored = Optional.of(checkpoint);
        newestRecordMs = Math.min(checkpoint.newestRecordMs(), nowMs);
    }

    /** The restored checkpoint, which knows the records already in the books; call it within the {@link #turn()}. */
    synchronized Optional<RestoredPartition> restored() {
        return restored;
    }

    /**
     * Sets where reading begins, and the end at that time, which is the target of the rebuild. Only the first call
     * counts.
     */
    synchronized void begin(long startOffset, long targetOffset) {
        if (start == UNKNOWN) {
            if (detour == Detour.HELD) {
                // records fetched until now are discarded first
                detour = Detour.REREAD;
            }
            start = startOffset;
            target = Math.max(startOffset, targetOffset);
            end = target;
            next = Math.max(next, startOffset);
            standstill.ends();
            // what the broker said before may be of a topic that was deleted meanwhile
            complete.forgetEnd();
        }
    }

    synchronized boolean hasBegun() {
        return start != UNKNOWN;
    }

    /** How a batch whose first record has this offset relates to what was read. */
    synchronized Arrival arrival(long firstOffset) {
        if (detour != Detour.NONE) {
            return Arrival.OUTDATED;
        }
        if (next == UNKNOWN || firstOffset == next) {
            return Arrival.IN_ORDER;
        }
        return firstOffset > next ? Arrival.AHEAD : Arrival.BEHIND;
    }

    /** Notes that an outdated batch up to that offset was discarded. */
    synchronized void dropped(long nextOffset) {
        dropped = Math.max(dropped, nextOffset);
    }

    /**
     * Notes that everything below that offset has been applied, ignored or rejected.
     *
     * @param publishedMs Kafka's timestamp of the last record
     * @param nowMs the current time; later timestamps are capped to it
     */
    synchronized void processed(long nextOffset, long publishedMs, long nowMs) {
        moved(nextOffset);
        long recordMs = Math.min(publishedMs, nowMs);
        complete.read(recordMs);
        newestRecordMs = Math.max(newestRecordMs, recordMs);
    }

    private void moved(long nextOffset) {
        if (nextOffset > next) {
            next = nextOffset;
            standstill.ends();
        }
        complete.reached(next);
    }

    /** Where the consumer continues after this partition was assigned again; empty the first time. */
    synchronized OptionalLong resumeAt() {
        return next == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** Notes that offsets below that one can no longer be read; reading continues there. */
    synchronized void skipTo(long offset) {
        moved(offset);
    }

    /**
     * Moves the consumer to another position: fetched records are discarded. While reading is held there is no position
     * yet, and {@link #begin} looks at the topic as it is then.
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
     * Notes that the consumer continues at {@link #next()}.
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
     * Whether all fetched records have arrived here.
     *
     * @param position the next offset that the consumer will fetch
     */
    synchronized boolean isDrained(long position) {
        return Math.max(next, dropped) >= position || hasNotMoved(position);
    }

    /** Restarts the partition at that offset, in the topic with that id. */
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
        standstill.ends();
        complete.forgetEnd();
    }

    synchronized Uuid topicId() {
        return topicId;
    }

    synchronized void topicIs(Uuid id) {
        topicId = id;
    }

    /**
     * Notes the consumer's position. A consumer passes offsets without records (transaction markers at the very end)
     * without returning a batch. If several checks find no movement and nothing being applied, no batch is on its way.
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
     * Notes the broker's answer: where the partition ended at a given time. An end of another topic of that name says
     * nothing; it would be waited for in vain.
     *
     * @param ofTopic the topic's id right before the broker was asked; {@link Uuid#ZERO_UUID} if unknown
     * @param lastStable the end of what can be read; open transactions follow it
     * @param highWatermark the end of everything published before that time
     * @param askedMs when the query was sent, epoch milliseconds
     * @param askedNanos the same moment of {@link System#nanoTime()}
     * @param knownNanos when the answer had come
     */
    synchronized void ends(
            Uuid ofTopic, long lastStable, long highWatermark, long askedMs, long askedNanos, long knownNanos) {
        boolean isKnown = !ofTopic.equals(Uuid.ZERO_UUID) && !topicId.equals(Uuid.ZERO_UUID);
        if (detour == Detour.RESTART || isKnown && !ofTopic.equals(topicId)) {
            return;
        }
        if (lastStable <= next || end <= next) {
            // new records may take their time to arrive, however long the partition was quiet before
            standstill.begins();
        }
        if (lastStable <= next) {
            standstill.ends();
        }
        end = lastStable;
        complete.ends(highWatermark, askedMs, askedNanos, knownNanos);
        complete.reached(next);
    }

    /**
     * Whether records are waiting and none has been read for that long.
     *
     * @return true once per standstill
     */
    synchronized boolean comesToAStandstill(long maxStallNanos) {
        return standstill.lasts(start != UNKNOWN && end > next, maxStallNanos);
    }

    /**
     * Whether a way to skip unreadable records may be looked for now; the caller reports the end.
     *
     * @param patienceNanos how long the consumer may read after the last rescue. If its position were moved again at
     *     once, it would discard what it has just fetched, and on a slow machine never get to read
     */
    synchronized boolean beginRescue(long patienceNanos) {
        return standstill.beginRescue(patienceNanos);
    }

    synchronized void endRescue() {
        standstill.endRescue();
    }

    synchronized boolean isStalled() {
        return standstill.isOn();
    }

    /** How long records have been waiting while none was read; 0 if none is waiting. */
    synchronized long standstillMs() {
        return standstill.ms();
    }

    /**
     * Whether records that were published longer ago than permitted have not been applied. Once so, they must be half
     * as old for it to end, so that a server at the limit does not change its mind with every batch.
     */
    synchronized boolean isLate(long maxNanos, long nowNanos) {
        late = complete.behindNanos(nowNanos) > (late ? maxNanos / 2 : maxNanos);
        return late;
    }

    /** How long ago the broker was first asked for an end that has not been reached yet; 0 if there is none. */
    synchronized long behindNanos(long nowNanos) {
        return complete.behindNanos(nowNanos);
    }

    /** The latest time at which a record that is read now can have been published; not later than now. */
    synchronized long publishedByNanos(long offset, long nowNanos) {
        return complete.publishedByNanos(offset, nowNanos);
    }

    /** Everything published before this time is applied, epoch milliseconds. */
    long completeToMs() {
        return complete.toMs();
    }

    synchronized long newestRecordMs() {
        return newestRecordMs;
    }

    synchronized boolean isRebuilt() {
        return target != UNKNOWN && next >= target;
    }

    /** The first offset that was not in the partition at this start. */
    synchronized long newsFrom() {
        return target == UNKNOWN ? Long.MAX_VALUE : target;
    }

    /** Whether a record at that offset was in the partition before this start. */
    synchronized boolean isOfTheRebuild(long offset) {
        return target == UNKNOWN || offset < target;
    }

    /** Offsets between the position and the partition's end; 0 or more. */
    synchronized long lag() {
        return end == UNKNOWN ? 0 : Math.max(0, end - next);
    }

    /** Offsets of the rebuild that have been read, of {@link #toRebuild()}. */
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

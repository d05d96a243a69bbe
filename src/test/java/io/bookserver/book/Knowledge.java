package io.bookserver.book;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a reader of a partition can know about one market's book, determined from the faults that were really made and
 * not from the table: whether the book must be {@code stale}, whether it may be, and whether it may be wrong without
 * any sign.
 *
 * <p>With {@code connection}, the newest subscription with a snapshot counts. A reader can know that a delta of a newer
 * one has no snapshot, that a record was damaged, and that a snapshot is older than an earlier delta that was not
 * applied. The book must then be stale. A reader cannot know
 * <ul>
 * <li>of a lost delta, until the next snapshot;
 * <li>of changes that were sent on no living connection, or only on one that was replaced (rule 9 is about those);
 * <li>that a snapshot is older than a record that was rejected before it: those are not remembered.
 * </ul>
 * Also, a removal that overtakes the preceding addition takes its level below zero, which rule 4 treats as a loss.
 * Everything else (connections that outlive others, duplicates, reordering, clocks) must leave a book that is right and
 * live.
 *
 * <p>Without {@code connection} a reader can know only contradictions of numbers and clock: another sid; a seq that
 * goes back while the clock advances, or advances while the clock is behind the snapshot; a snapshot received before
 * the current one. If a record of another connection or of a differing clock fits by chance, everything is uncertain
 * until the next snapshot that is later than everything before.
 *
 * <p><i>Not thread-safe; confined to one test.</i>
 */
final class Knowledge {
    /** Why a reader cannot know that a book is wrong. */
    enum Ignorance {
        DELTA_LOST,
        SILENCE,
        SNAPSHOT_OVERTAKEN,
        FITS_BY_CHANCE
    }

    private final FaultyFeed.Market market;
    private final boolean connectionsTold;

    private FaultyFeed.Subscription standing;
    private long standingSeq;
    private long standingMs;
    private long highestSeq;
    private long highestSeqMs;
    private long latestMs = Long.MIN_VALUE;
    private boolean mustBeStale;
    private boolean unsure;
    private boolean removalMayHaveComeFirst;
    /** The newest place of a delta that came and was not applied. */
    private FaultyFeed.Subscription unusedFrom;
    private long unusedSeq;
    private final Set<Long> seqsOfStanding = new HashSet<>();
    private final Map<FaultyFeed.Subscription, Long> highestDelivered = new HashMap<>();
    private final Map<FaultyFeed.Subscription, Long> highestLost = new HashMap<>();

    Knowledge(FaultyFeed.Market market, boolean connectionsTold) {
        this.market = market;
        this.connectionsTold = connectionsTold;
    }

    boolean hasSnapshot() {
        return standing != null;
    }

    /** Whether something contradicts the book, so that it must not be live. */
    boolean mustBeStale() {
        return mustBeStale;
    }

    boolean mayBeStale() {
        return mustBeStale || unsure || removalMayHaveComeFirst || lacksLostDelta();
    }

    /** Why the book may be wrong without any sign, if it may. Call it only if no message is in flight. */
    Optional<Ignorance> mayBeWrong() {
        if (unsure) {
            return Optional.of(connectionsTold ? Ignorance.SNAPSHOT_OVERTAKEN : Ignorance.FITS_BY_CHANCE);
        }
        if (lacksLostDelta()) {
            return Optional.of(Ignorance.DELTA_LOST);
        }
        return standing.carriedChanges(market) < market.changes ? Optional.of(Ignorance.SILENCE) : Optional.empty();
    }

    private boolean lacksLostDelta() {
        return highestLost.getOrDefault(standing, Long.MIN_VALUE) > standingSeq;
    }

    void lost(FaultyFeed.Sent sent) {
        if (sent.message().kind() == ProxyMessage.Kind.DELTA) {
            highestLost.merge(sent.from(), sent.seq(), Math::max);
        }
    }

    void delivered(FaultyFeed.Delivery delivery) {
        FaultyFeed.Sent sent = delivery.sent();
        long receivedMs = ReferenceBook.feedTimeMs(delivery.record());
        if (sent.message().isGap()) {
            OptionalLong sid = sent.message().sid();
            boolean concerned = standing != null && standing.connection == sent.from().connection
                    && (sid.isEmpty() || sid.getAsLong() == standing.sid);
            mustBeStale |= concerned;
            return;
        }
        if (sent.message().isRefused()) {
            mustBeStale = standing != null;
        } else if (sent.message().kind() == ProxyMessage.Kind.SNAPSHOT) {
            snapshot(sent, receivedMs);
        } else if (connectionsTold) {
            deltaOfAKnownConnection(sent);
        } else {
            deltaOfWhateverConnection(sent, receivedMs);
        }
        latestMs = Math.max(latestMs, receivedMs);
        if (sent.message().kind() != ProxyMessage.Kind.SNAPSHOT) {
            highestDelivered.merge(sent.from(), sent.seq(), Math::max);
        }
    }

    private void snapshot(FaultyFeed.Sent sent, long receivedMs) {
        boolean newest = sent.seq() > highestDelivered.getOrDefault(sent.from(), 0L);
        if (connectionsTold) {
            int order = standing == null ? 1 : sent.from().compareTo(standing);
            if (order > 0 || order == 0 && sent.seq() > highestSeq) {
                standOn(sent, receivedMs, newest);
                mustBeStale = isOlderThanUnused(sent);
            }
        } else if (standing == null || receivedMs > latestMs) {
            standOn(sent, receivedMs, newest && receivedMs > latestMs);
        } else if (isRepeatOrLate(sent, receivedMs)) {
            return;
        } else if (receivedMs < standingMs && !unsure) {
            mustBeStale = true;
        } else {
            mustBeStale = false;
            unsure = true;
        }
    }

    private boolean isRepeatOrLate(FaultyFeed.Sent sent, long receivedMs) {
        return !unsure && sent.from() == standing && sent.seq() >= standingSeq && sent.seq() <= highestSeq
                && receivedMs >= standingMs && receivedMs <= highestSeqMs
                && (sent.seq() > standingSeq || receivedMs == standingMs);
    }

    private void standOn(FaultyFeed.Sent sent, long receivedMs, boolean sure) {
        standing = sent.from();
        standingSeq = sent.seq();
        standingMs = receivedMs;
        highestSeq = sent.seq();
        highestSeqMs = receivedMs;
        mustBeStale = false;
        unsure = !sure;
        removalMayHaveComeFirst = false;
        seqsOfStanding.clear();
    }

    private void deltaOfAKnownConnection(FaultyFeed.Sent sent) {
        if (standing == null || sent.from().compareTo(standing) > 0) {
            mustBeStale = standing != null;
            unused(sent);
        } else if (sent.from() == standing) {
            deltaOfTheOneStoodOn(sent, 0);
        }
    }

    private void deltaOfTheOneStoodOn(FaultyFeed.Sent sent, long receivedMs) {
        boolean isNew = seqsOfStanding.add(sent.seq());
        if (sent.seq() > highestSeq) {
            highestSeq = sent.seq();
            highestSeqMs = receivedMs;
        } else if (isNew && sent.seq() > standingSeq && sent.message().deltaHundredths() > 0) {
            removalMayHaveComeFirst = true;
        }
    }

    private void unused(FaultyFeed.Sent sent) {
        if (unusedFrom == null || sent.from().compareTo(unusedFrom) > 0) {
            unusedFrom = sent.from();
            unusedSeq = sent.seq();
        } else if (sent.from() == unusedFrom) {
            unusedSeq = Math.max(unusedSeq, sent.seq());
        }
    }

    private boolean isOlderThanUnused(FaultyFeed.Sent snapshot) {
        if (unusedFrom == null) {
            return false;
        }
        int order = unusedFrom.compareTo(snapshot.from());
        return order > 0 || order == 0 && unusedSeq > snapshot.seq();
    }

    private void deltaOfWhateverConnection(FaultyFeed.Sent sent, long receivedMs) {
        if (standing == null || unsure) {
            return;
        }
        boolean sameNumbers = sent.from().sid == standing.sid;
        boolean backWhileTheClockGoesOn = sent.seq() <= standingSeq && receivedMs > standingMs
                || sent.seq() > standingSeq && sent.seq() <= highestSeq && receivedMs > highestSeqMs;
        boolean onWhileTheClockIsBehind = sent.seq() > standingSeq && receivedMs < standingMs;
        if (!sameNumbers || backWhileTheClockGoesOn || onWhileTheClockIsBehind) {
            mustBeStale = true;
        } else if (sent.from() != standing && sent.seq() > standingSeq) {
            unsure = true;
        } else if (sent.from() == standing) {
            deltaOfTheOneStoodOn(sent, receivedMs);
        }
    }
}

package io.bookserver.book;

import java.util.Optional;

/**
 * The result of applying one update. The rules are the numbered rules of docs/architecture.md.
 *
 * <p><i>Immutable.</i>
 */
public enum ApplyOutcome {
    /** The market changed as the update says. */
    APPLIED("applied", Effect.APPLIED),
    /** A delta that arrives after later ones and is applied now: deltas commute (rule 2). */
    APPLIED_LATE("applied_late", Effect.APPLIED),
    /** Applied, but it took a level below zero or removed one that was not there: the book is stale (rule 4). */
    LEVEL_BELOW_ZERO("level_below_zero", Effect.APPLIED),
    /**
     * Applied, but the market has records in several partitions, so their order is unknown: the book is stale (rule 8).
     */
    SPREAD_OVER_PARTITIONS("spread_over_partitions", Effect.APPLIED),
    /** A snapshot older than a delta that could not be applied when it came: it is shown as stale (rule 2). */
    OVERTAKEN_SNAPSHOT("overtaken_snapshot", Effect.APPLIED),
    /** A snapshot of a connection that is down: it is shown as stale (rule 9). */
    FEED_DOWN("feed_down", Effect.APPLIED),
    /** Ignored: its offset is not above the last one applied from its partition (rule 2). */
    REPEATED_OFFSET("repeated_offset", Effect.PASSED_OVER),
    /** Ignored: a duplicate of what the book already contains (rule 2). */
    REPEATED_SEQUENCE("repeated_sequence", Effect.PASSED_OVER),
    /** Ignored: a snapshot that is older than deltas already applied (rule 2). */
    LATE_SNAPSHOT("late_snapshot", Effect.PASSED_OVER),
    /** Ignored: it is of a connection or subscription that the book's snapshot has superseded (rule 2). */
    SUPERSEDED("superseded", Effect.PASSED_OVER),
    /** Ignored: it belongs to a snapshot that was never seen, so the book is stale (rule 2). */
    UNKNOWN_SUBSCRIPTION("unknown_subscription", Effect.STALE),
    /** Ignored: neither a duplicate nor a possible successor, so the book is stale (rule 2). */
    CONTRADICTION("contradiction", Effect.STALE),
    /** Ignored: the market has had no snapshot (rule 3). */
    AWAITING_SNAPSHOT("awaiting_snapshot", Effect.PASSED_OVER),
    /** Nothing to apply: the record was rejected, so the book is stale. */
    UPDATE_LOST("update_lost", Effect.STALE);

    private enum Effect {
        APPLIED,
        PASSED_OVER,
        STALE
    }

    private final String wireName;
    private final Effect effect;
    private final Optional<ApplyOutcome> present = Optional.of(this);

    ApplyOutcome(String wireName, Effect effect) {
        this.wireName = wireName;
        this.effect = effect;
    }

    /** The name used in metric tags. */
    public String wireName() {
        return wireName;
    }

    /** This outcome as an optional; always the same object. */
    Optional<ApplyOutcome> present() {
        return present;
    }

    public boolean isApplied() {
        return effect == Effect.APPLIED;
    }

    /** Whether this is a delta that was ignored although the book lacks it, or that may have been. */
    boolean isUnused() {
        return this == UNKNOWN_SUBSCRIPTION || this == CONTRADICTION || this == AWAITING_SNAPSHOT
                || this == SPREAD_OVER_PARTITIONS;
    }

    /** Whether the record was ignored and shows that something is missing. */
    boolean makesStale() {
        return effect == Effect.STALE;
    }
}

package io.bookserver.book;

import java.util.Optional;

/**
 * What became of one update. The rules are those of the contract's section 2.
 *
 * <p><i>Immutable.</i>
 */
public enum ApplyOutcome {
    /** The market changed as the update says. */
    APPLIED("applied", Effect.APPLIED),
    /** A delta that was overtaken by later ones and is applied now: deltas commute (rule 2). */
    APPLIED_LATE("applied_late", Effect.APPLIED),
    /** Applied, but it took a level below zero or removed one that was not there: the book is stale (rule 4). */
    LEVEL_BELOW_ZERO("level_below_zero", Effect.APPLIED),
    /** The market has records in several partitions, and this one cannot be trusted: the book is stale (rule 8). */
    SPREAD_OVER_PARTITIONS("spread_over_partitions", Effect.APPLIED),
    /** A snapshot that a delta has overtaken which could not be applied then: it is shown, and stale (rule 2). */
    OVERTAKEN_SNAPSHOT("overtaken_snapshot", Effect.APPLIED),
    /** A snapshot by a connection of which nothing is heard any more: it is shown, and stale (rule 9). */
    FEED_DOWN("feed_down", Effect.APPLIED),
    /** Passed over: its offset is not above the last one applied from its partition (rule 2). */
    REPEATED_OFFSET("repeated_offset", Effect.PASSED_OVER),
    /** Passed over: the book has it already (rule 2). */
    REPEATED_SEQUENCE("repeated_sequence", Effect.PASSED_OVER),
    /** Passed over: a snapshot that later deltas have overtaken (rule 2). */
    LATE_SNAPSHOT("late_snapshot", Effect.PASSED_OVER),
    /** Passed over: it came by a connection or subscription that the book's snapshot has replaced (rule 2). */
    SUPERSEDED("superseded", Effect.PASSED_OVER),
    /** Passed over: it belongs to a snapshot that was never seen, so the book is stale (rule 2). */
    UNKNOWN_SUBSCRIPTION("unknown_subscription", Effect.STALE),
    /** Passed over: neither a repetition nor what follows, so the book is stale (rule 2). */
    CONTRADICTION("contradiction", Effect.STALE),
    /** Passed over: the market has had no snapshot (rule 3). */
    AWAITING_SNAPSHOT("awaiting_snapshot", Effect.PASSED_OVER),
    /** Nothing to apply: the record was refused, so the book is stale. */
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

    /** This one, where there may be none; always the same object. */
    Optional<ApplyOutcome> present() {
        return present;
    }

    public boolean isApplied() {
        return effect == Effect.APPLIED;
    }

    /** Whether a delta was passed over that the book lacks. */
    boolean isUnused() {
        return this == UNKNOWN_SUBSCRIPTION || this == CONTRADICTION || this == AWAITING_SNAPSHOT;
    }

    /** Whether the record was passed over and says that something is missing. */
    boolean makesStale() {
        return effect == Effect.STALE;
    }
}

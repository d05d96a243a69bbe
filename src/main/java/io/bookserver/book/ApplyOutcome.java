package io.bookserver.book;

/**
 * What became of one update. The rules are those of the contract's section 2.
 *
 * <p><i>Immutable.</i>
 */
public enum ApplyOutcome {
    /** The market changed as the update says. */
    APPLIED("applied", true),
    /** Applied, but it took a level below zero or removed one that was not there: the book is stale (rule 4). */
    LEVEL_BELOW_ZERO("level_below_zero", true),
    /** The record came from another partition than the market's last one: the book is stale (rule 8). */
    SPREAD_OVER_PARTITIONS("spread_over_partitions", true),
    /** Passed over: its offset is not above the last one applied from its partition (rule 2). */
    REPEATED_OFFSET("repeated_offset", false),
    /** Passed over: its seq is not above the last one applied of its sid (rule 2). */
    REPEATED_SEQUENCE("repeated_sequence", false),
    /** Passed over: it belongs to a subscription whose snapshot was never seen, so the book is stale (rule 2). */
    UNKNOWN_SUBSCRIPTION("unknown_subscription", false),
    /** Passed over: the market has had no snapshot (rule 3). */
    AWAITING_SNAPSHOT("awaiting_snapshot", false),
    /** Nothing to apply: the record was malformed, so the book is stale. */
    UPDATE_LOST("update_lost", false);

    private final String wireName;
    private final boolean applied;

    ApplyOutcome(String wireName, boolean applied) {
        this.wireName = wireName;
        this.applied = applied;
    }

    /** The name used in metric tags. */
    public String wireName() {
        return wireName;
    }

    public boolean isApplied() {
        return applied;
    }
}

package io.bookserver.book;

/**
 * Why a record cannot make a book live, whatever it says.
 *
 * <p><i>Immutable.</i>
 */
enum Doubt {
    NONE,
    /** The market has records in several partitions, so their order is not known (rule 8). */
    SPREAD,
    /** The connection of the snapshot is down (rule 9). */
    FEED_DOWN,
    /** A later delta came before this snapshot and could not be applied (rule 2). */
    OVERTAKEN;

    /** That state, or stale instead of live. */
    BookState of(BookState state) {
        return this == NONE ? state : BookState.STALE;
    }

    ApplyOutcome of(ApplyOutcome outcome) {
        switch (this) {
            case SPREAD:
                return ApplyOutcome.SPREAD_OVER_PARTITIONS;
            case FEED_DOWN:
                return ApplyOutcome.FEED_DOWN;
            case OVERTAKEN:
                return ApplyOutcome.OVERTAKEN_SNAPSHOT;
            default:
                return outcome;
        }
    }
}

package io.bookserver.book;

/**
 * Why a record cannot make a book live, whatever it says.
 *
 * <p><i>Immutable.</i>
 */
enum Doubt {
    NONE(ApplyOutcome.APPLIED),
    /** The market has records in several partitions, so their order is not known (rule 8). */
    SPREAD(ApplyOutcome.SPREAD_OVER_PARTITIONS),
    /** The connection of the snapshot is down (rule 9). */
    FEED_DOWN(ApplyOutcome.FEED_DOWN),
    /** A later delta came before this snapshot and could not be applied (rule 2). */
    OVERTAKEN(ApplyOutcome.OVERTAKEN_SNAPSHOT),
    /** Nothing is missing, but this server is too far behind the end of the partition (rule 9). */
    LATE(ApplyOutcome.APPLIED);

    private final ApplyOutcome outcome;

    Doubt(ApplyOutcome outcome) {
        this.outcome = outcome;
    }

    /** Whether the book lacks something, whatever the record says. */
    boolean isOfALoss() {
        return this != NONE && this != LATE;
    }

    /** That state, or stale or late instead of live. */
    BookState of(BookState state) {
        if (isOfALoss()) {
            return BookState.STALE;
        }
        return this == LATE && state.isWhole() ? BookState.LATE : state;
    }

    /** That outcome, or the one that the doubt makes of it. */
    ApplyOutcome of(ApplyOutcome withoutDoubt) {
        return isOfALoss() ? outcome : withoutDoubt;
    }
}

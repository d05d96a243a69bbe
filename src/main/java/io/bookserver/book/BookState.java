package io.bookserver.book;

/**
 * How far a market's book can be trusted.
 *
 * <p><i>Immutable.</i>
 */
public enum BookState {
    /** No snapshot has been seen: there is no book to show (rule 3). */
    AWAITING_SNAPSHOT("awaiting_snapshot"),
    /** A snapshot and every change since then, as far as the records show. */
    LIVE("live"),
    /** Something is known to be missing. Later changes are applied; only a snapshot makes the book live. */
    STALE("stale");

    private final String wireName;

    BookState(String wireName) {
        this.wireName = wireName;
    }

    /** The name used in JSON and in metric tags. */
    public String wireName() {
        return wireName;
    }
}

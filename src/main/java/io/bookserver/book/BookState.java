package io.bookserver.book;

import java.util.List;

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
    STALE("stale"),
    /**
     * Live as far as the records were read, but this server is too far behind the end of the partition (rule 9).
     * Readers see it as stale, until the server has caught up.
     */
    LATE("stale");

    /** The states that readers see. */
    public static final List<BookState> SHOWN = List.of(AWAITING_SNAPSHOT, LIVE, STALE);

    private final String wireName;

    BookState(String wireName) {
        this.wireName = wireName;
    }

    /** The name used in JSON and in metric tags. */
    public String wireName() {
        return wireName;
    }

    /** Whether nothing is missing of what was read. */
    public boolean isWhole() {
        return this == LIVE || this == LATE;
    }

    /** The state that readers see. */
    BookState shown() {
        return this == LATE ? STALE : this;
    }
}

package io.bookserver.feed.exchange;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** The books of this server, as an audit sees them. */
interface AuditedBooks {
    /** Starts to record all states of these books. */
    void watch(Collection<String> tickers);

    /**
     * Stops recording.
     *
     * @return the recorded states of each book; without books that were not live all the time
     */
    Map<String, Set<BookLevels>> end();
}

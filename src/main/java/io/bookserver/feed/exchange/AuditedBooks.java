package io.bookserver.feed.exchange;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** The books that this server shows, as an audit looks at them. */
interface AuditedBooks {
    /** Begins to note all states of these books; of those that are shown as right. */
    void watch(Collection<String> tickers);

    /**
     * Ends it.
     *
     * @return the states that each book had meanwhile; a book that was not shown as right all the time is left out
     */
    Map<String, Set<BookLevels>> end();
}

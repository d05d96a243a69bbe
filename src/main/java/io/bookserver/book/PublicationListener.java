package io.bookserver.book;

/**
 * Hears of every publication, on the thread that made it, right after readers can see it. It must not block and must
 * not throw. Publications of one market that come from two threads at once may be heard out of order; their versions
 * tell.
 */
@FunctionalInterface
public interface PublicationListener {
    /**
     * One market went from one snapshot to the next.
     *
     * @param before the snapshot that was replaced
     * @param after the snapshot that stands now; its version is one more
     */
    void published(MarketSnapshot before, MarketSnapshot after);
}

package io.bookserver.book;

/**
 * Is notified of every publication, on the thread that made it, right after readers can see it. It must not block and
 * must not throw. If two threads publish the same market at once, the notifications may arrive out of order; the
 * versions show the order.
 */
@FunctionalInterface
public interface PublicationListener {
    /**
     * One market changed from one snapshot to the next.
     *
     * @param before the snapshot that was replaced
     * @param after the current snapshot; its version is higher by one
     */
    void published(MarketSnapshot before, MarketSnapshot after);
}

package io.bookserver.kalshi;

/**
 * Is notified of every message of the exchange that is passed on unchanged, on the thread that read it, after it was
 * applied to the books. It must not block and must not throw. It gets the messages of one partition in order, each
 * once.
 */
public interface RelayListener {
    /**
     * A message was read.
     *
     * @param isNews false for a message that was in the topic before this start: it is not sent to anyone
     */
    void heard(RelayedMessage message, boolean isNews);
}

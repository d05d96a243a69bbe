package io.bookserver.kalshi;

/**
 * Hears of every message of the exchange that is passed on as it came, on the thread that read it, after the books know
 * what it says. It must not block and must not throw. Messages of one partition are heard in their order, each once.
 */
public interface RelayListener {
    /**
     * A message was read.
     *
     * @param isNews false for one that stood in the topic before this start: nobody is told of it
     */
    void heard(RelayedMessage message, boolean isNews);
}

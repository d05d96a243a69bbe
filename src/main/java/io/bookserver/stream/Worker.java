package io.bookserver.stream;

/**
 * Somebody whose work on an event loop goes on in turns.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
@FunctionalInterface
interface Worker {
    /** Works until the turn is over; one that is not done then asks for another by {@link Shard#later}. */
    void proceed(Turn turn);
}

package io.bookserver.stream;

/**
 * Something whose work on an event loop is done in turns.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
@FunctionalInterface
interface Worker {
    /** Works until the turn is over. If it is not done then, it requests another turn by {@link Shard#later}. */
    void proceed(Turn turn);
}

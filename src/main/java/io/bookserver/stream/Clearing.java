package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;

/**
 * Removes the remaining subscriptions of a closed connection.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
final class Clearing implements Worker {
    private final Shard shard;
    private final Work work;

    Clearing(Shard shard, Work work) {
        this.shard = shard;
        this.work = work;
    }

    /** Does what fits into one turn, and the rest in later turns. */
    void begin() {
        proceed(Turn.of(Turns.ONE_NANOS));
    }

    @Override
    public void proceed(Turn turn) {
        try {
            if (!work.advance(turn)) {
                shard.later(this);
            }
        } catch (CommandException e) {
            throw new IllegalStateException("removing subscriptions must not fail as a command", e);
        }
    }
}

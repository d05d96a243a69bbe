package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;

/**
 * What is left to be forgotten of a connection that is gone.
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

    /** Does what a turn allows, and the rest in those to come. */
    void begin() {
        proceed(Turn.of(Shard.ONE_TURN_NANOS));
    }

    @Override
    public void proceed(Turn turn) {
        try {
            if (!work.advance(turn)) {
                shard.later(this);
            }
        } catch (CommandException e) {
            throw new IllegalStateException("forgetting answers no command", e);
        }
    }
}

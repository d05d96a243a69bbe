package io.bookserver.stream;

import java.util.concurrent.TimeUnit;

/** Waits for the event loops of a fan-out. <i>Thread-safe.</i> */
final class Loops {
    private static final long DEADLINE_SECONDS = 20;

    private Loops() {}

    /** Returns when everything that was published before has been written or waits for its client. */
    static void settle(FanOut fanOut) {
        for (Shard shard : fanOut.shards()) {
            do {
                on(shard, () -> { });
            } while (shard.queued() > 0);
            // what remained to be flushed after a loop's last batch
            on(shard, () -> { });
        }
    }

    /** Whether no event loop has a connection left. */
    static boolean areEmpty(FanOut fanOut) {
        boolean[] empty = {true};
        for (Shard shard : fanOut.shards()) {
            on(shard, () -> empty[0] &= shard.isEmpty());
        }
        return empty[0];
    }

    static void on(Shard shard, Runnable action) {
        try {
            shard.loop().submit(action).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("an event loop does not answer", e);
        }
    }
}

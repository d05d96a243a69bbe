package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.CommandReader;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * One connection. It executes its commands one after the other, each in as many turns as necessary. While the client
 * does not take what it was sent, the server does not read from it either (backpressure). Nothing of it remains when it
 * ends.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Session implements Worker {
    private static final int INTERNAL_ERROR = 1011;

    private final Wire wire;
    private final FanOut fanOut;
    private final Shard shard;
    private final boolean legacy;
    private final Subscriptions subscriptions;
    private final CommandBudget budget;
    private final Outbox outbox;
    private final Liveness liveness;
    private final long openedMs;
    private ScheduledFuture<?> nextSecond;
    private Work running = Work.NOTHING;
    private boolean failed;
    private boolean ended;

    /** @param legacy whether messages also have the fields in whole cents and contracts */
    Session(Wire wire, FanOut fanOut, StreamConfig config, boolean legacy) {
        this.legacy = legacy;
        this.wire = wire;
        this.fanOut = fanOut;
        this.shard = fanOut.shard(wire.loop());
        this.openedMs = shard.registry().nowMs();
        this.subscriptions = new Subscriptions(
                this, config.maxMarketsPerConnection(), config.maxUnknownMarketsPerConnection());
        this.outbox = new Outbox(this, wire, shard, config.maxWaitingMessageSize().asLongValue());
        this.budget = new CommandBudget(config.maxCommandsPerSecond(), config.maxCommandBurst(),
                config.maxCommandBytesPerSecond().asLongValue(), System::nanoTime);
        wire.open(this, bytes(config.writeBufferSize().asLongValue()), bytes(config.socketBufferSize().asLongValue()),
                config.closeGrace());
        this.liveness = new Liveness(this, wire, shard, config);
        shard.sessions().add(this);
        fanOut.enter();
        received();
    }

    private static int bytes(long configured) {
        return (int) Math.min(Integer.MAX_VALUE, configured);
    }

    boolean isLegacy() {
        return legacy;
    }

    Shard shard() {
        return shard;
    }

    FanOut fanOut() {
        return fanOut;
    }

    Wire wire() {
        return wire;
    }

    Outbox outbox() {
        return outbox;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** To be called when the client has sent something. */
    void received() {
        shard.serve(this);
    }

    /** Continues the running command, then the next ones. */
    @Override
    public void proceed(Turn turn) {
        try {
            while (!ended && outbox.isWritableByReplies() && !turn.isOver() && goOn(turn)) {
                // each call does one thing
            }
            outbox.sendWaiting();
            shard.flushLater(this);
            if (!ended) {
                readOn();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Does one thing; false if there is nothing to do, or if the turn is over. */
    private boolean goOn(Turn turn) {
        if (running == Work.NOTHING) {
            return budget.isOpen() && wire.handleNext(turn);
        }
        try {
            if (!running.advance(turn)) {
                return false;
            }
        } catch (CommandException e) {
            outbox.reply(StreamJson.error(e.id(), e.error()));
        }
        running = Work.NOTHING;
        return true;
    }

    private void readOn() {
        boolean toDo = running != Work.NOTHING || wire.hasFrames();
        wire.read(!toDo && outbox.isWritableByReplies() && budget.isOpen());
        if (running == Work.NOTHING && !budget.isOpen()) {
            if (nextSecond == null) {
                nextSecond = shard.loop().schedule(() -> {
                    nextSecond = null;
                    received();
                }, budget.nanosLeft(), TimeUnit.NANOSECONDS);
            }
        } else if (toDo && outbox.isWritableByReplies()) {
            shard.later(this);
        }
    }

    /** Counts a frame; false if too many have come in this second. */
    boolean count(int frameBytes) {
        return budget.take(frameBytes);
    }

    /** Counts further bytes of work for frames that were already counted. */
    void countMore(long bytes) {
        budget.takeMore(bytes);
    }

    /** Begins a command. It is always answered by a reply. */
    void command(String text, boolean withinBudget) {
        liveness.commandCame();
        CommandReader reader = new CommandReader(text);
        running = Work.inOrder(turn -> reader.advance(turn::isOver), Work.deferred(() -> {
            var command = reader.command();
            if (!withinBudget) {
                throw new CommandException(command.id(), ErrorCode.TOO_MANY_REQUESTS);
            }
            return subscriptions.work(command);
        }));
    }

    /** Handles a binary message: none of the exchange's commands is one. */
    void binary(boolean withinBudget) {
        outbox.reply(StreamJson.error(0, withinBudget ? ErrorCode.UNABLE_TO_PROCESS : ErrorCode.TOO_MANY_REQUESTS));
    }

    void pong() {
        liveness.pongCame();
    }

    /** Ends a subscription that cannot be conflated, since its client is too slow; the connection remains open. */
    void overflow(Subscription subscription) {
        if (subscription.isOver()) {
            return;
        }
        subscriptions.drop(subscription);
        shard.metrics().overflowed(subscription.kind());
        outbox.tellOverflow(subscription.sid());
    }

    /** Ends all relayed subscriptions: messages of unknown recipients were lost. */
    void overflowAll() {
        for (ChannelKind kind : ChannelKind.values()) {
            if (kind.isRelayed()) {
                subscriptions.ofKind(kind).ifPresent(this::overflow);
            }
        }
    }

    /** Sends what waits, as far as the socket accepts it, and flushes. */
    void flush() {
        if (ended) {
            return;
        }
        try {
            outbox.sendWaiting();
        } catch (Throwable e) {
            fail(e);
        }
        wire.flush();
        liveness.watchReading();
    }

    void writabilityChanged() {
        liveness.watchReading();
        if (wire.isWritable() && !ended) {
            // not from within the write that made room
            shard.later(this);
        }
    }

    /** Tells the client the reason, and ends the connection. */
    void close(int code, String reason, String metric) {
        if (!ended) {
            end(metric);
            wire.close(code, reason);
        }
    }

    /**
     * Ends the connection after a message could not be built or written, most likely for lack of memory. The client may
     * be missing it, so it has to reconnect. The close is scheduled, so that it does not disturb the current iteration.
     */
    void fail(Throwable cause) {
        if (ended || failed) {
            return;
        }
        failed = true;
        shard.failed(cause);
        shard.loop().execute(() -> close(INTERNAL_ERROR, "internal error", "error"));
    }

    /** Removes the connection from everything that refers to it. Only the first call has an effect. */
    void end(String metric) {
        if (ended) {
            return;
        }
        ended = true;
        liveness.end();
        if (nextSecond != null) {
            nextSecond.cancel(false);
        }
        running = Work.NOTHING;
        outbox.end();
        subscriptions.endAll();
        shard.forget(this);
        fanOut.leave();
        shard.metrics().closed(metric);
    }

    boolean isEnded() {
        return ended;
    }

    /** When the connection was opened. */
    long openedMs() {
        return openedMs;
    }

    /** While the socket accepts no more: the last time at which it is known to have taken a byte. Else empty. */
    OptionalLong notReadingSinceMs() {
        return liveness.notReadingSinceMs();
    }
}

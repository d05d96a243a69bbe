package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.CommandReader;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One connection. It executes its commands one after the other, each in as many turns as necessary. It writes only
 * while the socket accepts bytes; everything else waits, as one entry per market. Nothing of it remains when it ends.
 * While the client does not take what it was sent, the server does not read from it either (backpressure).
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
    private final Set<Interest> waiting = new LinkedHashSet<>();
    private final RelayBacklog backlog;
    /** Subscriptions that ended for slowness during a long reply, of which the client has yet to be told. */
    private final List<Long> overflowed = new ArrayList<>(0);
    private final Liveness liveness;
    private final long openedMs;
    private ScheduledFuture<?> nextSecond;
    private Work running = Work.NOTHING;
    private long messages;
    private long conflated;
    private boolean midMessage;
    private boolean failed;
    private boolean ended;

    /** @param legacy whether messages also have the fields in whole cents and contracts */
    Session(Wire wire, FanOut fanOut, StreamConfig config, boolean legacy) {
        this.legacy = legacy;
        this.wire = wire;
        this.fanOut = fanOut;
        this.shard = fanOut.shard(wire.loop());
        this.openedMs = shard.registry().nowMs();
        this.subscriptions = new Subscriptions(this, config.maxMarketsPerConnection());
        this.backlog = new RelayBacklog(config.maxWaitingMessageSize().asLongValue());
        this.budget = new CommandBudget(
                config.maxCommandsPerSecond(), config.maxCommandBytesPerSecond().asLongValue(), System::nanoTime);
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
            while (!ended && isWritableByReplies() && !turn.isOver() && goOn(turn)) {
                // each call does one thing
            }
            sendWaiting();
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
            reply(StreamJson.error(e.id(), e.error()));
        }
        running = Work.NOTHING;
        return true;
    }

    private void readOn() {
        boolean toDo = running != Work.NOTHING || wire.hasFrames();
        wire.read(!toDo && isWritableByReplies() && budget.isOpen());
        if (running == Work.NOTHING && !budget.isOpen()) {
            if (nextSecond == null) {
                nextSecond = shard.loop().schedule(() -> {
                    nextSecond = null;
                    received();
                }, budget.nanosLeft(), TimeUnit.NANOSECONDS);
            }
        } else if (toDo && isWritableByReplies()) {
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
        reply(StreamJson.error(0, withinBudget ? ErrorCode.UNABLE_TO_PROCESS : ErrorCode.TOO_MANY_REQUESTS));
    }

    void pong() {
        liveness.pongCame();
    }

    /** Writes a reply at once: a reply precedes the data that it announces. */
    void reply(byte[] text) {
        writeText(Frames.begin(Frames.TEXT, text.length, allocator()).writeBytes(text));
    }

    /**
     * Writes a part of a reply that is too long for one frame. No other message is written until its last part.
     *
     * @param head of its frame, which tells whether it is the first, a middle or the last one
     */
    void replyPart(int head, byte[] text) {
        writeText(Frames.begin(head, text.length, allocator()).writeBytes(text));
        midMessage = head == Frames.TEXT_BEGINS || head == Frames.TEXT_GOES_ON;
        if (!midMessage) {
            tellOverflows();
        }
    }

    /**
     * Passes a message on, now or when the client reads.
     *
     * @return false if too much waits: the subscription cannot continue without a gap
     */
    boolean relay(Subscription subscription, Relay relay) {
        if (subscription.isOver()) {
            return true;
        }
        if (!backlog.isEmpty() || !isWritable()) {
            // perhaps only what this batch has written so far is in the way
            wire.flush();
            writeBacklog();
        }
        if (isWritable()) {
            subscription.write(relay);
            return true;
        }
        return backlog.add(subscription, relay);
    }

    private void writeBacklog() {
        while (isWritable() && !backlog.isEmpty()) {
            backlog.writeNext();
        }
    }

    /** Ends a subscription that cannot be conflated, since its client is too slow; the connection remains open. */
    void overflow(Subscription subscription) {
        if (subscription.isOver()) {
            return;
        }
        subscriptions.drop(subscription);
        shard.metrics().overflowed(subscription.kind());
        overflowed.add(subscription.sid());
        if (!midMessage) {
            tellOverflows();
        }
    }

    /** Ends all relayed subscriptions: messages of unknown recipients were lost. */
    void overflowAll() {
        for (ChannelKind kind : ChannelKind.values()) {
            if (kind.isRelayed()) {
                subscriptions.ofKind(kind).ifPresent(this::overflow);
            }
        }
    }

    /**
     * Written even if the socket takes no more: it is one line per subscription, and the client would otherwise wait.
     */
    private void tellOverflows() {
        overflowed.forEach(sid -> reply(StreamJson.subscriptionError(sid, ErrorCode.BUFFER_OVERFLOW)));
        overflowed.clear();
    }

    /** Tells the client, before its connection is closed, that it is too slow: not within a long reply. */
    void replyTooSlow() {
        if (!midMessage) {
            reply(StreamJson.error(0, ErrorCode.BUFFER_OVERFLOW));
        }
    }

    /** Lets a market's newest state be sent when the socket accepts it. */
    void await(Interest interest) {
        waiting.add(interest);
        if (isWritable()) {
            shard.flushLater(this);
        }
    }

    void forget(Interest interest) {
        waiting.remove(interest);
    }

    /** Drops the waiting messages of a subscription that ends. */
    void forget(Subscription subscription) {
        backlog.drop(subscription);
    }

    /** Whether data may be written. */
    boolean isWritable() {
        return !midMessage && wire.isWritable();
    }

    /** Whether the current reply may continue, or the next command begin. */
    boolean isWritableByReplies() {
        return wire.isWritable();
    }

    ByteBufAllocator allocator() {
        return wire.allocator();
    }

    /** Writes one text frame, which is flushed with the batch. */
    void writeText(ByteBuf frame) {
        if (ended) {
            frame.release();
            return;
        }
        if (!midMessage) {
            messages++;
        }
        wire.write(frame);
        shard.flushLater(this);
    }

    /** Counts messages that are not sent because a later one replaces them. */
    void conflated(int more) {
        conflated += more;
        shard.metrics().conflated(more);
    }

    /** Sends what waits, as far as the socket accepts it, and flushes. */
    void flush() {
        if (ended) {
            return;
        }
        try {
            sendWaiting();
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
        waiting.clear();
        backlog.clear();
        subscriptions.endAll();
        shard.forget(this);
        fanOut.leave();
        shard.metrics().closed(metric);
    }

    boolean isEnded() {
        return ended;
    }

    /** Sends what waits, as far as the socket accepts it. */
    private void sendWaiting() {
        writeBacklog();
        while (!ended && isWritable() && !waiting.isEmpty()) {
            Interest interest = waiting.iterator().next();
            interest.resume();
            waiting.remove(interest);
        }
    }

    /** The bytes that were written and not yet taken by the socket, and those of the relayed messages that wait. */
    long unsentBytes() {
        return wire.unsentBytes() + backlog.bytes();
    }

    /** When the connection was opened. */
    long openedMs() {
        return openedMs;
    }

    /** The number of messages written, data and replies. */
    long messages() {
        return messages;
    }

    /** The number of messages not sent because a later one of their market replaced them. */
    long conflated() {
        return conflated;
    }

    /** The number of messages that wait until the client reads, one per market and subscription. */
    int waitingMarkets() {
        return waiting.size();
    }

    /** While the socket accepts no more: the last time at which it is known to have taken a byte. Else empty. */
    OptionalLong notReadingSinceMs() {
        return liveness.notReadingSinceMs();
    }
}

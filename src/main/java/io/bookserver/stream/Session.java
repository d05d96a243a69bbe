package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.CommandReader;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One connection: carries out its commands one after the other, each in as many turns as it needs, writes to its socket
 * only while that takes bytes, lets everything else wait as one entry a market, and leaves nothing behind when it ends.
 * While the client does not take what it was sent, it is not read from either.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Session implements Worker {
    /** The exchange's ping body (doc). */
    private static final byte[] HEARTBEAT = "heartbeat".getBytes(StandardCharsets.US_ASCII);

    private static final int NORMAL = 1000;
    private static final int POLICY_VIOLATION = 1008;
    private static final int INTERNAL_ERROR = 1011;
    /** How often within {@code max-unread-time} it is looked whether the socket took a byte. */
    private static final int LOOKS = 10;

    private final Wire wire;
    private final FanOut fanOut;
    private final Shard shard;
    private final StreamConfig config;
    private final boolean legacy;
    private final Subscriptions subscriptions;
    private final CommandBudget budget;
    private final Set<Interest> waiting = new LinkedHashSet<>();
    private final RelayBacklog backlog;
    /** The subscriptions that ended for slowness while a long reply was being written, and of which the client is to be told. */
    private final List<Long> overflowed = new ArrayList<>(0);
    private final ScheduledFuture<?> heartbeat;
    private final long openedMs;
    private ScheduledFuture<?> unreadTimer;
    private ScheduledFuture<?> nextSecond;
    private int looksInVain;
    private long unreadSinceMs;
    private int missedPongs;
    private long quietSinceNanos = System.nanoTime();
    private Work running = Work.NOTHING;
    private long messages;
    private long conflated;
    private boolean midMessage;
    private boolean failed;
    private boolean ended;

    /** @param legacy whether messages have the fields in whole cents and contracts, too */
    Session(Wire wire, FanOut fanOut, StreamConfig config, boolean legacy) {
        this.legacy = legacy;
        this.wire = wire;
        this.fanOut = fanOut;
        this.shard = fanOut.shard(wire.loop());
        this.config = config;
        this.openedMs = shard.registry().nowMs();
        this.subscriptions = new Subscriptions(this, config.maxMarketsPerConnection());
        this.backlog = new RelayBacklog(config.maxWaitingMessageSize().asLongValue());
        this.budget = new CommandBudget(
                config.maxCommandsPerSecond(), config.maxCommandBytesPerSecond().asLongValue(), System::nanoTime);
        wire.open(this, bytes(config.writeBufferSize().asLongValue()), bytes(config.socketBufferSize().asLongValue()),
                config.closeGrace());
        long pingMs = config.pingInterval().toMillis();
        // not at a fixed rate: what a loop that stood still missed would be made up for at once, before a client can answer
        this.heartbeat = shard.loop().scheduleWithFixedDelay(guarded(this::beat), pingMs, pingMs, TimeUnit.MILLISECONDS);
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

    /** The client sent something. */
    void received() {
        shard.serve(this);
    }

    /** Goes on with the running command, then with the next ones. */
    @Override
    public void proceed(Turn turn) {
        try {
            while (!ended && isWritableByReplies() && !turn.isOver() && goOn(turn)) {
                // each does one thing
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

    /** Does one thing; false where there is nothing to be done, or the turn ended it. */
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

    /** Counts a frame; false where too many have come in this second. */
    boolean count(int frameBytes) {
        return budget.take(frameBytes);
    }

    /** Counts so many bytes of work more than the frames that were counted had. */
    void countMore(long bytes) {
        budget.takeMore(bytes);
    }

    /** Begins a command; whatever it is, the answer is a reply. */
    void command(String text, boolean withinBudget) {
        quietSinceNanos = System.nanoTime();
        CommandReader reader = new CommandReader(text);
        running = Work.inOrder(turn -> reader.advance(turn::isOver), Work.deferred(() -> {
            var command = reader.command();
            if (!withinBudget) {
                throw new CommandException(command.id(), ErrorCode.TOO_MANY_REQUESTS);
            }
            return subscriptions.work(command);
        }));
    }

    /** A message that is no text: none of the exchange's commands is. */
    void binary(boolean withinBudget) {
        reply(StreamJson.error(0, withinBudget ? ErrorCode.UNABLE_TO_PROCESS : ErrorCode.TOO_MANY_REQUESTS));
    }

    void pong() {
        missedPongs = 0;
    }

    /** Writes a reply at once: replies come before the data that they announce. */
    void reply(byte[] text) {
        writeText(Wire.frame(Wire.TEXT, text.length, allocator()).writeBytes(text));
    }

    /**
     * Writes a part of a reply that is too long for one frame; until its last no other message is written.
     *
     * @param head of its frame, which says whether it is the first, one between or the last
     */
    void replyPart(int head, byte[] text) {
        writeText(Wire.frame(head, text.length, allocator()).writeBytes(text));
        midMessage = head == Wire.TEXT_BEGINS || head == Wire.TEXT_GOES_ON;
        if (!midMessage) {
            tellOverflows();
        }
    }

    /**
     * Passes a message on, at once or when the client reads.
     *
     * @return false where too much waits: the subscription cannot go on without a hole
     */
    boolean relay(Subscription subscription, Relay relay) {
        if (ended || subscription.isOver()) {
            return true;
        }
        if (!backlog.isEmpty() || !isWritable()) {
            // what this batch has written so far may be all that stands in the way
            wire.flush();
            writeBacklog();
        }
        if (backlog.isEmpty() && isWritable()) {
            subscription.write(relay);
            return true;
        }
        return backlog.add(subscription, relay);
    }

    private void writeBacklog() {
        while (!ended && isWritable() && !backlog.isEmpty()) {
            backlog.writeNext();
        }
    }

    /** Ends a subscription that cannot be conflated, since its client is too slow for it; the connection stays. */
    void overflow(Subscription subscription) {
        if (ended || subscription.isOver()) {
            return;
        }
        subscriptions.drop(subscription);
        shard.metrics().overflowed(subscription.kind());
        overflowed.add(subscription.sid());
        if (!midMessage) {
            tellOverflows();
        }
    }

    /** Messages were lost before it was known whose they were. */
    void overflowAll() {
        for (ChannelKind kind : ChannelKind.values()) {
            if (kind.isRelayed()) {
                subscriptions.ofKind(kind).ifPresent(this::overflow);
            }
        }
    }

    /** Whether or not the socket takes more: it is one line for each subscription, and a client that is told nothing waits. */
    private void tellOverflows() {
        overflowed.forEach(sid -> reply(StreamJson.subscriptionError(sid, ErrorCode.BUFFER_OVERFLOW)));
        overflowed.clear();
    }

    /** Lets a market's newest state be sent as soon as the socket takes it. */
    void await(Interest interest) {
        waiting.add(interest);
        if (isWritable()) {
            shard.flushLater(this);
        }
    }

    void forget(Interest interest) {
        waiting.remove(interest);
    }

    /** What waits of a subscription that ends is not sent any more. */
    void forget(Subscription subscription) {
        backlog.drop(subscription);
    }

    /** Whether data may be written. */
    boolean isWritable() {
        return !midMessage && wire.isWritable();
    }

    /** Whether the reply that is being written may go on, or the next command begin. */
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

    /** So many messages will not be sent, since a later one stands for them. */
    void conflated(int more) {
        conflated += more;
        shard.metrics().conflated(more);
    }

    /** Sends what waits, as far as the socket takes it, and flushes. */
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
        watchReading();
    }

    void writabilityChanged() {
        watchReading();
        if (wire.isWritable() && !ended) {
            // not from within the write that made room
            shard.later(this);
        }
    }

    /** Tells the client why, and ends. */
    void close(int code, String reason, String metric) {
        if (!ended) {
            end(metric);
            wire.close(code, reason);
        }
    }

    /**
     * Something could not be built or written, most likely for want of memory. The client may lack it, so it has to come
     * again; not from within the round that others are served in.
     */
    void fail(Throwable cause) {
        if (ended || failed) {
            return;
        }
        failed = true;
        shard.failed(cause);
        shard.loop().execute(() -> close(INTERNAL_ERROR, "internal error", "error"));
    }

    /** Takes the connection out of everything that knows it. Ends once, whoever comes first. */
    void end(String metric) {
        if (ended) {
            return;
        }
        ended = true;
        heartbeat.cancel(false);
        cancelUnreadTimer();
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

    /** Sends what waits, as far as the socket takes it. */
    private void sendWaiting() {
        writeBacklog();
        while (!ended && isWritable() && !waiting.isEmpty()) {
            Interest interest = waiting.iterator().next();
            interest.resume();
            waiting.remove(interest);
        }
    }

    /** What is done again and again would not be done again after it failed. */
    private Runnable guarded(Runnable action) {
        return () -> {
            try {
                action.run();
            } catch (Throwable e) {
                fail(e);
            }
        };
    }

    private void beat() {
        long quietNanos = System.nanoTime() - quietSinceNanos;
        if (!wire.isWritable() || !wire.isRead()) {
            // a ping would wait behind what it has not taken, which the timer judges, or its pong behind what was not read
            missedPongs = 0;
        } else if (missedPongs >= config.maxMissedPongs()) {
            close(POLICY_VIOLATION, "no pong", "missed_pongs");
        } else if (subscriptions.isEmpty() && quietNanos > config.idleTimeout().toNanos()) {
            close(NORMAL, "idle", "idle");
        } else {
            missedPongs++;
            wire.ping(HEARTBEAT);
        }
    }

    /** While the socket takes no more, it is watched whether it takes any. */
    private void watchReading() {
        if (wire.isWritable() || ended) {
            cancelUnreadTimer();
        } else if (unreadTimer == null) {
            missedPongs = 0;
            looksInVain = 0;
            wire.hasTaken();
            unreadSinceMs = shard.registry().nowMs();
            long lookNanos = Math.max(1, config.maxUnreadTime().toNanos() / LOOKS);
            unreadTimer = shard.loop().scheduleWithFixedDelay(
                    guarded(this::look), lookNanos, lookNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        if (wire.hasTaken()) {
            looksInVain = 0;
            unreadSinceMs = shard.registry().nowMs();
            return;
        }
        looksInVain++;
        if (looksInVain < LOOKS) {
            return;
        }
        if (!midMessage) {
            reply(StreamJson.error(0, ErrorCode.BUFFER_OVERFLOW));
        }
        close(POLICY_VIOLATION, "does not read", StreamMetrics.SLOW_CLIENT);
    }

    private void cancelUnreadTimer() {
        if (unreadTimer != null) {
            unreadTimer.cancel(false);
            unreadTimer = null;
        }
    }

    /** The bytes that were written and that the socket has not taken yet, and of the messages that wait for it. */
    long unsentBytes() {
        return wire.unsentBytes() + backlog.bytes();
    }

    /** When the connection was opened. */
    long openedMs() {
        return openedMs;
    }

    /** The messages that were written, data and replies. */
    long messages() {
        return messages;
    }

    /** The messages that were not sent because a later one of their market took their place. */
    long conflated() {
        return conflated;
    }

    /** The messages that wait until the client reads, one a market and subscription. */
    int waitingMarkets() {
        return waiting.size();
    }

    /** While the socket takes no more: since when it is not known to have taken a byte. Empty while it does. */
    OptionalLong notReadingSinceMs() {
        return unreadTimer == null ? OptionalLong.empty() : OptionalLong.of(unreadSinceMs);
    }
}

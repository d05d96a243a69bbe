package io.bookserver.stream;

import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is written to one connection. Data are written only while the socket accepts bytes; until then one entry per
 * market waits, and relayed messages up to a limit. No data interrupt a long reply.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Outbox {
    private final Session session;
    private final Wire wire;
    private final Shard shard;
    private final Set<Interest> waiting = new LinkedHashSet<>();
    private final RelayBacklog backlog;
    /** Subscriptions that ended for slowness during a long reply, of which the client has yet to be told. */
    private final List<Long> overflowed = new ArrayList<>(0);
    private long messages;
    private long conflated;
    private boolean midMessage;
    private boolean ended;

    Outbox(Session session, Wire wire, Shard shard, long maxWaitingBytes) {
        this.session = session;
        this.wire = wire;
        this.shard = shard;
        this.backlog = new RelayBacklog(maxWaitingBytes);
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
        shard.flushLater(session);
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

    /** Tells the client, behind the reply that is being written, that a subscription has ended for its slowness. */
    void tellOverflow(long sid) {
        overflowed.add(sid);
        if (!midMessage) {
            tellOverflows();
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
            shard.flushLater(session);
        }
    }

    void forget(Interest interest) {
        waiting.remove(interest);
    }

    /** Drops the waiting messages of a subscription that ends. */
    void forget(Subscription subscription) {
        backlog.drop(subscription);
    }

    /** Sends what waits, as far as the socket accepts it. */
    void sendWaiting() {
        writeBacklog();
        while (!ended && isWritable() && !waiting.isEmpty()) {
            Interest interest = waiting.iterator().next();
            interest.resume();
            waiting.remove(interest);
        }
    }

    private void writeBacklog() {
        while (isWritable() && !backlog.isEmpty()) {
            backlog.writeNext();
        }
    }

    /** Drops what waits; from now on nothing is written. */
    void end() {
        ended = true;
        waiting.clear();
        backlog.clear();
    }

    /** Counts messages that are not sent because a later one replaces them. */
    void conflated(int more) {
        conflated += more;
        shard.metrics().conflated(more);
    }

    /** The number of messages not sent because a later one of their market replaced them. */
    long conflated() {
        return conflated;
    }

    /** The number of messages written, data and replies. */
    long messages() {
        return messages;
    }

    /** The number of messages that wait until the client reads, one per market and subscription. */
    int waitingMarkets() {
        return waiting.size();
    }

    /** The bytes that were written and not yet taken by the socket, and those of the relayed messages that wait. */
    long unsentBytes() {
        return wire.unsentBytes() + backlog.bytes();
    }
}

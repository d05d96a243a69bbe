package io.bookserver.stream;

import io.bookserver.kalshi.ClientCommand;
import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.CommandReader;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One connection: writes to its socket only while that takes bytes, lets everything else wait as one entry a market, and
 * leaves nothing behind when it ends.
 *
 * <p>Frames are written to the connection's channel below the WebSocket API, since that flushes, and copies, every
 * message by itself.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Session {
    /** The exchange's ping body (doc). */
    private static final byte[] HEARTBEAT = "heartbeat".getBytes(StandardCharsets.US_ASCII);

    private static final int POLICY_VIOLATION = 1008;
    private static final int INTERNAL_ERROR = 1011;

    private final Channel channel;
    private final ChannelHandlerContext socket;
    private final FanOut fanOut;
    private final Shard shard;
    private final StreamConfig config;
    private final Subscriptions subscriptions;
    private final CommandBudget budget;
    private final long maxPendingBytes;
    private final ChannelPromise unnoticed;
    private final Queue<String> deferred = new ArrayDeque<>();
    private final Set<Interest> waiting = new LinkedHashSet<>();
    private final ScheduledFuture<?> heartbeat;
    private ScheduledFuture<?> unreadTimer;
    private int missedPongs;
    private long quietSinceNanos = System.nanoTime();
    private boolean failed;
    private boolean ended;

    Session(ChannelHandlerContext socket, FanOut fanOut, StreamConfig config) {
        this.channel = socket.channel();
        this.socket = socket;
        this.fanOut = fanOut;
        this.shard = fanOut.shard(channel.eventLoop());
        this.config = config;
        this.subscriptions = new Subscriptions(this, config.maxMarketsPerConnection());
        this.budget = new CommandBudget(config.maxCommandsPerSecond(), System::nanoTime);
        this.maxPendingBytes = 2 * config.writeBufferSize().asLongValue();
        this.unnoticed = channel.voidPromise();
        int high = (int) Math.min(Integer.MAX_VALUE, config.writeBufferSize().asLongValue());
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
        channel.config().setOption(
                ChannelOption.SO_SNDBUF, (int) Math.min(Integer.MAX_VALUE, config.socketBufferSize().asLongValue()));
        socket.pipeline().addBefore(socket.name(), "orderbook-socket-watch", new SocketWatch(this));
        long pingMs = config.pingInterval().toMillis();
        this.heartbeat = shard.loop().scheduleAtFixedRate(this::beat, pingMs, pingMs, TimeUnit.MILLISECONDS);
        shard.sessions().add(this);
        fanOut.enter();
    }

    Shard shard() {
        return shard;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    /**
     * Carries out one command; whatever it is, the answer is a reply. A client that does not read its replies is not
     * read from either: a reply may be large, so their size alone is no reason to send it away.
     */
    void command(String text) {
        if (ended) {
            return;
        }
        quietSinceNanos = System.nanoTime();
        if (deferred.isEmpty() && !isFull()) {
            carryOut(text);
        } else if (deferred.size() < config.maxCommandsPerSecond()) {
            // what was read before the reading stopped
            deferred.add(text);
        } else {
            overflow("unread_replies");
        }
        if (isFull()) {
            channel.config().setAutoRead(false);
        }
    }

    private void carryOut(String text) {
        boolean withinBudget = budget.take();
        try {
            ClientCommand command = CommandReader.read(text);
            if (!withinBudget) {
                throw new CommandException(command.id(), ErrorCode.TOO_MANY_REQUESTS);
            }
            subscriptions.carryOut(command);
            sendWaiting();
        } catch (CommandException e) {
            reply(StreamJson.error(e.id(), e.error()));
        } catch (Throwable e) {
            fail(e);
        }
        shard.flush();
    }

    private void readOn() {
        while (!ended && !deferred.isEmpty() && !isFull()) {
            carryOut(deferred.remove());
        }
        if (!ended && deferred.isEmpty() && !isFull()) {
            channel.config().setAutoRead(true);
        }
    }

    /** A message that is no text: none of the exchange's commands is. */
    void binary() {
        if (!ended) {
            reply(StreamJson.error(0, ErrorCode.UNABLE_TO_PROCESS));
            shard.flush();
        }
    }

    void pong() {
        missedPongs = 0;
    }

    /** Writes a reply at once: replies come before the data that they announce. */
    void reply(byte[] frame) {
        writeText(channel.alloc().directBuffer(frame.length).writeBytes(frame));
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

    boolean isWritable() {
        return channel.isWritable();
    }

    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    /** Writes one text frame, which is flushed with the batch. */
    void writeText(ByteBuf text) {
        if (ended) {
            text.release();
            return;
        }
        socket.write(new TextWebSocketFrame(text), unnoticed);
        shard.flushLater(this);
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
        socket.flush();
        watchReading();
    }

    void writabilityChanged() {
        watchReading();
        boolean reading = channel.config().isAutoRead();
        if (isWritable() && !ended && (!waiting.isEmpty() || !reading)) {
            // not from within the write that made room
            shard.loop().execute(() -> {
                readOn();
                flush();
                shard.flush();
            });
        }
    }

    /**
     * Tells the client why, and ends. The client closes the socket then; one that does not, or does not even read the
     * close frame, is cut after the grace. Closing right away could lose the frame where bytes of its stand unread.
     */
    void close(int code, String reason, String metric) {
        if (ended) {
            return;
        }
        end(metric);
        long graceMs = config.closeGrace().toMillis();
        ScheduledFuture<?> cut = shard.loop().schedule(() -> channel.close(), graceMs, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> cut.cancel(false));
        socket.writeAndFlush(new CloseWebSocketFrame(code, reason));
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
        subscriptions.endAll();
        waiting.clear();
        deferred.clear();
        shard.sessions().remove(this);
        fanOut.leave();
        shard.metrics().closed(metric);
    }

    boolean isEnded() {
        return ended;
    }

    /** Sends what waits, as far as the socket takes it. */
    void sendWaiting() {
        while (isWritable() && !waiting.isEmpty()) {
            Interest interest = waiting.iterator().next();
            interest.resume();
            waiting.remove(interest);
        }
    }

    private void beat() {
        boolean unread = !isWritable();
        if (!unread && missedPongs >= config.maxMissedPongs()) {
            close(POLICY_VIOLATION, "no pong", "missed_pongs");
            return;
        }
        long quietNanos = System.nanoTime() - quietSinceNanos;
        if (subscriptions.isEmpty() && quietNanos > config.idleTimeout().toNanos()) {
            close(1000, "idle", "idle");
            return;
        }
        if (!unread) {
            missedPongs++;
            socket.writeAndFlush(new PingWebSocketFrame(Unpooled.wrappedBuffer(HEARTBEAT)));
        }
    }

    private void watchReading() {
        if (isWritable() || ended) {
            cancelUnreadTimer();
        } else if (unreadTimer == null) {
            unreadTimer = shard.loop().schedule(
                    () -> overflow("slow_client"), config.maxUnreadTime().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void cancelUnreadTimer() {
        if (unreadTimer != null) {
            unreadTimer.cancel(false);
            unreadTimer = null;
        }
    }

    private void overflow(String metric) {
        if (!ended) {
            reply(StreamJson.error(0, ErrorCode.BUFFER_OVERFLOW));
            close(POLICY_VIOLATION, "does not read", metric);
            shard.flush();
        }
    }

    /** The bytes that were written and that the socket has not taken yet. */
    long unsentBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Whether replies have piled up on top of what data may wait. */
    private boolean isFull() {
        return unsentBytes() > maxPendingBytes;
    }
}

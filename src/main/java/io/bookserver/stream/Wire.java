package io.bookserver.stream;

import io.bookserver.transport.FrameworkInternals;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * The frames of one WebSocket connection (RFC 6455). The framework handles only the handshake and the end.
 *
 * <p>Frames are written ready-made to the channel, since the framework copies and flushes every message separately.
 * They are also read here: the framework's aggregation fails at an empty first fragment, does not check reserved bits,
 * UTF-8 and close codes, answers any number of pings, and inflates without a limit.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Wire extends ChannelDuplexHandler {
    private static final int MAX_READ_BYTES = 1 << 14;
    /** Far more than the framework needs from the check of an upgrade to the opening of the connection. */
    private static final long MAX_OPENING_SECONDS = 10;

    private final int maxMessageBytes;
    private final PerMessageDeflate deflate;
    private final Queue<WebSocketFrame> unread = new ArrayDeque<>();
    /** Null before a session is opened. */
    private MessageAssembly messages;
    private ChannelHandlerContext context;
    private ChannelHandlerContext framework;
    private Session session;
    private Duration closeGrace;
    private boolean closing;
    /** Whether the framework has opened its connection. */
    private boolean opened;
    /** Set while the framework does not know that the socket was closed. */
    private ScheduledFuture<?> toldLater;

    private long handedBytes;
    private long lastPendingBytes;
    private long lastProgressBytes;

    Wire(int maxMessageBytes, PerMessageDeflate deflate) {
        this.maxMessageBytes = maxMessageBytes;
        this.deflate = deflate;
    }

    /** Attaches to the connection of an upgrade request; frames wait until a session is opened. */
    static Wire under(HttpServerRequest request, int maxMessageBytes, PerMessageDeflate deflate) {
        Wire wire = new Wire(maxMessageBytes, deflate);
        wire.framework = FrameworkInternals.addBeforeFramework(request, wire);
        return wire;
    }

    EventLoop loop() {
        return channel().eventLoop();
    }

    Channel channel() {
        return context.channel();
    }

    /** The remote address of the socket, host and port; that of a load balancer if there is one. */
    String address() {
        SocketAddress remote = channel().remoteAddress();
        if (remote instanceof InetSocketAddress) {
            return NetUtil.toSocketAddressString((InetSocketAddress) remote);
        }
        return remote == null ? "" : remote.toString();
    }

    ByteBufAllocator allocator() {
        return context.alloc();
    }

    /** Whether the socket is still connected. */
    boolean isConnected() {
        return channel().isActive();
    }

    /** Hands everything to that session from now on, beginning with what has already arrived. */
    void open(Session listener, int writeBufferBytes, int socketBufferBytes, Duration grace) {
        opened = true;
        closeGrace = grace;
        channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(writeBufferBytes / 2, writeBufferBytes));
        channel().config().setOption(ChannelOption.SO_SNDBUF, socketBufferBytes);
        // what has been read can no longer be rejected
        channel().config().setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(64, 2048, MAX_READ_BYTES).maxMessagesPerRead(1));
        // last: setting an option fails if the client has reset the connection
        messages = new MessageAssembly(listener, maxMessageBytes, deflate, allocator());
        session = listener;
    }

    /** The framework has opened a connection whose socket was closed meanwhile. */
    void openedTooLate() {
        opened = true;
        if (toldLater != null && toldLater.cancel(false)) {
            tellFramework();
        }
    }

    /** Whether the client takes compressed messages. */
    boolean compresses() {
        return deflate.isAgreed();
    }

    /** Writes one frame, which is sent with the next flush. */
    void write(ByteBuf frame) {
        handedBytes += frame.readableBytes();
        context.write(frame, context.voidPromise());
    }

    void flush() {
        context.flush();
    }

    boolean isWritable() {
        return channel().isWritable();
    }

    void ping(byte[] body) {
        write(Frames.begin(Frames.PING, body.length, allocator()).writeBytes(body));
        flush();
    }

    /** The bytes that were written and not yet taken by the socket. */
    long unsentBytes() {
        return FrameworkInternals.unsent(channel()).map(ChannelOutboundBuffer::totalPendingWriteBytes).orElse(0L);
    }

    /** Whether the socket has taken a byte since the last call. */
    boolean hasTaken() {
        Optional<ChannelOutboundBuffer> unsent = FrameworkInternals.unsent(channel());
        if (unsent.isEmpty()) {
            return false;
        }
        long pendingBytes = unsent.get().totalPendingWriteBytes();
        long progressBytes = unsent.get().currentProgress();
        boolean taken = pendingBytes < lastPendingBytes + handedBytes || progressBytes != lastProgressBytes;
        lastPendingBytes = pendingBytes;
        lastProgressBytes = progressBytes;
        handedBytes = 0;
        return taken;
    }

    /** Whether frames wait to be handled. */
    boolean hasFrames() {
        return messages.isInflating() || !unread.isEmpty();
    }

    /** Sets whether the client is read from; what was read before may still be delivered. */
    void read(boolean wanted) {
        if (channel().config().isAutoRead() != wanted) {
            channel().config().setAutoRead(wanted);
        }
    }

    boolean isRead() {
        return channel().config().isAutoRead();
    }

    /** Hands the next frame to the session; false if there is none, or if the turn is over. */
    boolean handleNext(Turn turn) {
        if (messages.isInflating()) {
            return messages.inflate(turn);
        }
        WebSocketFrame next = unread.poll();
        if (next == null) {
            return false;
        }
        try {
            handle(next);
        } finally {
            next.release();
        }
        return true;
    }

    /**
     * Tells the client the reason and ends the connection. The client then closes the socket. If it does not, or does
     * not even read the close frame, the socket is closed after the grace period. Closing at once could lose the frame
     * if unread bytes of the client were pending.
     */
    void close(int code, String reason) {
        cutAfterGrace();
        read(true);
        context.writeAndFlush(Frames.close(code, reason));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        dropUnread();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object msg) {
        if (!(msg instanceof WebSocketFrame)) {
            from.fireChannelRead(msg);
        } else if (closing) {
            if (msg instanceof CloseWebSocketFrame) {
                cut();
            }
            ReferenceCountUtil.release(msg);
        } else {
            unread.add((WebSocketFrame) msg);
            if (session != null) {
                session.received();
            }
        }
    }

    /** Before the handshake's answer is sent, sets the frame decoder to accept the negotiated extension. */
    @Override
    public void write(ChannelHandlerContext from, Object msg, ChannelPromise promise) {
        if (deflate.isAgreed() && msg instanceof HttpResponse
                && HttpResponseStatus.SWITCHING_PROTOCOLS.equals(((HttpResponse) msg).status())) {
            var decoder = new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(maxMessageBytes).allowExtensions(true).closeOnProtocolViolation(false)
                    .build());
            FrameworkInternals.replaceFrameDecoder(from.channel(), decoder);
        }
        from.write(msg, promise);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        if (session != null) {
            session.writabilityChanged();
        }
        from.fireChannelWritabilityChanged();
    }

    /** A broken socket is not an error. An invalid frame gets its close code. Anything else ends the connection. */
    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        if (session == null) {
            from.fireExceptionCaught(cause);
        } else if (cause instanceof IOException) {
            session.end("disconnected");
            cut();
        } else if (cause instanceof CorruptedWebSocketFrameException) {
            var status = ((CorruptedWebSocketFrameException) cause).closeStatus();
            session.close(status.code(), status.reasonText(), Frames.BROKEN);
        } else {
            session.fail(cause);
        }
    }

    /**
     * A socket may be closed while the framework opens its connection. The framework would keep that connection for
     * ever if it were told at once, so it is told when it has opened it.
     */
    @Override
    public void channelInactive(ChannelHandlerContext from) {
        dropUnread();
        if (!opened) {
            toldLater = loop().schedule(this::tellFramework, MAX_OPENING_SECONDS, TimeUnit.SECONDS);
            return;
        }
        try {
            if (session != null) {
                session.end("disconnected");
            }
        } finally {
            from.fireChannelInactive();
        }
    }

    private void tellFramework() {
        FrameworkInternals.tellClosed(framework);
    }

    private void handle(WebSocketFrame frame) {
        boolean counted = session.count(frame.content().readableBytes());
        if (frame.rsv() != 0 && !messages.isCompressed(frame)) {
            session.close(Frames.PROTOCOL_ERROR, "reserved bits without an extension", Frames.BROKEN);
        } else if (frame instanceof PingWebSocketFrame) {
            if (counted) {
                write(Frames.begin(Frames.PONG, frame.content().readableBytes(), allocator()).writeBytes(frame.content()));
                flush();
            }
        } else if (frame instanceof PongWebSocketFrame) {
            session.pong();
        } else if (frame instanceof CloseWebSocketFrame) {
            closedByClient((CloseWebSocketFrame) frame);
        } else {
            messages.add(frame, counted);
        }
    }

    /** Echoes the code, if it is one that may be sent (RFC 6455, 7.4), and ends. */
    private void closedByClient(CloseWebSocketFrame frame) {
        int code = frame.statusCode();
        session.end("disconnected");
        cutAfterGrace();
        context.writeAndFlush(Frames.close(Frames.mayBeSent(code) ? code : Frames.PROTOCOL_ERROR, ""))
                .addListener(written -> cut());
    }

    /** Not by the channel: the framework would send its own close frame. */
    private void cut() {
        context.close();
    }

    private void cutAfterGrace() {
        closing = true;
        dropUnread();
        ScheduledFuture<?> end = loop().schedule(this::cut, closeGrace.toMillis(), TimeUnit.MILLISECONDS);
        channel().closeFuture().addListener(closed -> end.cancel(false));
    }

    private void dropUnread() {
        unread.forEach(ReferenceCountUtil::release);
        unread.clear();
        if (messages != null) {
            messages.drop();
        }
    }
}

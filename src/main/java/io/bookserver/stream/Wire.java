package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket08FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * The frames of one WebSocket connection (RFC 6455). The framework handles only the handshake and the end. For
 * WebSocket this is the only class that reaches below it; {@code query} has its own for HTTP.
 *
 * <p>Frames are written ready-made to the channel, since the framework copies and flushes every message separately.
 * They are also read here: the framework's aggregation fails at an empty first fragment, does not check reserved bits,
 * UTF-8 and close codes, answers any number of pings, and inflates without a limit. This class relies on the following:
 * the handler of Vert.x is the last of the pipeline, and Netty's frame decoder and encoder precede it when the
 * handshake is answered ({@code WireTest}, {@code CompressionTest}).
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Wire extends ChannelDuplexHandler {
    static final int TEXT = 0x81;
    /** With the bit that marks compression (RFC 7692, 6). */
    static final int COMPRESSED_TEXT = 0xc1;
    static final int TEXT_BEGINS = 0x01;
    static final int TEXT_GOES_ON = 0x00;
    static final int TEXT_ENDS = 0x80;

    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int PONG = 0x8a;
    private static final int MAX_HEAD_BYTES = 10;
    private static final int MAX_READ_BYTES = 1 << 14;
    private static final int COMPRESSED = 4;
    /** A compressed byte can be as much work as this many others: {@link Inflation}. */
    private static final int WORK_OF_A_COMPRESSED_BYTE = 8;

    private static final byte[] NOTHING = {};
    private static final int NO_CODE = -1;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int NOT_UTF8 = 1007;
    private static final int TOO_LARGE = 1009;
    private static final String BROKEN = "broken_frame";

    /** Far more than the framework needs from the check of an upgrade to the opening of the connection. */
    private static final long MAX_OPENING_SECONDS = 10;

    private final int maxMessageBytes;
    private final PerMessageDeflate deflate;
    private final Queue<WebSocketFrame> unread = new ArrayDeque<>();
    private ChannelHandlerContext context;
    private ChannelHandlerContext framework;
    private Session session;
    private Duration closeGrace;
    private boolean closing;
    /** Whether the framework has opened its connection. */
    private boolean opened;
    /** Set while the framework does not know that the socket was closed. */
    private ScheduledFuture<?> toldLater;

    /** The fragments of an incomplete message; null between messages. */
    private ByteBuf message;

    private boolean binary;
    private boolean compressed;
    private boolean withinBudget;
    /** A compressed message that has been received completely; null if none is being inflated. */
    private Inflation inflation;

    /** The data to which the client's next compressed message may refer back. */
    private byte[] window = NOTHING;

    private long handedBytes;
    private long lastPendingBytes;
    private long lastProgressBytes;

    Wire(int maxMessageBytes, PerMessageDeflate deflate) {
        this.maxMessageBytes = maxMessageBytes;
        this.deflate = deflate;
    }

    /** Attaches to the connection of an upgrade request; frames wait until a session is opened. */
    static Wire under(HttpServerRequest request, int maxMessageBytes, PerMessageDeflate deflate) {
        ChannelHandlerContext framework = ((ConnectionBase) request.connection()).channelHandlerContext();
        Wire refused = framework.pipeline().get(Wire.class);
        if (refused != null) {
            framework.pipeline().remove(refused);
        }
        Wire wire = new Wire(maxMessageBytes, deflate);
        wire.framework = framework;
        framework.pipeline().addBefore(framework.name(), null, wire);
        return wire;
    }

    /** A frame with that payload size, whose header is written; the caller appends the payload. */
    static ByteBuf frame(int head, int payloadBytes, ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(MAX_HEAD_BYTES + payloadBytes).writeByte(head);
        if (payloadBytes < 126) {
            out.writeByte(payloadBytes);
        } else if (payloadBytes <= 0xffff) {
            out.writeByte(126).writeShort(payloadBytes);
        } else {
            out.writeByte(127).writeLong(payloadBytes);
        }
        return out;
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
        write(frame(PING, body.length, allocator()).writeBytes(body));
        flush();
    }

    /** The bytes that were written and not yet taken by the socket. */
    long unsentBytes() {
        ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Whether the socket has taken a byte since the last call. */
    boolean hasTaken() {
        ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
        if (buffer == null) {
            return false;
        }
        long pendingBytes = buffer.totalPendingWriteBytes();
        long progressBytes = buffer.currentProgress();
        boolean taken = pendingBytes < lastPendingBytes + handedBytes || progressBytes != lastProgressBytes;
        lastPendingBytes = pendingBytes;
        lastProgressBytes = progressBytes;
        handedBytes = 0;
        return taken;
    }

    /** Whether frames wait to be handled. */
    boolean hasFrames() {
        return inflation != null || !unread.isEmpty();
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
        if (inflation != null) {
            return inflate(turn);
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
        context.writeAndFlush(closeFrame(code, reason));
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
                    .maxFramePayloadLength(maxMessageBytes).allowExtensions(true).closeOnProtocolViolation(false).build());
            from.pipeline().replace(WebSocket08FrameDecoder.class, null, decoder);
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
            session.close(status.code(), status.reasonText(), BROKEN);
        } else {
            session.fail(cause);
        }
    }

    /**
     * A socket may be closed while the framework opens its connection. The framework would keep that connection for ever if
     * it were told at once, so it is told when it has opened it.
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

    /** Directly, since the handlers of a closed channel are no longer called. */
    private void tellFramework() {
        try {
            ((ChannelInboundHandler) framework.handler()).channelInactive(framework);
        } catch (Exception e) {
            throw new IllegalStateException("the framework cannot end a connection that was closed early", e);
        }
    }

    private void handle(WebSocketFrame frame) {
        boolean counted = session.count(frame.content().readableBytes());
        if (frame.rsv() != 0 && !isCompressed(frame)) {
            session.close(PROTOCOL_ERROR, "reserved bits without an extension", BROKEN);
        } else if (frame instanceof PingWebSocketFrame) {
            if (counted) {
                write(frame(PONG, frame.content().readableBytes(), allocator()).writeBytes(frame.content()));
                flush();
            }
        } else if (frame instanceof PongWebSocketFrame) {
            session.pong();
        } else if (frame instanceof CloseWebSocketFrame) {
            closedByClient((CloseWebSocketFrame) frame);
        } else {
            data(frame, counted);
        }
    }

    /** A compressed message is marked in its first frame. */
    private boolean isCompressed(WebSocketFrame frame) {
        return deflate.isAgreed() && frame.rsv() == COMPRESSED
                && (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame);
    }

    private void data(WebSocketFrame frame, boolean counted) {
        boolean begins = !(frame instanceof ContinuationWebSocketFrame);
        if (begins != (message == null)) {
            session.close(PROTOCOL_ERROR, "fragments out of order", BROKEN);
            return;
        }
        if (begins) {
            binary = frame instanceof BinaryWebSocketFrame;
            compressed = frame.rsv() == COMPRESSED;
            withinBudget = true;
            if (frame.isFinalFragment()) {
                deliver(frame.content(), counted);
                return;
            }
            message = allocator().buffer(frame.content().readableBytes());
        }
        withinBudget &= counted;
        if (message.readableBytes() + frame.content().readableBytes() > maxMessageBytes) {
            session.close(TOO_LARGE, "message too large", BROKEN);
            return;
        }
        message.writeBytes(frame.content());
        if (frame.isFinalFragment()) {
            ByteBuf whole = message;
            message = null;
            try {
                deliver(whole, withinBudget);
            } finally {
                whole.release();
            }
        }
    }

    private void deliver(ByteBuf whole, boolean within) {
        if (compressed) {
            withinBudget = within;
            inflation = new Inflation(whole, window, maxMessageBytes, allocator());
            session.countMore((WORK_OF_A_COMPRESSED_BYTE - 1L) * whole.readableBytes());
        } else {
            deliverPlain(whole, within);
        }
    }

    /** Continues with the compressed message; false if the turn is over. */
    private boolean inflate(Turn turn) {
        try {
            if (!inflation.advance(turn)) {
                return false;
            }
        } catch (CorruptedWebSocketFrameException e) {
            session.close(e.closeStatus().code(), e.closeStatus().reasonText(), BROKEN);
            return true;
        }
        Inflation whole = inflation;
        inflation = null;
        try (whole) {
            session.countMore(whole.message().readableBytes());
            if (deflate.clientRefersBack()) {
                window = Inflation.window(window, whole.message());
            }
            deliverPlain(whole.message(), withinBudget);
        }
        return true;
    }

    private void deliverPlain(ByteBuf whole, boolean within) {
        if (binary) {
            session.binary(within);
            return;
        }
        try {
            session.command(text(whole), within);
        } catch (CharacterCodingException e) {
            session.close(NOT_UTF8, "not UTF-8", BROKEN);
        }
    }

    /** Quickly, since it is done in one go. What is not UTF-8 has become U+FFFD, which a client may also have sent. */
    static String text(ByteBuf utf8) throws CharacterCodingException {
        String text = utf8.toString(StandardCharsets.UTF_8);
        return text.indexOf('\ufffd') < 0 ? text : StandardCharsets.UTF_8.newDecoder().decode(utf8.nioBuffer()).toString();
    }

    /** Echoes the code, if it is one that may be sent (RFC 6455, 7.4), and ends. */
    private void closedByClient(CloseWebSocketFrame frame) {
        int code = frame.statusCode();
        session.end("disconnected");
        cutAfterGrace();
        context.writeAndFlush(closeFrame(code == NO_CODE || mayBeSent(code) ? code : PROTOCOL_ERROR, ""))
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

    private static boolean mayBeSent(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
    }

    /** Allocated on the heap: it must be available when no other memory is. */
    private static ByteBuf closeFrame(int code, String reason) {
        if (code == NO_CODE) {
            return Unpooled.wrappedBuffer(new byte[] {(byte) CLOSE, 0});
        }
        byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.buffer(4 + text.length)
                .writeByte(CLOSE).writeByte(2 + text.length).writeShort(code).writeBytes(text);
    }

    private void dropUnread() {
        if (inflation != null) {
            inflation.close();
            inflation = null;
        }
        unread.forEach(ReferenceCountUtil::release);
        unread.clear();
        if (message != null) {
            message.release();
            message = null;
        }
    }
}

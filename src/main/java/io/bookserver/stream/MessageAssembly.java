package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Makes messages of a client's data frames: it joins fragments, inflates, checks UTF-8, and hands each message to the
 * session.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class MessageAssembly {
    private static final int COMPRESSED = 4;
    /** A compressed byte can be as much work as this many others: {@link Inflation}. */
    private static final int WORK_OF_A_COMPRESSED_BYTE = 8;

    private static final byte[] NOTHING = {};

    private final Session session;
    private final int maxMessageBytes;
    private final PerMessageDeflate deflate;
    private final ByteBufAllocator allocator;
    /** The fragments of an incomplete message; null between messages. */
    private ByteBuf message;

    private boolean binary;
    private boolean compressed;
    private boolean withinBudget;
    /** A compressed message that has been received completely; null if none is being inflated. */
    private Inflation inflation;

    /** The data to which the client's next compressed message may refer back. */
    private byte[] window = NOTHING;

    MessageAssembly(Session session, int maxMessageBytes, PerMessageDeflate deflate, ByteBufAllocator allocator) {
        this.session = session;
        this.maxMessageBytes = maxMessageBytes;
        this.deflate = deflate;
        this.allocator = allocator;
    }

    /** Whether a frame is marked as the first of a compressed message, and may be. */
    boolean isCompressed(WebSocketFrame frame) {
        return deflate.isAgreed() && frame.rsv() == COMPRESSED
                && (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame);
    }

    /**
     * Adds a data frame, which remains the caller's to release. Not to be called while a message is being inflated.
     *
     * @param counted whether it was within the client's budget
     */
    void add(WebSocketFrame frame, boolean counted) {
        boolean begins = !(frame instanceof ContinuationWebSocketFrame);
        if (begins != (message == null)) {
            session.close(Frames.PROTOCOL_ERROR, "fragments out of order", Frames.BROKEN);
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
            message = allocator.buffer(frame.content().readableBytes());
        }
        withinBudget &= counted;
        if (message.readableBytes() + frame.content().readableBytes() > maxMessageBytes) {
            session.close(Frames.TOO_LARGE, "message too large", Frames.BROKEN);
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

    /** Whether a message is being inflated, which goes on before anything else. */
    boolean isInflating() {
        return inflation != null;
    }

    /** Continues with the compressed message; false if the turn is over. */
    boolean inflate(Turn turn) {
        try {
            if (!inflation.advance(turn)) {
                return false;
            }
        } catch (CorruptedWebSocketFrameException e) {
            session.close(e.closeStatus().code(), e.closeStatus().reasonText(), Frames.BROKEN);
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

    /** Releases what is not complete. */
    void drop() {
        if (inflation != null) {
            inflation.close();
            inflation = null;
        }
        if (message != null) {
            message.release();
            message = null;
        }
    }

    private void deliver(ByteBuf whole, boolean within) {
        if (compressed) {
            withinBudget = within;
            inflation = new Inflation(whole, window, maxMessageBytes, allocator);
            session.countMore((WORK_OF_A_COMPRESSED_BYTE - 1L) * whole.readableBytes());
        } else {
            deliverPlain(whole, within);
        }
    }

    private void deliverPlain(ByteBuf whole, boolean within) {
        if (binary) {
            session.binary(within);
            return;
        }
        try {
            session.command(text(whole), within);
        } catch (CharacterCodingException e) {
            session.close(Frames.NOT_UTF8, "not UTF-8", Frames.BROKEN);
        }
    }

    /** Quickly, since it is done in one go. What is not UTF-8 has become U+FFFD, which a client may also have sent. */
    static String text(ByteBuf utf8) throws CharacterCodingException {
        String text = utf8.toString(StandardCharsets.UTF_8);
        return text.indexOf('\ufffd') < 0
                ? text : StandardCharsets.UTF_8.newDecoder().decode(utf8.nioBuffer()).toString();
    }
}

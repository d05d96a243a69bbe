package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates a client's compressed message. It takes as many turns as necessary, since a few compressed bytes can be much
 * work, and stops at the maximum size of a message.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Inflation implements AutoCloseable {
    /** The maximum distance of a back reference (RFC 1951). */
    private static final int WINDOW_BYTES = 1 << 15;
    /** This much takes 0.3 ms at most: empty blocks, each with its own code. */
    private static final int STEP_BYTES = 1 << 11;

    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    /** What may follow the last block: an empty one, without which the message would not end at a byte boundary. */
    private static final int MOST_BEHIND_THE_LAST = 1 + TAIL.length;

    private final Inflater inflater = new Inflater(true);
    private final ByteBuf compressed;
    private final ByteBuf message;
    private final byte[] step;
    private final int maxBytes;
    private boolean atTail;

    /**
     * @param compressed is retained until {@link #close}
     * @param earlier the data to which the message may refer back
     * @param maxBytes the maximum size of the inflated message
     */
    Inflation(ByteBuf compressed, byte[] earlier, int maxBytes, ByteBufAllocator allocator) {
        this.maxBytes = maxBytes;
        step = new byte[Math.min(STEP_BYTES, compressed.readableBytes())];
        message = allocator.heapBuffer(Math.min(2 * step.length, maxBytes + 1), maxBytes + 1);
        inflater.setDictionary(earlier);
        this.compressed = compressed.retain();
    }

    /**
     * Continues where the last turn ended.
     *
     * @return whether the message is complete; if not, the turn is over
     * @throws CorruptedWebSocketFrameException if it is too long, or not validly compressed
     */
    boolean advance(Turn turn) {
        do {
            if (inflater.needsInput() && !feed()) {
                return true;
            }
            if (inflate() == 0 && !inflater.needsInput()) {
                if (inflater.finished() && inflater.getRemaining() + left() <= MOST_BEHIND_THE_LAST) {
                    return true;
                }
                throw new CorruptedWebSocketFrameException(
                        WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "not a compressed message");
            }
        } while (!turn.isOver());
        return false;
    }

    /** The part inflated so far; valid as long as this object is open. */
    ByteBuf message() {
        return message;
    }

    /** The last bytes of both together, as far as a message may refer back. */
    static byte[] window(byte[] earlier, ByteBuf message) {
        int fresh = Math.min(WINDOW_BYTES, message.readableBytes());
        int kept = Math.min(WINDOW_BYTES - fresh, earlier.length);
        byte[] window = Arrays.copyOfRange(earlier, earlier.length - kept, earlier.length + fresh);
        message.getBytes(message.writerIndex() - fresh, window, kept, fresh);
        return window;
    }

    @Override
    public void close() {
        inflater.end();
        compressed.release();
        message.release();
    }

    private int left() {
        return compressed.readableBytes() + (atTail ? 0 : TAIL.length);
    }

    private boolean feed() {
        int bytes = Math.min(step.length, compressed.readableBytes());
        if (bytes > 0) {
            compressed.readBytes(step, 0, bytes);
            inflater.setInput(step, 0, bytes);
        } else if (!atTail) {
            atTail = true;
            inflater.setInput(TAIL);
        } else {
            return false;
        }
        return true;
    }

    private int inflate() {
        if (message.readableBytes() > maxBytes) {
            throw new CorruptedWebSocketFrameException(WebSocketCloseStatus.MESSAGE_TOO_BIG, "message too large");
        }
        message.ensureWritable(Math.min(STEP_BYTES, message.maxWritableBytes()));
        try {
            int bytes = inflater.inflate(
                    message.array(), message.arrayOffset() + message.writerIndex(), message.writableBytes());
            message.writerIndex(message.writerIndex() + bytes);
            return bytes;
        } catch (DataFormatException e) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "not a compressed message", e);
        }
    }
}

package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Frames that the server writes, unmasked (RFC 6455, 5.2), and the codes by which it closes.
 *
 * <p><i>Stateless.</i>
 */
final class Frames {
    static final int TEXT = 0x81;
    /** With the bit that marks compression (RFC 7692, 6). */
    static final int COMPRESSED_TEXT = 0xc1;
    static final int TEXT_BEGINS = 0x01;
    static final int TEXT_GOES_ON = 0x00;
    static final int TEXT_ENDS = 0x80;
    static final int PING = 0x89;
    static final int PONG = 0x8a;

    static final int PROTOCOL_ERROR = 1002;
    static final int NOT_UTF8 = 1007;
    static final int TOO_LARGE = 1009;
    /** How connections are counted that end by an invalid frame. */
    static final String BROKEN = "broken_frame";

    private static final int CLOSE = 0x88;
    private static final int NO_CODE = -1;
    private static final int MAX_HEAD_BYTES = 10;

    private Frames() {}

    /** A frame with that payload size, whose header is written; the caller appends the payload. */
    static ByteBuf begin(int head, int payloadBytes, ByteBufAllocator allocator) {
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

    /** A close frame, allocated on the heap: it must be available when no other memory is. */
    static ByteBuf close(int code, String reason) {
        if (code == NO_CODE) {
            return Unpooled.wrappedBuffer(new byte[] {(byte) CLOSE, 0});
        }
        byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.buffer(4 + text.length)
                .writeByte(CLOSE).writeByte(2 + text.length).writeShort(code).writeBytes(text);
    }

    /** Whether a close frame may have that code, or -1 for none (RFC 6455, 7.4). */
    static boolean mayBeSent(int code) {
        return code == NO_CODE || code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014
                || code >= 3000 && code <= 4999;
    }
}

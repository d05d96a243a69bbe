package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Builds a subscription's envelope around a {@code msg} that all followers share:
 * {@code {"type":...,"sid":...,"seq":...,"msg":...}} and a newline.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Envelope {
    private static final byte[] SEQ = ascii(",\"seq\":");
    private static final byte[] ID = ascii(",\"id\":");
    private static final byte[] CONFLATED = ascii(",\"conflated_count\":");
    private static final byte[] MSG = ascii(",\"msg\":");
    /** The end of every message, after its {@code msg}. */
    static final byte[] END = ascii("}\n");

    /** The header of a stored block (RFC 1951, 3.2.4). */
    private static final int STORED_HEAD_BYTES = 5;

    private final byte[][] heads = new byte[DataType.values().length][];

    private final long sid;

    Envelope(long sid) {
        this.sid = sid;
    }

    /**
     * One message in a frame, ready to be sent. The caller must release it.
     *
     * @param seq of the message; 0 for none
     * @param id of the command that requested it; 0 for none
     * @param conflated the number of other messages that this one replaces
     */
    ByteBuf around(byte[] msg, DataType type, long seq, long id, int conflated, ByteBufAllocator allocator) {
        int headBytes = headBytes(type, seq, id, conflated);
        ByteBuf out = Frames.begin(Frames.TEXT, headBytes + msg.length + END.length, allocator);
        head(out, type, seq, id, conflated);
        return out.writeBytes(msg).writeBytes(END);
    }

    /**
     * The same message for a client that takes compressed ones: the envelope is stored, the shared part is compressed.
     *
     * @param compressed the message from its {@code msg} on, from {@link Compressor}
     */
    ByteBuf aroundCompressed(
            byte[] compressed, DataType type, long seq, long id, int conflated, ByteBufAllocator allocator) {
        int headBytes = headBytes(type, seq, id, conflated);
        ByteBuf out = Frames.begin(Frames.COMPRESSED_TEXT, STORED_HEAD_BYTES + headBytes + compressed.length, allocator)
                .writeByte(0).writeShortLE(headBytes).writeShortLE(~headBytes);
        head(out, type, seq, id, conflated);
        return out.writeBytes(compressed);
    }

    private int headBytes(DataType type, long seq, long id, int conflated) {
        return head(type).length + numberBytes(SEQ, seq) + numberBytes(ID, id)
                + numberBytes(CONFLATED, conflated) + MSG.length;
    }

    private void head(ByteBuf out, DataType type, long seq, long id, int conflated) {
        out.writeBytes(head(type));
        number(out, SEQ, seq);
        number(out, ID, id);
        number(out, CONFLATED, conflated);
        out.writeBytes(MSG);
    }

    private byte[] head(DataType type) {
        byte[] known = heads[type.ordinal()];
        if (known == null) {
            known = ascii("{\"type\":\"" + type.wireName() + "\",\"sid\":" + sid);
            heads[type.ordinal()] = known;
        }
        return known;
    }

    private static int numberBytes(byte[] key, long value) {
        return value == 0 ? 0 : key.length + digits(value);
    }

    private static void number(ByteBuf out, byte[] key, long value) {
        if (value == 0) {
            return;
        }
        out.writeBytes(key);
        if (value < 0) {
            out.writeBytes(ascii(Long.toString(value)));
            return;
        }
        int start = out.writerIndex();
        int at = start + digits(value);
        out.writerIndex(at);
        long rest = value;
        do {
            out.setByte(--at, '0' + (int) (rest % 10));
            rest /= 10;
        } while (rest != 0);
    }

    /** The number of characters, including the sign of a negative value. */
    private static int digits(long value) {
        if (value < 0) {
            return Long.toString(value).length();
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

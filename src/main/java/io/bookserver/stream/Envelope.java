package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * What differs from one subscription to another around a {@code msg} that all share:
 * {@code {"type":...,"sid":...,"seq":...,"msg":...}} and a newline.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Envelope {
    private static final byte[] SEQ = ascii(",\"seq\":");
    private static final byte[] ID = ascii(",\"id\":");
    private static final byte[] CONFLATED = ascii(",\"conflated_count\":");
    private static final byte[] MSG = ascii(",\"msg\":");
    /** What every message ends with, behind its {@code msg}. */
    static final byte[] END = ascii("}\n");

    /** The head of a block that is stored as it is (RFC 1951, 3.2.4). */
    private static final int STORED_HEAD_BYTES = 5;

    private final byte[][] heads = new byte[DataType.values().length][];

    private final long sid;

    Envelope(long sid) {
        this.sid = sid;
    }

    /**
     * One message in a frame, ready to be sent, which the caller has to release.
     *
     * @param seq of the message, 0 for none
     * @param id of the command that asked for it, 0 for none
     * @param conflated how many messages this one stands for beside itself
     */
    ByteBuf around(byte[] msg, DataType type, long seq, long id, int conflated, ByteBufAllocator allocator) {
        int headBytes = headBytes(type, seq, id, conflated);
        ByteBuf out = Wire.frame(Wire.TEXT, headBytes + msg.length + END.length, allocator);
        head(out, type, seq, id, conflated);
        return out.writeBytes(msg).writeBytes(END);
    }

    /**
     * The same message for a client that takes compressed ones: what is its own is stored, what is shared is compressed.
     *
     * @param compressed the message from its {@code msg} on, by {@link Compressor}
     */
    ByteBuf aroundCompressed(
            byte[] compressed, DataType type, long seq, long id, int conflated, ByteBufAllocator allocator) {
        int headBytes = headBytes(type, seq, id, conflated);
        ByteBuf out = Wire.frame(Wire.COMPRESSED_TEXT, STORED_HEAD_BYTES + headBytes + compressed.length, allocator)
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

    /** The number of characters, with the sign of one below zero. */
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

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
    private static final byte[] END = ascii("}\n");

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
        byte[] head = head(type);
        int payloadBytes = head.length + numberBytes(SEQ, seq) + numberBytes(ID, id) + numberBytes(CONFLATED, conflated)
                + MSG.length + msg.length + END.length;
        ByteBuf out = Wire.frame(Wire.TEXT, payloadBytes, allocator).writeBytes(head);
        number(out, SEQ, seq);
        number(out, ID, id);
        number(out, CONFLATED, conflated);
        return out.writeBytes(MSG).writeBytes(msg).writeBytes(END);
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

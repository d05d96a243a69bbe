package io.bookserver.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * What differs from one subscription to another around a {@code msg} that all share:
 * {@code {"type":...,"sid":...,"seq":...,"msg":...}} and a newline.
 *
 * <p><i>Immutable.</i>
 */
final class Envelope {
    private static final byte[] SEQ = ascii(",\"seq\":");
    private static final byte[] ID = ascii(",\"id\":");
    private static final byte[] CONFLATED = ascii(",\"conflated_count\":");
    private static final byte[] MSG = ascii(",\"msg\":");
    private static final byte[] END = ascii("}\n");
    private static final int NUMBERS = 3 * 20;

    private final byte[][] heads = new byte[DataType.values().length][];

    Envelope(long sid) {
        for (DataType type : DataType.values()) {
            heads[type.ordinal()] = ascii("{\"type\":\"" + type.wireName() + "\",\"sid\":" + sid);
        }
    }

    /**
     * One message, ready to be sent, which the caller has to release.
     *
     * @param seq of the message, 0 for none
     * @param id of the command that asked for it, 0 for none
     * @param conflated how many messages this one stands for beside itself
     */
    ByteBuf around(byte[] msg, DataType type, long seq, long id, int conflated, ByteBufAllocator allocator) {
        byte[] head = heads[type.ordinal()];
        ByteBuf out = allocator.directBuffer(
                head.length + SEQ.length + ID.length + CONFLATED.length + MSG.length + NUMBERS + msg.length + END.length);
        out.writeBytes(head);
        if (seq != 0) {
            number(out.writeBytes(SEQ), seq);
        }
        if (id != 0) {
            number(out.writeBytes(ID), id);
        }
        if (conflated != 0) {
            number(out.writeBytes(CONFLATED), conflated);
        }
        return out.writeBytes(MSG).writeBytes(msg).writeBytes(END);
    }

    private static void number(ByteBuf out, long value) {
        if (value < 0) {
            out.writeBytes(ascii(Long.toString(value)));
            return;
        }
        int start = out.writerIndex();
        long rest = value;
        do {
            out.writeByte('0' + (int) (rest % 10));
            rest /= 10;
        } while (rest != 0);
        for (int low = start, high = out.writerIndex() - 1; low < high; low++, high--) {
            byte swapped = out.getByte(low);
            out.setByte(low, out.getByte(high));
            out.setByte(high, swapped);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

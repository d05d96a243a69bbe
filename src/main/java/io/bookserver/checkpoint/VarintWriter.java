package io.bookserver.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Fields as the varints of Kafka's own records: a number of either sign takes 1 to 10 bytes by its size, a text stands
 * behind the number of its bytes. Its memory grows as needed and is used again.
 *
 * <p><i>Not thread-safe; confined to the thread that writes.</i>
 */
final class VarintWriter implements FieldWriter {
    private static final int LONGEST_VARINT = 10;

    private ByteBuffer out = ByteBuffer.allocate(4_096);

    void clear() {
        out.clear();
    }

    @Override
    public void number(long value) {
        reserve(LONGEST_VARINT);
        ByteUtils.writeVarlong(value, out);
    }

    @Override
    public void text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        reserve(bytes.length);
        out.put(bytes);
    }

    /** The fields, with so many bytes left free before and behind them. */
    byte[] toBytes(int before, int behind) {
        byte[] bytes = new byte[before + out.position() + behind];
        System.arraycopy(out.array(), 0, bytes, before, out.position());
        return bytes;
    }

    private void reserve(int bytes) {
        if (out.remaining() < bytes) {
            out = ByteBuffer.allocate(2 * out.capacity() + bytes).put(out.flip());
        }
    }
}

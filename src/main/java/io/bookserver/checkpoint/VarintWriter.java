package io.bookserver.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Writes fields as the varints of Kafka's own record format: a number of either sign takes 1 to 10 bytes depending on
 * its size, a text is preceded by the number of its bytes. The buffer grows as needed and is reused.
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

    /** The fields, with that many free bytes before and after them. */
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

package io.bookserver.checkpoint;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Reads what a {@link VarintWriter} wrote.
 *
 * <p><i>Not thread-safe; confined to the thread that reads.</i>
 */
final class VarintReader implements FieldReader {
    private final ByteBuffer in;

    VarintReader(byte[] bytes, int from, int length) {
        in = ByteBuffer.wrap(bytes, from, length);
    }

    @Override
    public long number() throws IOException {
        try {
            return ByteUtils.readVarlong(in);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("no number", e);
        }
    }

    @Override
    public String text() throws IOException {
        long length = number();
        if (length < 0 || length > in.remaining()) {
            throw new IOException("no text of " + length + " bytes");
        }
        String text = new String(in.array(), in.arrayOffset() + in.position(), (int) length, StandardCharsets.UTF_8);
        in.position(in.position() + (int) length);
        return text;
    }

    @Override
    public boolean isAtEnd() {
        return !in.hasRemaining();
    }
}

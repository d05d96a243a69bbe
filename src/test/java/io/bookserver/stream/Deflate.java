package io.bookserver.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A client's side of compressed messages (RFC 7692, 7.2), using the JDK and none of the server's code.
 *
 * <p><i>Not thread-safe if it has a context.</i>
 */
final class Deflate {
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

    /** The next message, which refers back to earlier ones. */
    byte[] next(byte[] message) {
        deflater.setInput(message);
        byte[] out = new byte[message.length + 64];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(out, length - TAIL.length);
    }

    static byte[] alone(String message) {
        return alone(message.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] alone(byte[] message) {
        return new Deflate().next(message);
    }

    static byte[] inflated(byte[] payload) {
        var in = new ByteArrayOutputStream();
        in.writeBytes(payload);
        in.writeBytes(TAIL);
        var inflater = new Inflater(true);
        inflater.setInput(in.toByteArray());
        var out = new ByteArrayOutputStream();
        byte[] some = new byte[1 << 16];
        try {
            for (int n = inflater.inflate(some); n > 0; n = inflater.inflate(some)) {
                out.write(some, 0, n);
            }
        } catch (DataFormatException e) {
            throw new AssertionError("the server compresses rightly", e);
        }
        if (inflater.getRemaining() > 0) {
            throw new AssertionError("a message has an end: remaining=" + inflater.getRemaining());
        }
        return out.toByteArray();
    }
}

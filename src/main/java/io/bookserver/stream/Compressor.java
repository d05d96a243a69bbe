package io.bookserver.stream;

import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Compresses messages once for all followers of one event loop that get them one after the other: it remembers the
 * latest message of each kind. The output is part of a DEFLATE stream (RFC 1951) that begins and ends at a byte
 * boundary and refers to nothing outside itself, so it can follow any other part.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
final class Compressor {
    /** The end of a flushed part, which is left out of a message (RFC 7692, 7.2.1). */
    private static final int TAIL_BYTES = 4;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final byte[][] latest = new byte[2 * DataType.values().length][];
    private final byte[][] latestCompressed = new byte[latest.length][];
    private byte[] buffer = new byte[1 << 12];

    /**
     * The compressed end of a message, from that {@code msg} on. The caller must not modify the array.
     *
     * @param yesScale which of the two forms of a message it is
     */
    byte[] compressed(byte[] msg, DataType type, boolean yesScale) {
        int kind = 2 * type.ordinal() + (yesScale ? 1 : 0);
        if (latest[kind] != msg) {
            latestCompressed[kind] = compress(msg);
            latest[kind] = msg;
        }
        return latestCompressed[kind];
    }

    /** Drops the remembered messages, which may be long. */
    void forget() {
        Arrays.fill(latest, null);
        Arrays.fill(latestCompressed, null);
    }

    private byte[] compress(byte[] msg) {
        deflater.reset();
        deflater.setInput(msg);
        int length = deflate(0, Deflater.NO_FLUSH);
        deflater.setInput(Envelope.END);
        length = deflate(length, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(buffer, length - TAIL_BYTES);
    }

    /** Runs until the output buffer has room left, which shows that everything has been written. */
    private int deflate(int from, int flush) {
        int at = from;
        while (true) {
            at += deflater.deflate(buffer, at, buffer.length - at, flush);
            if (at < buffer.length) {
                return at;
            }
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
    }
}

package io.bookserver.checkpoint;

import io.bookserver.book.MarketState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The records of a checkpoint: a market under its ticker, and the marker under a key that no ticker has. A value
 * consists of one byte for the format, the fields, and a checksum of the key and everything before it. Fields may be
 * added at the end without a new format; a checkpoint of an unknown format is unusable.
 *
 * <p><i>Not thread-safe; confined to one thread.</i>
 */
final class CheckpointFormat {
    private static final byte FORM = 1;
    private static final int CHECKSUM_BYTES = 4;
    /** Never the first byte of a text in UTF-8. */
    private static final byte[] MARKER_KEY = {(byte) 0xFF};

    private final VarintWriter out = new VarintWriter();

    static byte[] markerKey() {
        return MARKER_KEY.clone();
    }

    static boolean isMarker(byte[] key) {
        return Arrays.equals(key, MARKER_KEY);
    }

    byte[] value(byte[] key, HeldMarket market) {
        out.clear();
        out.number(market.holdsBelow());
        MarketFields.write(market.state(), out);
        return enclosed(key);
    }

    byte[] value(Marker marker) {
        out.clear();
        marker.write(out);
        return enclosed(MARKER_KEY);
    }

    static HeldMarket market(String ticker, byte[] key, byte[] value) throws UnusableException {
        try {
            FieldReader in = fields(key, value);
            long holdsBelow = in.number();
            MarketState state = MarketFields.read(ticker, in);
            return new HeldMarket(state, holdsBelow);
        } catch (IOException e) {
            throw new UnusableException(Usability.DAMAGED, "market_ticker=" + ticker + ": " + e.getMessage());
        }
    }

    static Marker marker(byte[] value) throws UnusableException {
        try {
            return Marker.read(fields(MARKER_KEY, value));
        } catch (IOException e) {
            throw new UnusableException(Usability.DAMAGED, "marker: " + e.getMessage());
        }
    }

    private byte[] enclosed(byte[] key) {
        byte[] value = out.toBytes(1, CHECKSUM_BYTES);
        value[0] = FORM;
        int end = value.length - CHECKSUM_BYTES;
        ByteBuffer.wrap(value).putInt(end, checksum(key, value, end));
        return value;
    }

    private static FieldReader fields(byte[] key, byte[] value) throws UnusableException {
        int end = value.length - CHECKSUM_BYTES;
        if (end < 1 || ByteBuffer.wrap(value).getInt(end) != checksum(key, value, end)) {
            throw new UnusableException(Usability.DAMAGED, "checksum of " + value.length + " bytes");
        }
        if (value[0] != FORM) {
            throw new UnusableException(Usability.UNKNOWN_VERSION, "format " + value[0] + ", supported is " + FORM);
        }
        return new VarintReader(value, 1, end - 1);
    }

    private static int checksum(byte[] key, byte[] value, int end) {
        CRC32C sum = new CRC32C();
        sum.update(key, 0, key.length);
        sum.update(value, 0, end);
        return (int) sum.getValue();
    }
}

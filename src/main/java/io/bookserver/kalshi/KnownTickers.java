package io.bookserver.kalshi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Interns tickers by their bytes. A ticker that is still known is returned as the same object as before, so that it
 * costs no allocation and its hash is already computed. The table has a fixed size: of three tickers with the same pair
 * of slots the later two stay.
 *
 * <p>A library's cache needs the ticker as its key, which is the very allocation to be saved.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class KnownTickers {
    private static final int PLACES = 16_384;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final byte[][] bytes = new byte[PLACES][];
    private final String[] tickers = new String[PLACES];

    /** The ticker in these ASCII bytes; empty if they are not a valid one. */
    String of(byte[] text, int from, int to) {
        int place = place(text, from, to);
        if (isAt(place, text, from, to)) {
            return tickers[place];
        }
        if (isAt(place + 1, text, from, to)) {
            return tickers[place + 1];
        }
        String fresh = new String(text, from, to - from, StandardCharsets.US_ASCII);
        if (!EnvelopeDecoder.isTicker(fresh)) {
            return "";
        }
        bytes[place + 1] = bytes[place];
        tickers[place + 1] = tickers[place];
        bytes[place] = Arrays.copyOfRange(text, from, to);
        tickers[place] = fresh;
        return fresh;
    }

    private boolean isAt(int place, byte[] text, int from, int to) {
        byte[] candidate = bytes[place];
        return candidate != null && Arrays.equals(text, from, to, candidate, 0, candidate.length);
    }

    /** The first of the ticker's two slots. */
    private static int place(byte[] text, int from, int to) {
        long hash = to - from;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            hash = (hash ^ (long) CommonJson.EIGHT_BYTES.get(text, at)) * MIX;
            hash ^= hash >>> 32;
        }
        for (; at < to; at++) {
            hash = (hash ^ text[at]) * MIX;
        }
        hash ^= hash >>> 32;
        return (int) hash & PLACES - 2;
    }
}

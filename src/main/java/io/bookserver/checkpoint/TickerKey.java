package io.bookserver.checkpoint;

import java.nio.charset.StandardCharsets;

/**
 * A ticker as a record's key: in UTF-8 or, for one that has no UTF-8 form (an unpaired surrogate), 0xFE and its UTF-16.
 *
 * <p><i>Stateless.</i>
 */
final class TickerKey {
    /** Never the first byte of a text in UTF-8. */
    private static final byte AS_IT_IS = (byte) 0xFE;

    private TickerKey() {}

    static byte[] of(String ticker) {
        byte[] key = ticker.getBytes(StandardCharsets.UTF_8);
        return ticker.equals(new String(key, StandardCharsets.UTF_8)) ? key : asItIs(ticker);
    }

    static String ticker(byte[] key) {
        return key.length > 0 && key[0] == AS_IT_IS
                ? fromUtf16(key) : new String(key, StandardCharsets.UTF_8);
    }

    private static byte[] asItIs(String ticker) {
        byte[] key = new byte[1 + 2 * ticker.length()];
        key[0] = AS_IT_IS;
        for (int i = 0; i < ticker.length(); i++) {
            key[1 + 2 * i] = (byte) (ticker.charAt(i) >> 8);
            key[2 + 2 * i] = (byte) ticker.charAt(i);
        }
        return key;
    }

    private static String fromUtf16(byte[] key) {
        char[] ticker = new char[(key.length - 1) / 2];
        for (int i = 0; i < ticker.length; i++) {
            ticker[i] = (char) ((key[1 + 2 * i] & 0xFF) << 8 | key[2 + 2 * i] & 0xFF);
        }
        return new String(ticker);
    }
}

package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/**
 * Short texts that come again and again, tickers above all: a text that is still known is handed out as the very string
 * it was the last time, so that it costs no allocation and its hash is there. Of two texts that share a place the later
 * one stays, so it never grows.
 *
 * <p>A cache of a library takes the text as its key, which is the very allocation that is saved here.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class KnownText {
    private static final int PLACES = 8192;

    private final String[] known = new String[PLACES];

    /** The text of the string that the parser stands on. */
    String of(JsonParser parser) throws IOException {
        char[] text = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int length = parser.getTextLength();
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + text[i];
        }
        int place = (hash ^ hash >>> 15) & PLACES - 1;
        String candidate = known[place];
        if (candidate != null && isSame(candidate, hash, text, from, length)) {
            return candidate;
        }
        String fresh = new String(text, from, length);
        if (length <= EnvelopeDecoder.MAX_TICKER_LENGTH) {
            known[place] = fresh;
        }
        return fresh;
    }

    private static boolean isSame(String candidate, int hash, char[] text, int from, int length) {
        if (candidate.length() != length || candidate.hashCode() != hash) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (candidate.charAt(i) != text[from + i]) {
                return false;
            }
        }
        return true;
    }
}

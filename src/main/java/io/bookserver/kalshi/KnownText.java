package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/**
 * Interns short strings that occur again and again, mainly tickers. A string that is still known is returned as the
 * same object as before, so that it costs no allocation and its hash is already computed. The table has a fixed size:
 * of two strings with the same slot the later one stays.
 *
 * <p>A library's cache needs the string as its key, which is the very allocation to be saved.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class KnownText {
    private static final int PLACES = 8192;

    private final String[] known = new String[PLACES];

    /** The string at the parser's position. */
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

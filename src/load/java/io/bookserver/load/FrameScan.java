package io.bookserver.load;

/**
 * Finds the few fields of a frame that a measurement needs, without parsing the rest.
 *
 * <p><i>Stateless.</i>
 */
final class FrameScan {
    private FrameScan() {}

    /** The position after the first occurrence of that text; -1 if it does not occur. */
    static int after(byte[] in, int from, int to, byte[] text) {
        byte head = text[0];
        int last = to - text.length;
        for (int at = from; at <= last; at++) {
            if (in[at] == head && matches(in, at, text)) {
                return at + text.length;
            }
        }
        return -1;
    }

    /** The position after the last occurrence of that text; -1 if it does not occur. */
    static int afterLast(byte[] in, int from, int to, byte[] text) {
        for (int at = to - text.length; at >= from; at--) {
            if (in[at] == text[0] && matches(in, at, text)) {
                return at + text.length;
            }
        }
        return -1;
    }

    static int indexOf(byte[] in, int from, int to, char c) {
        int at = from;
        while (at < to && in[at] != c) {
            at++;
        }
        return at;
    }

    /** The number at this position, or {@code otherwise} if there is none. */
    static long number(byte[] in, int from, int to, long otherwise) {
        int at = from;
        long value = 0;
        while (at < to && in[at] >= '0' && in[at] <= '9') {
            value = value * 10 + in[at] - '0';
            at++;
        }
        return at == from ? otherwise : value;
    }

    private static boolean matches(byte[] in, int at, byte[] text) {
        for (int i = 1; i < text.length; i++) {
            if (in[at + i] != text[i]) {
                return false;
            }
        }
        return true;
    }
}

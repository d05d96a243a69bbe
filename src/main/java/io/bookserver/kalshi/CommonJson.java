package io.bookserver.kalshi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Parses JSON as nearly every publisher writes it: printable ASCII without escapes, strings of at most 4,096
 * characters, whole numbers of at most 18 digits, no white space except blanks. Anything else, valid or not, ends the
 * parsing, and {@link #isCommon()} is then false. It never accepts what a JSON parser would reject.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class CommonJson {
    static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long ZEROS = LOW_BITS * '0';
    private static final int MAX_DIGITS = 18;
    private static final long[] POWERS_OF_TEN = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000};
    /** {@code "0.4300"}, with any other characters for the last four. */
    private static final long PRICE_FORM = 0x2200_0000_002E_3022L;
    private static final long PRICE_FORM_MASK = 0xFF00_0000_00FF_FFFFL;
    /** A general parser rejects names that are far longer. */
    private static final int MAX_TEXT = 4096;
    /** Limits a quantity to what a book can hold. */
    private static final int MAX_DIGITS_BEFORE_POINT = 12;

    private byte[] bytes;
    private int end;
    private int at;
    private boolean common;
    /** The text last read: from its first byte to the closing quote, exclusive. */
    private int from;
    private int to;
    /** Its first and its last eight bytes, if it is a field's name. */
    private long first;
    private long last;

    /**
     * A text to compare with. Two reads of eight bytes distinguish it from every other text of at most 16 characters.
     *
     * @param first its first eight bytes, zero-padded if it is shorter
     * @param last its last eight bytes, or the same as {@code first} if it is shorter
     */
    record Word(int length, long first, long last, byte[] bytes) {
        private static final int TOLD_BY_TWO_READS = 16;

        static Word of(String ascii) {
            byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
            byte[] padded = Arrays.copyOf(bytes, Math.max(bytes.length, Long.BYTES));
            return new Word(bytes.length, (long) EIGHT_BYTES.get(padded, 0),
                    (long) EIGHT_BYTES.get(padded, padded.length - Long.BYTES), bytes);
        }

        boolean needsMore() {
            return length > TOLD_BY_TWO_READS;
        }
    }

    /** Begins with the first value of these bytes. */
    void start(byte[] value) {
        bytes = value;
        end = value.length;
        at = 0;
        common = true;
        skipBlanks();
    }

    /** Whether everything so far was in the common form. */
    boolean isCommon() {
        return common;
    }

    /** Ends the parsing: something is not in the common form. */
    void leave() {
        common = false;
        at = end;
    }

    /** The position of the next byte. */
    int position() {
        return at;
    }

    /** Whether exactly those bytes follow; they are skipped then. Otherwise the parsing ends. */
    boolean takeAll(byte[] expected, int expectedFrom, int expectedTo) {
        int length = expectedTo - expectedFrom;
        if (length <= end - at && (length < Long.BYTES
                ? sameFew(expected, expectedFrom, length) : sameMany(expected, expectedFrom, length))) {
            at += length;
            return true;
        }
        leave();
        return false;
    }

    /** Compares eight bytes at a time; the last eight may overlap those before, so that no byte is compared alone. */
    private boolean sameMany(byte[] expected, int expectedFrom, int length) {
        int lastEight = length - Long.BYTES;
        long difference = eight(bytes, at + lastEight) ^ eight(expected, expectedFrom + lastEight);
        for (int i = 0; i < lastEight; i += Long.BYTES) {
            difference |= eight(bytes, at + i) ^ eight(expected, expectedFrom + i);
        }
        return difference == 0;
    }

    private boolean sameFew(byte[] expected, int expectedFrom, int length) {
        if (length > 0 && at + Long.BYTES <= end && expectedFrom + Long.BYTES <= expected.length) {
            return (eight(bytes, at) ^ eight(expected, expectedFrom)) << Long.SIZE - length * Byte.SIZE == 0;
        }
        return Arrays.equals(bytes, at, at + length, expected, expectedFrom, expectedFrom + length);
    }

    void open(char bracket) {
        require(take(bracket));
    }

    /** Advances to the next field of an object, whose name becomes the text last read; false after the last one. */
    boolean field(boolean isFirst) {
        if (take('}')) {
            return false;
        }
        require(isFirst || take(','));
        nextText();
        require(take(':'));
        if (common) {
            readWords();
        }
        return common;
    }

    /** Advances to the next element of an array; false after the last one. */
    boolean element(boolean isFirst) {
        if (take(']')) {
            return false;
        }
        require(isFirst || take(','));
        return common;
    }

    void comma() {
        require(take(','));
    }

    void close(char bracket) {
        require(take(bracket));
    }

    /** Whether only blanks follow. */
    boolean isAtEnd() {
        return common && at == end;
    }

    /** Reads a string, which becomes the text last read. */
    void nextText() {
        if (at >= end || bytes[at] != '"') {
            leave();
            return;
        }
        from = at + 1;
        to = endOfText(from);
        if (to < 0 || to - from > MAX_TEXT) {
            leave();
            return;
        }
        at = to + 1;
        skipBlanks();
    }

    /** Whether the name last read, or the text after {@link #nextWord()}, is this one. */
    boolean is(Word word) {
        return first == word.first() && to - from == word.length() && last == word.last()
                && (!word.needsMore() || Arrays.equals(bytes, from, to, word.bytes(), 0, word.length()));
    }

    /** Reads a string to be compared by {@link #is(Word)}. */
    void nextWord() {
        nextText();
        if (common) {
            readWords();
        }
    }

    private void readWords() {
        int length = to - from;
        if (from + Long.BYTES > end) {
            leave();
        } else if (length >= Long.BYTES) {
            first = eight(bytes, from);
            last = eight(bytes, to - Long.BYTES);
        } else {
            // the shift by 64 of an empty text is one by 0; its length still distinguishes it from every other text
            first = eight(bytes, from) & -1L >>> Long.SIZE - length * Byte.SIZE;
            last = first;
        }
    }

    /** The text last read; empty if the parsing has ended. */
    String text() {
        return common ? new String(bytes, from, to - from, StandardCharsets.US_ASCII) : "";
    }

    /** The text last read as a ticker; empty if it is not a valid one. */
    String ticker(KnownTickers known) {
        return common ? known.of(bytes, from, to) : "";
    }

    /** A whole number, 0 or more. */
    long wholeNumber() {
        int begin = at;
        long number = 0;
        if (at + 2 * Long.BYTES <= end) {
            long eight = eight(bytes, at);
            int count = digitsAtStart(eight);
            if (count == Long.BYTES) {
                number = eightDigits(eight);
                at += Long.BYTES;
                eight = eight(bytes, at);
                count = digitsAtStart(eight);
            }
            if (count > 0) {
                number = number * POWERS_OF_TEN[count] + firstDigits(eight, count);
                at += count;
            }
        }
        // near the end of the record, and the last of more than 16 digits
        while (at < end && isDigit(bytes[at])) {
            number = number * 10 + bytes[at++] - '0';
        }
        int digits = at - begin;
        boolean ends = at < end && (bytes[at] == ',' || bytes[at] == '}' || bytes[at] == ' ');
        if (digits == 0 || digits > MAX_DIGITS || digits > 1 && bytes[begin] == '0' || !ends) {
            leave();
            return 0;
        }
        skipBlanks();
        return number;
    }

    /** A decimal number in a string, in units of 0.0001: a price in dollars as ticks. */
    long dollars() {
        if (at + Long.BYTES <= end) {
            long text = eight(bytes, at);
            long digits = text >>> 24 & 0xFFFF_FFFFL;
            if ((text & PRICE_FORM_MASK) == PRICE_FORM && digitsAtStart(digits) == 4) {
                at += Long.BYTES;
                skipBlanks();
                return firstDigits(digits, 4);
            }
        }
        return decimal(4);
    }

    /**
     * A decimal number in a string, in units of 10^-decimals.
     *
     * @param decimals the maximum number of digits after the point, 1 or more
     */
    long decimal(int decimals) {
        if (!passQuote(at)) {
            return 0;
        }
        boolean negative = at < end && bytes[at] == '-';
        int begin = negative ? at + 1 : at;
        int digit = begin;
        long units = 0;
        while (digit < end && isDigit(bytes[digit])) {
            units = units * 10 + bytes[digit++] - '0';
        }
        int before = digit - begin;
        int after = 0;
        if (digit < end && bytes[digit] == '.') {
            digit++;
            while (digit < end && isDigit(bytes[digit])) {
                units = units * 10 + bytes[digit++] - '0';
                after++;
            }
            // a point without digits after it
            before = after == 0 ? 0 : before;
        }
        if (before == 0 || before > MAX_DIGITS_BEFORE_POINT || after > decimals || !passQuote(digit)) {
            leave();
            return 0;
        }
        skipBlanks();
        for (int missing = after; missing < decimals; missing++) {
            units *= 10;
        }
        return negative ? -units : units;
    }

    /** Whether a quote is at that place; reading continues behind it then, else it ends. */
    private boolean passQuote(int place) {
        if (place < end && bytes[place] == '"') {
            at = place + 1;
            return true;
        }
        leave();
        return false;
    }

    /** Skips a value: a string, a whole number, true, false or null. */
    void skip() {
        int first = at < end ? bytes[at] : 0;
        if (first == '"') {
            nextText();
        } else if (isDigit(first)) {
            wholeNumber();
        } else {
            require(skipWord("null") || skipWord("true") || skipWord("false"));
        }
    }

    private boolean skipWord(String word) {
        int length = word.length();
        if (end - at <= length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += length;
        skipBlanks();
        return true;
    }

    private boolean take(char expected) {
        if (at < end && bytes[at] == expected) {
            at++;
            skipBlanks();
            return true;
        }
        return false;
    }

    private void require(boolean met) {
        if (!met) {
            leave();
        }
    }

    private void skipBlanks() {
        while (at < end && bytes[at] == ' ') {
            at++;
        }
    }

    /** The position of the closing quote, or -1 if something uncommon precedes it. Checks eight bytes at a time. */
    private int endOfText(int begin) {
        int place = begin;
        for (; place + Long.BYTES <= end; place += Long.BYTES) {
            long word = eight(bytes, place);
            long stops =
                    zeros(word ^ LOW_BITS * '"') | zeros(word ^ LOW_BITS * '\\') | word - LOW_BITS * ' ' & ~word | word;
            stops &= HIGH_BITS;
            if (stops != 0) {
                // below the first stop, no borrow has corrupted a bit
                int stop = place + (Long.numberOfTrailingZeros(stops) >>> 3);
                return bytes[stop] == '"' ? stop : -1;
            }
        }
        for (; place < end; place++) {
            byte b = bytes[place];
            if (b == '"') {
                return place;
            }
            if (b < ' ' || b == '\\') {
                return -1;
            }
        }
        return -1;
    }

    /** The high bit of each zero byte, and perhaps of bytes above such a one. */
    private static long zeros(long word) {
        return word - LOW_BITS & ~word;
    }

    private static long eight(byte[] from, int place) {
        return (long) EIGHT_BYTES.get(from, place);
    }

    /** How many of these characters are digits before the first one that is none, 0..8. */
    private static int digitsAtStart(long eight) {
        long others = (eight & 0xF0F0_F0F0_F0F0_F0F0L) ^ ZEROS
                | (eight + 0x0606_0606_0606_0606L & 0xF0F0_F0F0_F0F0_F0F0L) ^ ZEROS;
        // below the first other character, no carry has corrupted a bit
        return Long.numberOfTrailingZeros(others) >>> 3;
    }

    /** The value of the first {@code count} characters, all of them digits; 1..8. */
    private static long firstDigits(long eight, int count) {
        int bits = count * Byte.SIZE;
        return eightDigits(eight << Long.SIZE - bits | ZEROS >>> bits);
    }

    /** The value of eight digits: combines pairs, then pairs of pairs, then both halves. */
    private static long eightDigits(long eight) {
        long pairs = (eight - ZEROS) * 10 + (eight - ZEROS >>> 8) & 0x00FF_00FF_00FF_00FFL;
        long fours = pairs * 100 + (pairs >>> 16) & 0x0000_FFFF_0000_FFFFL;
        return fours * 10_000 + (fours >>> 32) & 0xFFFF_FFFFL;
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }
}

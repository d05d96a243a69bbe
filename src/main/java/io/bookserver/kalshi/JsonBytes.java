package io.bookserver.kalshi;

import io.bookserver.book.Level;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing buffer of JSON bytes (UTF-8).
 *
 * <p><i>Not thread-safe; confined to one builder of one text.</i>
 */
public final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MIN_LONG = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int size;

    public JsonBytes(int capacity) {
        bytes = new byte[capacity];
    }

    public int size() {
        return size;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    public JsonBytes clear() {
        size = 0;
        return this;
    }

    /** Removes the last byte if it is that character: the comma after a last element. */
    public JsonBytes dropLast(char c) {
        if (size > 0 && bytes[size - 1] == c) {
            size--;
        }
        return this;
    }

    /** Text that needs no escape: only visible ASCII, no quote, no backslash. */
    @SuppressWarnings("deprecation") // the only way to copy Latin-1 text without an array in between
    public JsonBytes ascii(String text) {
        int length = text.length();
        ensure(length);
        text.getBytes(0, length, bytes, size);
        size += length;
        return this;
    }

    public JsonBytes raw(byte[] ready) {
        ensure(ready.length);
        System.arraycopy(ready, 0, bytes, size, ready.length);
        size += ready.length;
        return this;
    }

    /** A quoted string, with escapes where needed. */
    public JsonBytes string(String text) {
        ensure(2);
        bytes[size++] = '"';
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            escaped(b);
        }
        ensure(1);
        bytes[size++] = '"';
        return this;
    }

    public JsonBytes number(long value) {
        ensure(20);
        if (value < 0) {
            if (value == Long.MIN_VALUE) {
                return raw(MIN_LONG);
            }
            bytes[size++] = '-';
            value = -value;
        }
        int digits = digits(value);
        int at = size + digits;
        size = at;
        do {
            bytes[--at] = (byte) ('0' + value % 10);
            value /= 10;
        } while (value != 0);
        return this;
    }

    /** The last digits of a number, with leading zeros: 7 with four digits is {@code 0007}. */
    public JsonBytes padded(long value, int count) {
        ensure(count);
        long rest = value;
        for (int at = size + count - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += count;
        return this;
    }

    /** A price in ticks as dollars with four decimals: {@code 0.4300}. Ticks 0..10000. */
    public JsonBytes dollars(int priceTicks) {
        return number(priceTicks / Level.TICKS_PER_DOLLAR).ascii(".").padded(priceTicks % Level.TICKS_PER_DOLLAR, 4);
    }

    /** Hundredths of a contract as contracts with two decimals: {@code -100.00}. */
    public JsonBytes contracts(long quantityHundredths) {
        if (quantityHundredths < 0) {
            ascii("-");
        }
        long magnitude = Math.abs(quantityHundredths);
        return number(magnitude / 100).ascii(".").padded(magnitude % 100, 2);
    }

    private void escaped(byte b) {
        ensure(6);
        if (b == '"' || b == '\\') {
            bytes[size++] = '\\';
            bytes[size++] = b;
        } else if (b >= 0 && b < ' ') {
            ascii("\\u00");
            bytes[size++] = HEX[b >> 4];
            bytes[size++] = HEX[b & 15];
        } else {
            bytes[size++] = b;
        }
    }

    private static int digits(long value) {
        int digits = 1;
        for (long limit = 10; digits < 19 && value >= limit; limit *= 10) {
            digits++;
        }
        return digits;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}

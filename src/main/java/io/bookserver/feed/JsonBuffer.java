package io.bookserver.feed;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A reusable byte buffer for JSON written by hand.
 *
 * <p><i>Not thread-safe; confined to its writer.</i>
 */
final class JsonBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_NUMBER = 20;

    private final byte[] digits = new byte[LONGEST_NUMBER];
    private byte[] bytes = new byte[1024];
    private int length;

    JsonBuffer clear() {
        length = 0;
        return this;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    JsonBuffer raw(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    JsonBuffer raw(String more) {
        return raw(more.getBytes(StandardCharsets.UTF_8));
    }

    JsonBuffer raw(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    JsonBuffer number(long value) {
        if (value == Long.MIN_VALUE) {
            return raw(Long.toString(value));
        }
        if (value < 0) {
            raw('-');
        }
        long rest = Math.abs(value);
        int at = LONGEST_NUMBER;
        do {
            digits[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        reserve(LONGEST_NUMBER - at);
        System.arraycopy(digits, at, bytes, length, LONGEST_NUMBER - at);
        length += LONGEST_NUMBER - at;
        return this;
    }

    /** The last digits of a number, with leading zeros: {@code digits(7, 4)} is {@code 0007}. */
    JsonBuffer digits(long value, int count) {
        reserve(count);
        long rest = value;
        for (int at = length + count - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += count;
        return this;
    }

    /** A price below one dollar in the exchange's form, without quotes: 4300 ticks are {@code 0.4300}. */
    JsonBuffer dollars(int priceTicks) {
        return raw('0').raw('.').digits(priceTicks, 4);
    }

    /** A count of contracts in the exchange's form, without quotes: -10050 hundredths are {@code -100.50}. */
    JsonBuffer contracts(long quantityHundredths) {
        if (quantityHundredths < 0) {
            raw('-');
        }
        long hundredths = Math.abs(quantityHundredths);
        return number(hundredths / 100).raw('.').digits(hundredths % 100, 2);
    }

    /** A JSON string with its quotes and escapes. */
    JsonBuffer quoted(String text) {
        raw('"');
        for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
            if (unit == '"' || unit == '\\') {
                raw('\\').raw((char) unit);
            } else if (unit >= 0 && unit < ' ') {
                raw("\\u00").raw((char) HEX[unit >> 4]).raw((char) HEX[unit & 15]);
            } else {
                reserve(1);
                bytes[length++] = unit;
            }
        }
        return raw('"');
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}

package io.bookserver.kalshi;

/**
 * Parses a decimal number into a whole number of its smallest unit, without floating point.
 *
 * <p>{@code BigDecimal} would allocate an object per number.
 *
 * <p><i>Stateless.</i>
 */
final class ExactDecimal {
    /** Not a decimal number, more decimals than the unit, or beyond 10^17 units. */
    static final long INVALID = Long.MIN_VALUE;

    private static final long LIMIT = 100_000_000_000_000_000L;

    private ExactDecimal() {}

    /**
     * For example, {@code "-12.30"} with two decimals is -1230.
     *
     * @param decimals the number of decimals of the unit; further ones must be zeros
     * @return the units, or {@link #INVALID}
     */
    static long parse(char[] text, int from, int length, int decimals) {
        int at = from;
        int end = from + length;
        boolean negative = at < end && text[at] == '-';
        if (negative) {
            at++;
        }
        long units = 0;
        int digits = 0;
        int point = -1;
        for (; at < end; at++) {
            char c = text[at];
            if (c == '.' && point < 0) {
                point = digits;
                continue;
            }
            int digit = c - '0';
            if (digit < 0 || digit > 9) {
                return INVALID;
            }
            if (point >= 0 && digits - point >= decimals) {
                if (digit != 0) {
                    return INVALID;
                }
                continue;
            }
            units = units * 10 + digit;
            digits++;
            if (units >= LIMIT) {
                return INVALID;
            }
        }
        if (digits == 0) {
            return INVALID;
        }
        for (int missing = decimals - (point < 0 ? 0 : digits - point); missing > 0; missing--) {
            units *= 10;
            if (units >= LIMIT) {
                return INVALID;
            }
        }
        return negative ? -units : units;
    }
}

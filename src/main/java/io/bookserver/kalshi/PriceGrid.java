package io.bookserver.kalshi;

/**
 * The exchange's price level structures: the prices at which orders may rest (doc).
 *
 * <p><i>Stateless.</i>
 */
final class PriceGrid {
    private static final String CENTS = "[" + range("0.0000", "1.0000", "0.0100") + "]";
    private static final String TENTHS = "[" + range("0.0000", "1.0000", "0.0010") + "]";
    private static final String TENTHS_AT_THE_ENDS = "[" + range("0.0000", "0.1000", "0.0010") + ","
            + range("0.1000", "0.9000", "0.0100") + "," + range("0.9000", "1.0000", "0.0010") + "]";

    private PriceGrid() {}

    /** The {@code price_ranges} of that structure; none if it is unknown. */
    static String named(String structure) {
        switch (structure) {
            case "linear_cent":
                return CENTS;
            case "deci_cent":
                return TENTHS;
            case "tapered_deci_cent":
                return TENTHS_AT_THE_ENDS;
            default:
                return "[]";
        }
    }

    private static String range(String start, String end, String step) {
        return "{\"start\":\"" + start + "\",\"end\":\"" + end + "\",\"step\":\"" + step + "\"}";
    }
}

package io.bookserver.book;

/**
 * Resting bids at one price. {@code priceTicks} is in ten-thousandths of a dollar, 1..9999; {@code quantityHundredths}
 * is in hundredths of a contract, 1 or more; {@code stamp} is that of the record that last changed the level;
 * {@code serverPublishedMs} (epoch) is when this server made the change visible.
 *
 * <p><i>Immutable.</i>
 */
public record Level(int priceTicks, long quantityHundredths, RecordStamp stamp, long serverPublishedMs) {
    /** One tick is 0.0001 dollar, fine enough for every price grid that the exchange uses or has announced. */
    public static final int TICKS_PER_DOLLAR = 10_000;
    public static final int MIN_PRICE_TICKS = 1;
    public static final int MAX_PRICE_TICKS = TICKS_PER_DOLLAR - 1;
    /** Far above any quantity on the exchange, and low enough that the sum of two does not overflow. */
    public static final long MAX_QUANTITY_HUNDREDTHS = 1L << 60;

    public Level {
        if (!isPrice(priceTicks)) {
            throw new IllegalArgumentException("priceTicks must be in 1..9999: priceTicks=" + priceTicks);
        }
        if (quantityHundredths < 1 || quantityHundredths > MAX_QUANTITY_HUNDREDTHS) {
            throw new IllegalArgumentException(
                    "quantityHundredths must be in 1..2^60: quantityHundredths=" + quantityHundredths);
        }
    }

    public static boolean isPrice(long priceTicks) {
        return priceTicks >= MIN_PRICE_TICKS && priceTicks <= MAX_PRICE_TICKS;
    }

    /** Whether price and quantity are the same; timestamps are not compared. */
    public boolean sameSizeAs(Level other) {
        return priceTicks == other.priceTicks && quantityHundredths == other.quantityHundredths;
    }

    /** Whether this bid and one on the other side add up to a dollar or more: locked or crossed (rule 5). */
    boolean crosses(Level onTheOtherSide) {
        return priceTicks + onTheOtherSide.priceTicks >= TICKS_PER_DOLLAR;
    }
}

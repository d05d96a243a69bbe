package io.bookserver.book;

/**
 * A market's trading statistics, from the exchange's {@code ticker} and {@code trade} messages if the feed has them. A
 * value is 0 until a message gives it.
 *
 * <p><i>Immutable.</i>
 *
 * @param lastPriceTicks the last trade's yes price in ticks, 0..10000
 * @param lastTradeHundredths the last trade's size, hundredths of a contract
 * @param volumeHundredths contracts traded so far, in hundredths
 * @param openInterestHundredths contracts held, in hundredths
 * @param dollarVolume the exchange's own figure, whole dollars
 * @param dollarOpenInterest the exchange's own figure, whole dollars
 */
public record MarketStatistics(
        int lastPriceTicks,
        long lastTradeHundredths,
        long volumeHundredths,
        long openInterestHundredths,
        long dollarVolume,
        long dollarOpenInterest) {
    public static final MarketStatistics NONE = new MarketStatistics(0, 0, 0, 0, 0, 0);

    /** These statistics after one more trade. */
    MarketStatistics withTrade(int priceTicks, long tradeHundredths) {
        return new MarketStatistics(priceTicks, tradeHundredths, volumeHundredths, openInterestHundredths,
                dollarVolume, dollarOpenInterest);
    }
}

package io.bookserver.book;

/**
 * What is traded in a market, which a book cannot know: it comes from the exchange's {@code ticker} and {@code trade}
 * messages, where the feed has them. Everything is 0 as long as nothing has told it.
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

    /** The same market after one more trade. */
    MarketStatistics withTrade(int priceTicks, long tradeHundredths) {
        return new MarketStatistics(priceTicks, tradeHundredths, volumeHundredths, openInterestHundredths,
                dollarVolume, dollarOpenInterest);
    }
}

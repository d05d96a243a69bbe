package io.bookserver.book;

/**
 * A {@code ticker} or {@code trade} message. It changes no book, adds no market and does not increment the version.
 *
 * <p><i>Immutable.</i>
 *
 * @param isTrade whether it has only the last trade's price and size; a price of 0 is one that could not be read
 * @param recordMs Kafka's timestamp of the record, epoch milliseconds
 */
public record StatisticsReported(String ticker, MarketStatistics statistics, boolean isTrade, long recordMs) {
    MarketStatistics applyTo(MarketStatistics before) {
        return isTrade
                ? before.withTrade(statistics.lastPriceTicks() == 0 ? before.lastPriceTicks() : statistics.lastPriceTicks(),
                        statistics.lastTradeHundredths())
                : statistics;
    }
}

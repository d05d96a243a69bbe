package io.bookserver.book;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A market's description from the exchange's lifecycle messages. No book, status or version depends on it. A text is
 * empty until a record gives it.
 *
 * <p><i>Immutable.</i>
 *
 * @param eventTicker the event that the market belongs to
 * @param seriesTicker the series that the event belongs to
 * @param result {@code yes}, {@code no} or {@code scalar}
 * @param settlementValue the settlement value of a yes contract, in dollars as the exchange writes them
 * @param priceLevelStructure the exchange's name of the price grid
 * @param canCloseEarly whether trading may end before the closing time
 * @param expectedExpirationMs when the result is expected, epoch milliseconds
 */
public record MarketDetails(
        String eventTicker,
        String seriesTicker,
        String title,
        String yesSubTitle,
        String noSubTitle,
        String result,
        String settlementValue,
        String priceLevelStructure,
        Optional<Boolean> canCloseEarly,
        OptionalLong expectedExpirationMs) {

    public static final MarketDetails NONE =
            new MarketDetails("", "", "", "", "", "", "", "", Optional.empty(), OptionalLong.empty());

    /** These details, updated with those fields that a newer message gives. */
    public MarketDetails with(MarketDetails told) {
        return new MarketDetails(
                newer(eventTicker, told.eventTicker),
                newer(seriesTicker, told.seriesTicker),
                newer(title, told.title),
                newer(yesSubTitle, told.yesSubTitle),
                newer(noSubTitle, told.noSubTitle),
                newer(result, told.result),
                newer(settlementValue, told.settlementValue),
                newer(priceLevelStructure, told.priceLevelStructure),
                told.canCloseEarly.isPresent() ? told.canCloseEarly : canCloseEarly,
                told.expectedExpirationMs.isPresent() ? told.expectedExpirationMs : expectedExpirationMs);
    }

    MarketDetails named(String event, String series) {
        return new MarketDetails(event, series, title, yesSubTitle, noSubTitle, result, settlementValue, priceLevelStructure,
                canCloseEarly, expectedExpirationMs);
    }

    private static String newer(String before, String told) {
        return told.isEmpty() || told.equals(before) ? before : told;
    }
}

package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.Level;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.StatisticsReported;
import java.io.IOException;
import java.util.Optional;

/**
 * The {@code msg} of a {@code ticker} or a {@code trade}. It is only displayed, so a field that cannot be read counts
 * as absent; an empty {@code price_dollars} does occur (rec).
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class StatisticsMessage {
    private static final int PRICE_DECIMALS = 4;
    private static final int CENT_DECIMALS = 2;
    private static final int QUANTITY_DECIMALS = 2;

    private String ticker;
    private boolean isTrade;
    private long priceTicks;
    private long tradeHundredths;
    private long volumeHundredths;
    private long openInterestHundredths;
    private long dollarVolume;
    private long dollarOpenInterest;

    void clear() {
        ticker = null;
        priceTicks = 0;
        tradeHundredths = 0;
        volumeHundredths = 0;
        openInterestHundredths = 0;
        dollarVolume = 0;
        dollarOpenInterest = 0;
    }

    void read(JsonParser parser, MessageType type) throws IOException {
        isTrade = type == MessageType.TRADE;
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            field(parser, name);
            parser.skipChildren();
        }
    }

    /** Null if absent. */
    String ticker() {
        return ticker;
    }

    /** The statistics, if the message names a market. */
    Optional<StatisticsReported> toReport(long recordMs) {
        if (ticker == null || priceTicks > Level.TICKS_PER_DOLLAR) {
            return Optional.empty();
        }
        MarketStatistics statistics = new MarketStatistics((int) priceTicks, tradeHundredths, volumeHundredths,
                openInterestHundredths, dollarVolume, dollarOpenInterest);
        return Optional.of(new StatisticsReported(ticker, statistics, isTrade, recordMs));
    }

    /** The fixed-point form may come after the older one, and takes precedence over it. */
    private void field(JsonParser parser, String name) throws IOException {
        switch (name) {
            case "market_ticker":
                ticker = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
                break;
            case "price_dollars":
            case "yes_price_dollars":
                priceTicks = units(parser, PRICE_DECIMALS, priceTicks);
                break;
            case "price":
            case "yes_price":
                priceTicks = priceTicks == 0 ? units(parser, CENT_DECIMALS, 0) : priceTicks;
                break;
            case "last_trade_size_fp":
            case "count_fp":
                tradeHundredths = units(parser, QUANTITY_DECIMALS, tradeHundredths);
                break;
            case "count":
                tradeHundredths = tradeHundredths == 0 ? units(parser, QUANTITY_DECIMALS, 0) : tradeHundredths;
                break;
            case "volume_fp":
                volumeHundredths = units(parser, QUANTITY_DECIMALS, volumeHundredths);
                break;
            case "volume":
                volumeHundredths = volumeHundredths == 0 ? units(parser, QUANTITY_DECIMALS, 0) : volumeHundredths;
                break;
            case "open_interest_fp":
                openInterestHundredths = units(parser, QUANTITY_DECIMALS, openInterestHundredths);
                break;
            case "open_interest":
                openInterestHundredths =
                        openInterestHundredths == 0 ? units(parser, QUANTITY_DECIMALS, 0) : openInterestHundredths;
                break;
            case "dollar_volume":
                dollarVolume = units(parser, 0, 0);
                break;
            case "dollar_open_interest":
                dollarOpenInterest = units(parser, 0, 0);
                break;
            default:
        }
    }

    private static long units(JsonParser parser, int decimals, long otherwise) throws IOException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
            return otherwise;
        }
        long units = ExactDecimal.parse(
                parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(), decimals);
        return units < 0 ? otherwise : units;
    }
}

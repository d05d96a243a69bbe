package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.Level;
import java.io.IOException;
import java.time.Instant;

/**
 * A trade of the WebSocket, read in order to be written in the format of the exchange's REST interface. A field that
 * cannot be read counts as absent.
 *
 * <p><i>Immutable.</i>
 */
public final class TradeJson {
    private static final JsonFactory JSON = new JsonFactory();

    private String id = "";
    private String ticker = "";
    private long countHundredths;
    private long yesTicks = -1;
    private long noTicks = -1;
    private String takerSide = "";
    private long tradedMs;
    private boolean block;

    private TradeJson() {}

    /** Reads the {@code msg} of a trade. */
    public static TradeJson read(byte[] msg) {
        TradeJson trade = new TradeJson();
        try (JsonParser parser = JSON.createParser(msg)) {
            parser.nextToken();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                trade.field(parser, name);
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("a trade that was decoded once must be JSON", e);
        }
        return trade;
    }

    /** When it was traded, epoch milliseconds; 0 if absent. */
    public long tradedMs() {
        return tradedMs;
    }

    public boolean isBlock() {
        return block;
    }

    public void write(JsonBytes out) {
        long yes = yesTicks >= 0 ? yesTicks : noTicks >= 0 ? Level.TICKS_PER_DOLLAR - noTicks : 0;
        out.ascii("{\"trade_id\":").string(id).ascii(",\"ticker\":").string(ticker);
        out.ascii(",\"count_fp\":\"").contracts(countHundredths);
        out.ascii("\",\"yes_price_dollars\":\"").dollars((int) yes);
        out.ascii("\",\"no_price_dollars\":\"").dollars(Level.TICKS_PER_DOLLAR - (int) yes);
        out.ascii("\",\"taker_side\":").string(takerSide).ascii(",\"taker_outcome_side\":").string(takerSide);
        out.ascii(",\"taker_book_side\":\"").ascii(takerSide.equals("no") ? "ask" : "bid");
        out.ascii("\",\"created_time\":\"")
                .ascii(tradedMs > 0 ? Instant.ofEpochMilli(tradedMs).toString() : "0001-01-01T00:00:00Z");
        out.ascii(block ? "\",\"is_block_trade\":true}" : "\",\"is_block_trade\":false}");
    }

    /** The fixed-point form takes precedence over the older one. */
    private void field(JsonParser parser, String name) throws IOException {
        switch (name) {
            case "trade_id":
                id = text(parser, id);
                break;
            case "market_ticker":
                ticker = text(parser, ticker);
                break;
            case "count_fp":
                countHundredths = Math.max(0, units(parser, 2, countHundredths));
                break;
            case "count":
                countHundredths = countHundredths > 0 ? countHundredths : Math.max(0, units(parser, 2, 0));
                break;
            case "yes_price_dollars":
                yesTicks = ticks(parser, 4, yesTicks);
                break;
            case "no_price_dollars":
                noTicks = ticks(parser, 4, noTicks);
                break;
            case "yes_price":
                yesTicks = yesTicks >= 0 ? yesTicks : ticks(parser, 2, yesTicks);
                break;
            case "taker_side":
            case "taker_outcome_side":
                takerSide = text(parser, takerSide);
                break;
            case "ts_ms":
                tradedMs = whole(parser, tradedMs, 1);
                break;
            case "ts":
                tradedMs = tradedMs > 0 ? tradedMs : whole(parser, tradedMs, 1_000);
                break;
            case "is_block_trade":
                block = parser.currentToken() == JsonToken.VALUE_TRUE;
                break;
            default:
        }
    }

    private static String text(JsonParser parser, String otherwise) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : otherwise;
    }

    private static long ticks(JsonParser parser, int decimals, long otherwise) throws IOException {
        long ticks = units(parser, decimals, otherwise);
        return ticks > Level.TICKS_PER_DOLLAR ? otherwise : ticks;
    }

    private static long units(JsonParser parser, int decimals, long otherwise) throws IOException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
            return otherwise;
        }
        long units = ExactDecimal.parse(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(),
                decimals);
        return units < 0 ? otherwise : units;
    }

    private static long whole(JsonParser parser, long otherwise, long factor) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return otherwise;
        }
        long value = parser.getLongValue();
        return value > 0 && value <= 253_402_300_799_000L / factor ? value * factor : otherwise;
    }
}

package io.bookserver.feed.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.MarketDetails;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Parses the exchange's REST answers: pages of markets, and books.
 *
 * <p><i>Stateless.</i>
 */
final class RestReader {
    private static final JsonFactory JSON = new JsonFactory();

    private RestReader() {}

    /**
     * One page of the list of markets.
     *
     * @param cursor where the next page begins; empty for the last page
     * @param faults the number of invalid entries, which were left out
     */
    record MarketPage(List<ListedMarket> markets, String cursor, int faults) {}

    static MarketPage markets(byte[] body) throws IOException {
        List<ListedMarket> markets = new ArrayList<>();
        String cursor = "";
        int faults = 0;
        boolean listed = false;
        try (JsonParser parser = opened(body)) {
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (name.equals("markets") && value == JsonToken.START_ARRAY) {
                    listed = true;
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        faults += readMarket(parser, markets) ? 0 : 1;
                    }
                } else if (name.equals("markets") && value == JsonToken.VALUE_NULL) {
                    // how Go writes an empty list that was never created
                    listed = true;
                } else if (name.equals("cursor") && value == JsonToken.VALUE_STRING) {
                    cursor = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (!listed) {
            throw new IOException("a page of markets must have a list named markets");
        }
        return new MarketPage(markets, cursor, faults);
    }

    /** Reads one entry of the list; returns whether it is a market. */
    private static boolean readMarket(JsonParser parser, List<ListedMarket> to) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return false;
        }
        String ticker = "";
        boolean understood = false;
        ListedMarket.Phase phase = ListedMarket.Phase.UNKNOWN;
        OptionalLong openS = OptionalLong.empty();
        OptionalLong closeS = OptionalLong.empty();
        String event = "";
        String title = "";
        String yesSubTitle = "";
        String noSubTitle = "";
        String grid = "";
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
            if (!text) {
                parser.skipChildren();
                continue;
            }
            switch (name) {
                case "ticker", "market_ticker" -> ticker = parser.getText();
                case "status" -> {
                    phase = ListedMarket.Phase.named(parser.getText());
                    understood = phase != ListedMarket.Phase.UNKNOWN
                            || parser.getText().equals(ListedMarket.Phase.UNKNOWN.wireName());
                }
                // a relay's own field: it shows if the status is unknown
                case "phase" -> phase = parser.getText().equals(ListedMarket.Phase.UNKNOWN.wireName())
                        ? ListedMarket.Phase.UNKNOWN : phase;
                case "open_time" -> openS = seconds(parser.getText());
                case "close_time" -> closeS = seconds(parser.getText());
                case "event_ticker" -> event = parser.getText();
                case "title" -> title = parser.getText();
                case "yes_sub_title" -> yesSubTitle = parser.getText();
                case "no_sub_title" -> noSubTitle = parser.getText();
                case "price_level_structure" -> grid = parser.getText();
                default -> { }
            }
        }
        if (ticker.isEmpty() || !understood) {
            return false;
        }
        to.add(new ListedMarket(ticker, phase, openS, closeS, event.isEmpty() ? MarketDetails.NONE
                : new MarketDetails(event, "", title, yesSubTitle, noSubTitle, "", "", grid, Optional.empty(),
                OptionalLong.empty())));
        return true;
    }

    private static OptionalLong seconds(String time) {
        try {
            long seconds = OffsetDateTime.parse(time).toEpochSecond();
            // the year 1 stands for an unknown time
            return seconds > 0 ? OptionalLong.of(seconds) : OptionalLong.empty();
        } catch (DateTimeException e) {
            return OptionalLong.empty();
        }
    }

    /** The books in an answer for several markets, by ticker. */
    static Map<String, BookLevels> books(byte[] body) throws IOException {
        Map<String, BookLevels> books = new HashMap<>();
        try (JsonParser parser = opened(body)) {
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("orderbooks")) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        require(parser.currentToken() == JsonToken.START_OBJECT, "a book must be an object");
                        readBook(parser, books);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        return books;
    }

    private static void readBook(JsonParser parser, Map<String, BookLevels> to) throws IOException {
        String ticker = "";
        BookLevels book = null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("ticker") && value == JsonToken.VALUE_STRING) {
                ticker = parser.getText();
            } else if (name.equals("orderbook_fp") && value == JsonToken.START_OBJECT) {
                book = readLadders(parser);
            } else {
                parser.skipChildren();
            }
        }
        if (!ticker.isEmpty() && book != null) {
            to.put(ticker, book);
        }
    }

    private static BookLevels readLadders(JsonParser parser) throws IOException {
        Map<Integer, Long> yes = Map.of();
        Map<Integer, Long> no = Map.of();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("yes_dollars") && value == JsonToken.START_ARRAY) {
                yes = readLadder(parser);
            } else if (name.equals("no_dollars") && value == JsonToken.START_ARRAY) {
                no = readLadder(parser);
            } else {
                parser.skipChildren();
            }
        }
        return new BookLevels(yes, no);
    }

    private static Map<Integer, Long> readLadder(JsonParser parser) throws IOException {
        Map<Integer, Long> ladder = new TreeMap<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.START_ARRAY, "a level must be an array");
            parser.nextToken();
            int priceTicks = (int) units(parser, 4);
            parser.nextToken();
            ladder.put(priceTicks, units(parser, 2));
            require(parser.nextToken() == JsonToken.END_ARRAY, "a level must be a price and a quantity");
        }
        return ladder;
    }

    private static void require(boolean isRight, String rule) throws IOException {
        if (!isRight) {
            throw new IOException(rule);
        }
    }

    private static long units(JsonParser parser, int decimals) throws IOException {
        try {
            return new BigDecimal(parser.getText()).movePointRight(decimals).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IOException("no price or quantity: " + parser.getText(), e);
        }
    }

    private static JsonParser opened(byte[] body) throws IOException {
        JsonParser parser = JSON.createParser(body);
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            parser.close();
            throw new IOException("an answer must be a JSON object");
        }
        return parser;
    }
}

package io.bookserver.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The markets that a client requests, in order, and the depth (0 for all levels).
 *
 * <p><i>Immutable.</i>
 */
record BookQuestion(List<String> tickers, int depth) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads {@code {"market_tickers":["A","B"]}}; any other field is an error.
     *
     * @throws QueryException if a field is missing, unknown, of a wrong type or over its limit
     */
    static BookQuestion ofTops(byte[] body, QueryConfig limits) {
        return ofBody(body, limits, false);
    }

    /** The same with an optional {@code "depth":5}. */
    static BookQuestion ofBooks(byte[] body, QueryConfig limits) {
        return ofBody(body, limits, true);
    }

    private static BookQuestion ofBody(byte[] body, QueryConfig limits, boolean withDepth) {
        if (body.length == 0) {
            throw QueryException.badRequest("body", "is empty, {\"market_tickers\":[...]} is expected");
        }
        List<String> tickers = null;
        int depth = 0;
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw QueryException.badRequest("body", "must be a JSON object: {\"market_tickers\":[...]}");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                if (name.equals("market_tickers")) {
                    if (tickers != null) {
                        throw QueryException.badRequest(name, "must be given once");
                    }
                    tickers = tickers(parser, limits.maxTickers());
                } else if (!withDepth || !name.equals("depth")) {
                    throw QueryException.badRequest(Call.shortened(name),
                            "is not known here, allowed: " + (withDepth ? "depth, market_tickers" : "market_tickers"));
                } else if (token != JsonToken.VALUE_NULL) {
                    depth = depth(parser, limits);
                }
            }
            if (parser.nextToken() != null) {
                throw QueryException.badRequest("body", "has more behind the JSON object");
            }
        } catch (IOException e) {
            throw QueryException.badRequest("body", "is not JSON: " + firstLine(e.getMessage()));
        }
        if (tickers == null) {
            throw QueryException.badRequest("market_tickers", "is missing, an array of tickers is expected");
        }
        return new BookQuestion(tickers, depth);
    }

    /** The distinct tickers of a query parameter, which may be repeated, contain a list with commas, or both. */
    static List<String> tickersOf(List<String> parameters, String field, int max) {
        List<String> tickers = new ArrayList<>();
        for (String parameter : parameters) {
            for (String ticker : parameter.split(",", -1)) {
                add(tickers, ticker.trim(), field, max);
            }
        }
        return List.copyOf(new LinkedHashSet<>(tickers));
    }

    /** A depth as text: absent and 0 mean all levels. */
    static int depthOf(String text, QueryConfig limits) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        return wholeNumber(text, "depth", 0, limits.maxDepth());
    }

    static int wholeNumber(String text, String field, int min, int max) {
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the same error as for a number out of range
        }
        throw QueryException.badRequest(
                field, "must be a whole number in " + min + ".." + max + ": " + Call.shortened(text));
    }

    private static List<String> tickers(JsonParser parser, int max) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw QueryException.badRequest("market_tickers", "must be an array of strings: found " + kind(parser));
        }
        List<String> tickers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw QueryException.badRequest(
                        "market_tickers[" + tickers.size() + "]", "must be a string: found " + kind(parser));
            }
            add(tickers, parser.getText(), "market_tickers", max);
        }
        if (tickers.isEmpty()) {
            throw QueryException.badRequest("market_tickers", "must name 1.." + max + " tickers");
        }
        return tickers;
    }

    private static void add(List<String> tickers, String ticker, String field, int max) {
        if (ticker.isEmpty()) {
            throw QueryException.badRequest(field + "[" + tickers.size() + "]", "must not be empty");
        }
        if (tickers.size() == max) {
            throw QueryException.tooLarge(field, "must name at most " + max + " tickers");
        }
        tickers.add(ticker);
    }

    private static int depth(JsonParser parser, QueryConfig limits) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw QueryException.badRequest("depth", "must be a whole number in 0.." + limits.maxDepth() + ": found "
                    + kind(parser));
        }
        return wholeNumber(parser.getText(), "depth", 0, limits.maxDepth());
    }

    /** The kind of the current value, as a client would call it. */
    private static String kind(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> token.asString();
        };
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}

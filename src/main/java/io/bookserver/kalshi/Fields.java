package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Reads the value at a parser's position as the expected type, or explains why it is invalid.
 *
 * <p><i>Stateless.</i>
 */
final class Fields {
    private Fields() {}

    /** Whether there is a value other than null. */
    static boolean isPresent(JsonParser parser) {
        return parser.currentToken() != JsonToken.VALUE_NULL;
    }

    static void requireObject(JsonParser parser, String field) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType(parser, field, "an object");
        }
    }

    static void requireText(JsonParser parser, String field) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrongType(parser, field, "a string");
        }
    }

    static String text(JsonParser parser, String field) throws IOException, MalformedRecordException {
        requireText(parser, field);
        return parser.getText();
    }

    static String text(JsonParser parser, KnownText known, String field) throws IOException, MalformedRecordException {
        requireText(parser, field);
        return known.of(parser);
    }

    static long wholeNumber(JsonParser parser, String field) throws IOException, MalformedRecordException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(parser, field, "a whole number");
        }
        JsonParser.NumberType size = parser.getNumberType();
        if (size == JsonParser.NumberType.BIG_INTEGER) {
            throw wrongType(parser, field, "a whole number of at most 64 bits");
        }
        return parser.getLongValue();
    }

    /** A whole number that counts something. */
    static long count(JsonParser parser, String field) throws IOException, MalformedRecordException {
        long number = wholeNumber(parser, field);
        if (number < 0) {
            throw new MalformedRecordException(RejectReason.WRONG_TYPE, field + ": must not be below 0: " + number);
        }
        return number;
    }

    /** A number or a string of digits, exactly, in units of 10^-decimals. */
    static long exact(JsonParser parser, int decimals, RejectReason reason, String field)
            throws IOException, MalformedRecordException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT
                && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrongType(parser, field, "a decimal number or a string of one");
        }
        long units = ExactDecimal.parse(
                parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(), decimals);
        if (units == ExactDecimal.INVALID) {
            throw new MalformedRecordException(reason, field + ": must be a decimal number with at most " + decimals
                    + " significant decimals: " + shortened(parser.getText()));
        }
        return units;
    }

    static MalformedRecordException wrongType(JsonParser parser, String field, String expected) {
        return new MalformedRecordException(
                RejectReason.WRONG_TYPE, field + ": must be " + expected + ": found " + parser.currentToken());
    }

    static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}

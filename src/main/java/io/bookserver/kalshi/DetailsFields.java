package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.MarketDetails;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The fields of a lifecycle message that describe a market, at its top level or in its {@code additional_metadata}.
 * They are only displayed, so a field that cannot be read counts as absent.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class DetailsFields {
    /** Longer texts are truncated, since they are kept for every market. */
    private static final int MAX_TEXT_LENGTH = 256;

    private static final long MAX_SECONDS = 253_402_300_799L;

    private static final Optional<Boolean> TRUE = Optional.of(true);
    private static final Optional<Boolean> FALSE = Optional.of(false);

    private boolean told;
    private String eventTicker;
    private String seriesTicker;
    private String title;
    private String name;
    private String yesSubTitle;
    private String noSubTitle;
    private String result;
    private String settlementValue;
    private String priceLevelStructure;
    private Optional<Boolean> canCloseEarly;
    private OptionalLong expectedExpirationMs;

    DetailsFields() {
        clear();
    }

    void clear() {
        told = false;
        eventTicker = "";
        seriesTicker = "";
        title = "";
        name = "";
        yesSubTitle = "";
        noSubTitle = "";
        result = "";
        settlementValue = "";
        priceLevelStructure = "";
        canCloseEarly = Optional.empty();
        expectedExpirationMs = OptionalLong.empty();
    }

    /** Reads the value at the parser's position, to its end. */
    void read(JsonParser parser, String field) throws IOException {
        if (field.equals("additional_metadata") && parser.currentToken() == JsonToken.START_OBJECT) {
            for (String inner = parser.nextFieldName(); inner != null; inner = parser.nextFieldName()) {
                parser.nextToken();
                one(parser, inner);
                parser.skipChildren();
            }
        } else {
            one(parser, field);
            parser.skipChildren();
        }
    }

    /** {@link MarketDetails#NONE} itself if there was no such field. */
    MarketDetails toDetails() {
        if (!told) {
            return MarketDetails.NONE;
        }
        String event = EnvelopeDecoder.isTicker(eventTicker) ? eventTicker : "";
        return new MarketDetails(event, event.isEmpty() ? "" : series(event), title, yesSubTitle.isEmpty() ? name : yesSubTitle,
                noSubTitle, result, settlementValue, priceLevelStructure, canCloseEarly, expectedExpirationMs);
    }

    /** An event's ticker begins with that of its series, up to the first hyphen (doc). */
    private String series(String event) {
        if (EnvelopeDecoder.isTicker(seriesTicker)) {
            return seriesTicker;
        }
        int hyphen = event.indexOf('-');
        return hyphen < 1 ? event : event.substring(0, hyphen);
    }

    private void one(JsonParser parser, String field) throws IOException {
        switch (field) {
            case "event_ticker":
                eventTicker = text(parser, eventTicker);
                break;
            case "series_ticker":
                seriesTicker = text(parser, seriesTicker);
                break;
            case "title":
                title = text(parser, title);
                break;
            case "name":
                name = text(parser, name);
                break;
            case "yes_sub_title":
                yesSubTitle = text(parser, yesSubTitle);
                break;
            case "no_sub_title":
                noSubTitle = text(parser, noSubTitle);
                break;
            case "result":
                result = text(parser, result);
                break;
            case "settlement_value":
            case "settlement_value_dollars":
                settlementValue = text(parser, settlementValue);
                break;
            case "price_level_structure":
                priceLevelStructure = text(parser, priceLevelStructure);
                break;
            case "can_close_early":
                if (parser.currentToken().isBoolean()) {
                    told = true;
                    canCloseEarly = parser.getBooleanValue() ? TRUE : FALSE;
                }
                break;
            case "expected_expiration_ts":
                expectedExpirationMs = milliseconds(parser, expectedExpirationMs);
                break;
            default:
        }
    }

    private String text(JsonParser parser, String otherwise) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return otherwise;
        }
        told = true;
        String text = parser.getText();
        return text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
    }

    private OptionalLong milliseconds(JsonParser parser, OptionalLong otherwise) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() <= 0 || parser.getLongValue() > MAX_SECONDS) {
            return otherwise;
        }
        told = true;
        return OptionalLong.of(parser.getLongValue() * 1000);
    }
}

package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds the market of a rejected record, as far as its bytes can be read: the payload's ticker, else the envelope's,
 * else the record's key. The record may have been a change, however early it is malformed.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class LostMarket {
    private final JsonFactory json;
    private String ofPayload;
    private String ofEnvelope;
    private long version;
    private boolean gap;
    private Optional<String> notJson;

    LostMarket(JsonFactory json) {
        this.json = json;
    }

    /** Parses a record as far as possible. */
    Optional<String> find(byte[] key, byte[] value) {
        ofPayload = "";
        ofEnvelope = "";
        version = 0;
        gap = false;
        notJson = Optional.empty();
        if (value != null) {
            try (JsonParser parser = json.createParser(value)) {
                parser.nextToken();
                envelope(parser);
            } catch (IOException e) {
                notJson = Optional.of(String.valueOf(e.getMessage()));
            }
        }
        if (EnvelopeDecoder.isTicker(ofPayload)) {
            return Optional.of(ofPayload);
        }
        if (EnvelopeDecoder.isTicker(ofEnvelope)) {
            return Optional.of(ofEnvelope);
        }
        return Optional.ofNullable(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .filter(EnvelopeDecoder::isTicker);
    }

    /** The envelope's version in the record last parsed; 0 if it cannot be read. */
    long version() {
        return version;
    }

    /** Whether the record last parsed is a {@code feed_gap}, as far as it can be read. */
    boolean isGap() {
        return gap;
    }

    /** Why the record last parsed is not valid JSON; empty if it is. */
    Optional<String> notJson() {
        return notJson;
    }

    private void envelope(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            if (name.equals("version") && token == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                version = parser.getLongValue();
            } else if (name.equals("marketTicker") && token == JsonToken.VALUE_STRING) {
                ofEnvelope = parser.getText();
            } else if (name.equals("payload") && token == JsonToken.START_OBJECT) {
                payload(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void payload(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            if (name.equals("msg") && token == JsonToken.START_OBJECT) {
                message(parser);
            } else if (name.equals("type") && token == JsonToken.VALUE_STRING) {
                gap = parser.getText().equals(MessageType.FEED_GAP.wireName());
            } else {
                parser.skipChildren();
            }
        }
    }

    private void message(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            if (name.equals("market_ticker") && token == JsonToken.VALUE_STRING) {
                ofPayload = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
    }
}

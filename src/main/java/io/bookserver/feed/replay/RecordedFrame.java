package io.bookserver.feed.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * One line of a recording: when a message was received (epoch ms), the message's bytes, and its fields type, sid, seq
 * and market ticker. The ticker is empty if the message has none.
 *
 * <p><i>Immutable.</i>
 */
final class RecordedFrame {
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] payload;
    private final long receivedMs;
    private final String type;
    private final String marketTicker;
    private final OptionalLong sid;
    private final OptionalLong sequence;

    private RecordedFrame(byte[] payload, long receivedMs) throws IOException {
        this.payload = payload;
        this.receivedMs = receivedMs;
        String typeFound = "";
        String marketTickerFound = "";
        OptionalLong sidFound = OptionalLong.empty();
        OptionalLong sequenceFound = OptionalLong.empty();
        try (JsonParser parser = JSON.createParser(payload)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                    typeFound = parser.getText();
                } else if (name.equals("sid") && value == JsonToken.VALUE_NUMBER_INT) {
                    sidFound = OptionalLong.of(parser.getLongValue());
                } else if (name.equals("seq") && value == JsonToken.VALUE_NUMBER_INT) {
                    sequenceFound = OptionalLong.of(parser.getLongValue());
                } else if (name.equals("msg") && value == JsonToken.START_OBJECT) {
                    marketTickerFound = marketTickerIn(parser);
                } else {
                    parser.skipChildren();
                }
            }
        }
        expect(!typeFound.isEmpty(), "frame has no type");
        type = typeFound;
        marketTicker = marketTickerFound;
        sid = sidFound;
        sequence = sequenceFound;
    }

    /**
     * Reads one line.
     *
     * @throws IOException if it does not have the form {@code {"received_ms":<epoch ms>,"frame":{...}}}
     */
    static RecordedFrame parse(byte[] line) throws IOException {
        OptionalLong receivedMs = OptionalLong.empty();
        byte[] payload = {};
        try (JsonParser parser = JSON.createParser(line)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "a line must be a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("received_ms")) {
                    expect(value == JsonToken.VALUE_NUMBER_INT, "received_ms must be a whole number");
                    receivedMs = OptionalLong.of(parser.getLongValue());
                } else if (name.equals("frame")) {
                    expect(value == JsonToken.START_OBJECT, "frame must be a JSON object");
                    int from = (int) parser.currentTokenLocation().getByteOffset();
                    parser.skipChildren();
                    payload = Arrays.copyOfRange(line, from, (int) parser.currentLocation().getByteOffset());
                } else {
                    parser.skipChildren();
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT, "the line ends within its object");
            expect(parser.nextToken() == null, "a line must hold nothing after its object");
        }
        expect(receivedMs.isPresent(), "received_ms is missing");
        expect(payload.length > 0, "frame is missing");
        return new RecordedFrame(payload, receivedMs.getAsLong());
    }

    /** Reads the object to its end. */
    private static String marketTickerIn(JsonParser parser) throws IOException {
        String marketTicker = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING && name.equals("market_ticker")) {
                marketTicker = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
        return marketTicker;
    }

    private static void expect(boolean condition, String rule) throws IOException {
        if (!condition) {
            throw new IOException(rule);
        }
    }

    long receivedMs() {
        return receivedMs;
    }

    String type() {
        return type;
    }

    String marketTicker() {
        return marketTicker;
    }

    OptionalLong sid() {
        return sid;
    }

    OptionalLong sequence() {
        return sequence;
    }

    /** The message's bytes, for callers in this package that neither keep nor modify them. */
    byte[] sharedPayload() {
        return payload;
    }
}

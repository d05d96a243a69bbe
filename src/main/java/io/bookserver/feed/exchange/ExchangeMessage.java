package io.bookserver.feed.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * One message of the exchange's WebSocket: its bytes, and the fields that the connector needs. If absent, numbers that
 * the protocol counts from 1 ({@code id}, {@code sid}, {@code seq}) are 0, times (seconds) are 0, and texts are empty.
 *
 * <p><i>Immutable once read.</i>
 */
final class ExchangeMessage {
    static final String SNAPSHOT = "orderbook_snapshot";
    static final String DELTA = "orderbook_delta";
    static final String LIFECYCLE = "market_lifecycle_v2";
    /** Comes on the channel of the markets' lifecycle, and names no market (doc). */
    private static final String EVENT_LIFECYCLE = "event_lifecycle";

    private static final int COMMAND_TIMEOUT = 18;
    private static final int TOO_MANY_REQUESTS = 27;
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] payload;
    private final long receivedMs;
    private String type = "";
    private long id;
    private long sid;
    private long seq;
    private String ticker = "";
    private String channel = "";
    private String event = "";
    private String eventTicker = "";
    private long openS;
    private long closeS;
    private int errorCode;
    private String errorText = "";

    private ExchangeMessage(byte[] payload, long receivedMs) {
        this.payload = payload;
        this.receivedMs = receivedMs;
    }

    /**
     * Reads a message.
     *
     * @param receivedMs epoch ms, when it was read from the socket
     * @throws IOException if it is not a JSON object
     */
    static ExchangeMessage read(byte[] payload, long receivedMs) throws IOException {
        ExchangeMessage message = new ExchangeMessage(payload, receivedMs);
        try (JsonParser parser = JSON.createParser(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("a message must be a JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                message.readField(name, parser);
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IOException("a message must be one JSON object and nothing else");
            }
        }
        return message;
    }

    private void readField(String name, JsonParser parser) throws IOException {
        JsonToken value = parser.nextToken();
        switch (name) {
            case "type" -> type = text(parser, value);
            case "id" -> id = number(parser, value);
            case "sid" -> sid = number(parser, value);
            case "seq" -> seq = number(parser, value);
            case "msg" -> {
                if (value == JsonToken.START_OBJECT) {
                    readMsg(parser);
                } else {
                    parser.skipChildren();
                }
            }
            default -> parser.skipChildren();
        }
    }

    private void readMsg(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "market_ticker" -> ticker = text(parser, value);
                case "channel" -> channel = text(parser, value);
                case "event_type" -> event = text(parser, value);
                case "event_ticker" -> eventTicker = text(parser, value);
                case "open_ts" -> openS = number(parser, value);
                case "close_ts" -> closeS = number(parser, value);
                case "code" -> errorCode = (int) number(parser, value);
                case "msg" -> errorText = text(parser, value);
                case "sid" -> sid = sid == 0 ? number(parser, value) : sid;
                default -> parser.skipChildren();
            }
        }
    }

    private static String text(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    private static long number(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return parser.getLongValue();
        }
        parser.skipChildren();
        return 0;
    }

    /** The message's bytes, shared: callers must not modify them. */
    byte[] payload() {
        return payload;
    }

    long receivedMs() {
        return receivedMs;
    }

    String type() {
        return type;
    }

    boolean isSnapshot() {
        return type.equals(SNAPSHOT);
    }

    boolean isLifecycle() {
        return type.equals(LIFECYCLE);
    }

    boolean isError() {
        return type.equals("error");
    }

    /** The command that it answers; 0 for none. */
    long id() {
        return id;
    }

    long sid() {
        return sid;
    }

    long seq() {
        return seq;
    }

    OptionalLong sequence() {
        return seq == 0 ? OptionalLong.empty() : OptionalLong.of(seq);
    }

    String ticker() {
        return ticker;
    }

    /** What its record is keyed by: its market, or its event if it is about one; empty if it is about neither. */
    String subject() {
        return type.equals(EVENT_LIFECYCLE) ? eventTicker : ticker;
    }

    /** The channel that a {@code subscribed} confirms, or to which data belong. */
    String channel() {
        return switch (type) {
            case SNAPSHOT, DELTA -> DELTA;
            case EVENT_LIFECYCLE -> LIFECYCLE;
            case "trade", "ticker", LIFECYCLE -> type;
            default -> channel;
        };
    }

    /** A lifecycle message's {@code event_type}. */
    String event() {
        return event;
    }

    long openS() {
        return openS;
    }

    long closeS() {
        return closeS;
    }

    /** Whether an error says nothing of the command but that the exchange has too much to do. */
    boolean isOverload() {
        return errorCode == COMMAND_TIMEOUT || errorCode == TOO_MANY_REQUESTS;
    }

    int errorCode() {
        return errorCode;
    }

    String errorText() {
        return errorText;
    }
}

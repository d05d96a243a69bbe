package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.RecordStamp;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * The {@code msg} of a {@code feed_status} or a {@code feed_gap}.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class FeedMessage {
    private static final int MAX_REASON_LENGTH = 200;

    private final RecordStamp.Builder stamp;

    private boolean saysConnected;
    private boolean connected;
    private OptionalLong exchangeHeardMs;
    private String reason;

    FeedMessage(RecordStamp.Builder stamp) {
        this.stamp = stamp;
        clear();
    }

    void clear() {
        saysConnected = false;
        connected = false;
        exchangeHeardMs = OptionalLong.empty();
        reason = "";
    }

    void read(JsonParser parser, MessageType type) throws IOException, MalformedRecordException {
        if (type == MessageType.FEED_STATUS) {
            Fields.requireObject(parser, "payload.msg");
        } else if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "connected":
                    saysConnected = token.isBoolean();
                    connected = token == JsonToken.VALUE_TRUE;
                    break;
                case "exchange_heard_ms":
                    exchangeHeardMs = token == JsonToken.VALUE_NULL || type == MessageType.FEED_GAP
                            ? OptionalLong.empty()
                            : OptionalLong.of(Fields.wholeNumber(parser, "payload.msg.exchange_heard_ms"));
                    break;
                case "reason":
                    reason = token == JsonToken.VALUE_STRING ? shortened(parser.getText()) : "";
                    break;
                default:
            }
            parser.skipChildren();
        }
    }

    FeedReport toStatus() throws MalformedRecordException {
        if (!saysConnected) {
            throw new MalformedRecordException(
                    RejectReason.MISSING_FIELD, "payload.msg.connected: is missing, or neither true nor false");
        }
        if (stamp.connection().isEmpty()) {
            throw new MalformedRecordException(RejectReason.MISSING_FIELD, "connection: is missing");
        }
        return new FeedReport.FeedStatus(stamp.connection().getAsLong(), connected, exchangeHeardMs);
    }

    /** A gap is always reported: if the connection or sid is absent, any may be affected. */
    FeedReport toGap() {
        return new FeedReport.FeedGap(stamp.connection(), stamp.sid(), reason);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_REASON_LENGTH ? text : text.substring(0, MAX_REASON_LENGTH);
    }
}

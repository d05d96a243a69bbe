package io.bookserver.kalshi;

import static io.bookserver.kalshi.RejectReason.INVALID_STATUS;
import static io.bookserver.kalshi.RejectReason.INVALID_TIME;
import static io.bookserver.kalshi.RejectReason.MISSING_FIELD;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.MarketStatusChanged;
import io.bookserver.book.MarketStatusChanged.Event;
import io.bookserver.book.RecordStamp;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The {@code msg} of the lifecycle channels and of an older proxy's {@code market_status}. The exchange's times are in
 * seconds since the epoch.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class StatusMessage {
    /** The end of the year 9999 in seconds: no later time is accepted. */
    private static final long MAX_SECONDS = 253_402_300_799L;

    private final RecordStamp.Builder stamp;

    private String ticker;
    private String event;
    private String status;
    private boolean deactivated;
    private boolean reactivated;
    private OptionalLong openMs;
    private OptionalLong closeMs;
    private OptionalLong determinedMs;
    private OptionalLong settledMs;
    private final DetailsFields details = new DetailsFields();

    StatusMessage(RecordStamp.Builder stamp) {
        this.stamp = stamp;
    }

    void clear() {
        ticker = null;
        event = null;
        status = null;
        deactivated = false;
        reactivated = false;
        openMs = OptionalLong.empty();
        closeMs = OptionalLong.empty();
        determinedMs = OptionalLong.empty();
        settledMs = OptionalLong.empty();
        details.clear();
    }

    /** The market's description. */
    MarketDetails toDetails() {
        return details.toDetails();
    }

    String ticker() {
        return ticker;
    }

    void read(JsonParser parser) throws IOException, MalformedRecordException {
        Fields.requireObject(parser, "payload.msg");
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (parser.nextToken() == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (name) {
                case "market_ticker":
                    ticker = Fields.text(parser, "payload.msg.market_ticker");
                    break;
                case "event_type":
                    event = Fields.text(parser, "payload.msg.event_type");
                    break;
                case "status":
                    status = Fields.text(parser, "payload.msg.status");
                    break;
                case "is_deactivated":
                    deactivated = parser.currentToken() == JsonToken.VALUE_TRUE;
                    reactivated = parser.currentToken() == JsonToken.VALUE_FALSE;
                    parser.skipChildren();
                    break;
                case "open_ts":
                    openMs = milliseconds(parser, "payload.msg.open_ts");
                    break;
                case "close_ts":
                    closeMs = milliseconds(parser, "payload.msg.close_ts");
                    break;
                case "determination_ts":
                    determinedMs = milliseconds(parser, "payload.msg.determination_ts");
                    break;
                case "settled_ts":
                    settledMs = milliseconds(parser, "payload.msg.settled_ts");
                    break;
                default:
                    details.read(parser, name);
            }
        }
    }

    /** The update of a lifecycle message; empty for an event that does not affect the status. */
    Optional<BookUpdate> toUpdate(String validTicker) throws MalformedRecordException {
        switch (event == null ? impliedEvent() : event) {
            case "created":
                return change(validTicker, Event.CREATED, OptionalLong.empty());
            case "activated":
                return change(validTicker, Event.ACTIVATED, OptionalLong.empty());
            case "deactivated":
                return change(validTicker, reactivated ? Event.ACTIVATED : Event.DEACTIVATED, OptionalLong.empty());
            case "close_date_updated":
                if (closeMs.isEmpty()) {
                    throw new MalformedRecordException(MISSING_FIELD, "payload.msg.close_ts: is missing");
                }
                return change(validTicker, Event.CLOSE_DATE_UPDATED, OptionalLong.empty());
            case "determined":
                return change(validTicker, Event.DETERMINED, determinedMs);
            case "settled":
                return change(validTicker, Event.SETTLED, settledMs);
            default:
                return Optional.empty();
        }
    }

    /** The oldest lifecycle messages have no event type; it follows from their fields (old). */
    private String impliedEvent() throws MalformedRecordException {
        if (settledMs.isPresent()) {
            return "settled";
        }
        if (determinedMs.isPresent()) {
            return "determined";
        }
        if (deactivated) {
            return "deactivated";
        }
        if (openMs.isPresent() || closeMs.isPresent()) {
            return "created";
        }
        throw new MalformedRecordException(MISSING_FIELD, "payload.msg.event_type: is missing");
    }

    /** The update of a {@code market_status} message; both the WebSocket's and the REST API's names are accepted. */
    Optional<BookUpdate> toReport(String validTicker) throws MalformedRecordException {
        if (status == null) {
            throw new MalformedRecordException(MISSING_FIELD, "payload.msg.status: is missing");
        }
        return change(validTicker, reported(status), OptionalLong.empty());
    }

    private static Event reported(String status) throws MalformedRecordException {
        switch (status.toLowerCase(Locale.ROOT)) {
            case "initialized":
            case "unopened":
                return Event.REPORTED_INITIALIZED;
            case "open":
            case "active":
                return Event.REPORTED_OPEN;
            case "paused":
            case "inactive":
                return Event.REPORTED_PAUSED;
            case "closed":
                return Event.REPORTED_CLOSED;
            case "determined":
            case "disputed":
            case "amended":
                return Event.REPORTED_DETERMINED;
            case "settled":
            case "finalized":
                return Event.REPORTED_SETTLED;
            default:
                throw new MalformedRecordException(INVALID_STATUS,
                        "payload.msg.status: must be one of initialized, open, paused, closed, determined, settled: "
                                + Fields.shortened(status));
        }
    }

    private Optional<BookUpdate> change(String validTicker, Event what, OptionalLong exchangeMs) {
        return Optional.of(new MarketStatusChanged(
                validTicker, what, exchangeMs.orElse(stamp.feedTimeMs()), openMs, closeMs, stamp.build()));
    }

    /** Publishers with typed messages write zero for an absent time. */
    private static OptionalLong milliseconds(JsonParser parser, String field)
            throws IOException, MalformedRecordException {
        long seconds = Fields.wholeNumber(parser, field);
        if (seconds < 0 || seconds > MAX_SECONDS) {
            throw new MalformedRecordException(
                    INVALID_TIME, field + ": must be seconds since the epoch, 0.." + MAX_SECONDS + ": " + seconds);
        }
        return seconds == 0 ? OptionalLong.empty() : OptionalLong.of(seconds * 1000);
    }
}

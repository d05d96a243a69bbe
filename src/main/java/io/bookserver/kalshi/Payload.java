package io.bookserver.kalshi;

import static io.bookserver.kalshi.RejectReason.MISSING_FIELD;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.StatisticsReported;
import java.io.IOException;
import java.util.Optional;

/**
 * The exchange's message within an envelope: its type, and its {@code msg}, which is read as the type says.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class Payload {
    private final JsonFactory json;
    private final RecordStamp.Builder stamp;
    private final KnownText known;
    private final BookMessage book;
    private final StatusMessage status;
    private final StatisticsMessage statistics = new StatisticsMessage();
    private final FeedMessage feed;

    private MessageType type;
    private long messageAt;
    private long messageEnd;

    /** @param stamp receives the message's numbers */
    Payload(JsonFactory json, RecordStamp.Builder stamp, KnownText known) {
        this.json = json;
        this.stamp = stamp;
        this.known = known;
        book = new BookMessage(stamp, known);
        status = new StatusMessage(stamp);
        feed = new FeedMessage(stamp);
    }

    /** Notes a message of that type, of which nothing else was read. */
    void begin(MessageType itsType) {
        type = itsType;
        messageEnd = -1;
    }

    /** Forgets the content of the message read before. */
    void clear() {
        book.clear();
        status.clear();
        statistics.clear();
        feed.clear();
    }

    /**
     * Reads the payload.
     *
     * @param parser at the payload's value
     * @param record what the parser reads
     */
    void read(JsonParser parser, byte[] record) throws IOException, MalformedRecordException {
        Fields.requireObject(parser, "payload");
        boolean typed = false;
        boolean message = false;
        boolean unread = false;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "type":
                    type = MessageType.named(Fields.text(parser, known, "payload.type"));
                    typed = true;
                    unread = message;
                    break;
                case "sid":
                    if (Fields.isPresent(parser)) {
                        stamp.sid(Fields.count(parser, "payload.sid"));
                    }
                    break;
                case "seq":
                    if (Fields.isPresent(parser)) {
                        stamp.seq(Fields.count(parser, "payload.seq"));
                    }
                    break;
                case "msg":
                    message = true;
                    messageAt = parser.currentTokenLocation().getByteOffset();
                    messageEnd = -1;
                    unread = !typed;
                    if (typed) {
                        message(parser, 0);
                    } else {
                        parser.skipChildren();
                    }
                    break;
                default:
                    parser.skipChildren();
            }
        }
        if (!typed) {
            throw new MalformedRecordException(MISSING_FIELD, "payload.type: is missing");
        }
        if (unread) {
            messageBeforeItsType(record);
        }
        if (!message && changesMarkets()) {
            throw new MalformedRecordException(MISSING_FIELD, "payload.msg: is missing");
        }
    }

    /**
     * For the rare publisher that writes {@code msg} before the last {@code type}: the message is read a second time.
     */
    private void messageBeforeItsType(byte[] record) throws IOException, MalformedRecordException {
        try (JsonParser again = json.createParser(record, (int) messageAt, record.length - (int) messageAt)) {
            again.nextToken();
            message(again, messageAt);
        }
    }

    /** @param offset the parser's offset within the record */
    private void message(JsonParser parser, long offset) throws IOException, MalformedRecordException {
        boolean isObject = parser.currentToken() == JsonToken.START_OBJECT;
        // of fields that are there twice, the last one counts
        clear();
        readMessage(parser);
        if (isObject && type.isRelayed()) {
            messageEnd = offset + parser.currentLocation().getByteOffset();
        }
    }

    private void readMessage(JsonParser parser) throws IOException, MalformedRecordException {
        if (type.isBook()) {
            book.read(parser, type);
        } else if (changesMarkets()) {
            status.read(parser);
        } else if (type == MessageType.TICKER || type == MessageType.TRADE) {
            statistics.read(parser, type);
        } else if (type == MessageType.FEED_STATUS || type == MessageType.FEED_GAP) {
            feed.read(parser, type);
        } else {
            parser.skipChildren();
        }
    }

    /** Whether its type is one that changes a market. */
    boolean changesMarkets() {
        switch (type) {
            case ORDERBOOK_SNAPSHOT:
            case ORDERBOOK_DELTA:
            case MARKET_LIFECYCLE_V2:
            case MARKET_LIFECYCLE:
            case MULTIVARIATE_MARKET_LIFECYCLE:
            case MARKET_STATUS:
                return true;
            default:
                return false;
        }
    }

    MessageType type() {
        return type;
    }

    /** The market that the message names; null if none. */
    String ticker() {
        return type.isBook() ? book.ticker() : status.ticker();
    }

    /** The update of a message that changes a market. */
    Optional<BookUpdate> toUpdate(String ticker) throws MalformedRecordException {
        if (type.isBook()) {
            return Optional.of(book.toUpdate(ticker, type));
        }
        return type == MessageType.MARKET_STATUS ? status.toReport(ticker) : status.toUpdate(ticker);
    }

    Optional<FeedReport> toFeedReport() throws MalformedRecordException {
        if (type == MessageType.FEED_STATUS) {
            return Optional.of(feed.toStatus());
        }
        return type == MessageType.FEED_GAP ? Optional.of(feed.toGap()) : Optional.empty();
    }

    Optional<StatisticsReported> toStatistics() {
        return type == MessageType.TICKER || type == MessageType.TRADE
                ? statistics.toReport(stamp.recordMs()) : Optional.empty();
    }

    MarketDetails toDetails() {
        return type.isLifecycle() ? status.toDetails() : MarketDetails.NONE;
    }

    /** The message, if it is of a type that is passed on unchanged; {@code record} is what was read. */
    Optional<RelayedMessage> toRelayed(byte[] record) {
        if (messageEnd < 0 || !type.isRelayed()) {
            return Optional.empty();
        }
        String ticker = type == MessageType.TRADE ? statistics.ticker() : status.ticker();
        boolean isOfAMarket = ticker != null && EnvelopeDecoder.isTicker(ticker);
        if (type == MessageType.TRADE && !isOfAMarket) {
            return Optional.empty();
        }
        return Optional.of(new RelayedMessage(
                type, isOfAMarket ? ticker : "", record, (int) messageAt, (int) messageEnd));
    }
}

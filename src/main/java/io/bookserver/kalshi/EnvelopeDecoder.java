package io.bookserver.kalshi;

import static io.bookserver.kalshi.RejectReason.INVALID_TICKER;
import static io.bookserver.kalshi.RejectReason.MISSING_FIELD;
import static io.bookserver.kalshi.RejectReason.NOT_JSON;
import static io.bookserver.kalshi.RejectReason.UNSUPPORTED_VERSION;
import static io.bookserver.kalshi.RejectReason.WRONG_TYPE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.MarketDescribed;
import io.bookserver.book.MarketDetails;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.StatisticsReported;
import io.bookserver.book.UpdateLost;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decodes the bytes of one record into an update, in one pass, without a tree or a map. The fields may be in any order;
 * unknown ones are ignored. A {@link CommonRecord} has its own fast path, at a fraction of the cost.
 *
 * <p><i>Not thread-safe; confined to the consumer thread that owns it.</i>
 */
public final class EnvelopeDecoder {
    /** The newest supported envelope version. */
    public static final int VERSION = 1;

    static final int MAX_TICKER_LENGTH = 128;

    private final JsonFactory json = new JsonFactory();
    private final RecordStamp.Builder stamp = new RecordStamp.Builder();
    private final CommonRecord common = new CommonRecord(stamp);
    private final KnownText known = new KnownText();
    private final BookMessage book = new BookMessage(stamp, known);
    private final StatusMessage status = new StatusMessage(stamp);
    private final StatisticsMessage statistics = new StatisticsMessage();
    private final FeedMessage feed = new FeedMessage(stamp);
    private final LostMarket lost = new LostMarket(json);

    private MessageType type;
    private String envelopeTicker;
    private byte[] record;
    private long messageAt;
    private long messageEnd;
    private Optional<FeedReport> feedReport = Optional.empty();

    /**
     * Decodes one record.
     *
     * @param key the record's key, which names the market if the record cannot be read; may be null
     * @param value the record's value; null and empty are malformed
     * @param partition Kafka's partition, 0 or more
     * @param offset Kafka's offset, 0 or more
     * @param recordTimestampMs the record's own timestamp, epoch milliseconds
     * @param receivedMs when this server read the record, epoch milliseconds
     * @return the update; empty if the message is of a kind that changes no market
     * @throws MalformedRecordException if the record violates the contract; it states which field and why
     */
    public Optional<BookUpdate> decode(
            byte[] key, byte[] value, int partition, long offset, long recordTimestampMs, long receivedMs)
            throws MalformedRecordException {
        begin(partition, offset, recordTimestampMs, receivedMs);
        if (value != null) {
            Optional<BookUpdate> update = common.read(value);
            if (update.isPresent()) {
                type = common.type();
                return update;
            }
        }
        return decodeGenerally(key, value, partition, offset, recordTimestampMs, receivedMs);
    }

    /** Decodes any valid record, and explains what is wrong with an invalid one. */
    Optional<BookUpdate> decodeGenerally(
            byte[] key, byte[] value, int partition, long offset, long recordTimestampMs, long receivedMs)
            throws MalformedRecordException {
        begin(partition, offset, recordTimestampMs, receivedMs);
        if (value == null || value.length == 0) {
            throw new MalformedRecordException(RejectReason.EMPTY, "value: is empty, a JSON envelope is expected")
                    .losing(lostBy(key, value));
        }
        record = value;
        envelopeTicker = null;
        book.clear();
        status.clear();
        statistics.clear();
        feed.clear();
        try {
            return envelope(value);
        } catch (MalformedRecordException e) {
            throw explained(e, key, value);
        } catch (IOException e) {
            throw explained(new MalformedRecordException(NOT_JSON, "value: is not JSON: " + firstLine(e.getMessage())),
                    key, value);
        }
    }

    private void begin(int partition, long offset, long recordTimestampMs, long receivedMs) {
        type = MessageType.OTHER;
        messageEnd = -1;
        feedReport = Optional.empty();
        stamp.reset(partition, offset, recordTimestampMs, receivedMs);
    }

    /** Decodes a record without a key. */
    public Optional<BookUpdate> decode(
            byte[] value, int partition, long offset, long recordTimestampMs, long receivedMs)
            throws MalformedRecordException {
        return decode(null, value, partition, offset, recordTimestampMs, receivedMs);
    }

    /** The update for a record that could not be read or applied: its market's book may be missing a change. */
    public Optional<UpdateLost> lostBy(byte[] key, byte[] value) {
        return lost.find(key, value).map(ticker -> new UpdateLost(ticker, stamp.build()));
    }

    /** The report on the feed in the record last decoded, if it was a {@code feed_status} or a {@code feed_gap}. */
    public Optional<FeedReport> lastFeedReport() {
        return feedReport;
    }

    /** The type of the message last decoded; {@code OTHER} if it was not read. */
    public MessageType lastType() {
        return type;
    }

    /** The trading statistics in the record last decoded, if it was a {@code ticker} or a {@code trade}. */
    public Optional<StatisticsReported> lastStatistics() {
        return type == MessageType.TICKER || type == MessageType.TRADE ? statistics.toReport(stamp.recordMs()) : Optional.empty();
    }

    /** The market's description in the record last decoded, if it was a lifecycle message with one. */
    public Optional<MarketDescribed> lastDescription() {
        if (!type.isLifecycle()) {
            return Optional.empty();
        }
        MarketDetails told = status.toDetails();
        String ticker = payloadTicker();
        return ticker != null && told != MarketDetails.NONE
                ? Optional.of(new MarketDescribed(ticker, told)) : Optional.empty();
    }

    /** The record last decoded, if its message is passed on unchanged. */
    public Optional<RelayedMessage> lastRelayed() {
        if (messageEnd < 0 || !type.isRelayed()) {
            return Optional.empty();
        }
        String ticker = type == MessageType.TRADE ? statistics.ticker() : status.ticker();
        boolean isOfAMarket = ticker != null && isTicker(ticker);
        if (type == MessageType.TRADE && !isOfAMarket) {
            return Optional.empty();
        }
        return Optional.of(new RelayedMessage(
                type, isOfAMarket ? ticker : "", record, (int) messageAt, (int) messageEnd));
    }

    private Optional<BookUpdate> envelope(byte[] value) throws IOException, MalformedRecordException {
        boolean payload = false;
        try (JsonParser parser = json.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedRecordException(WRONG_TYPE, "value: must be a JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "payload":
                        payload(parser, value);
                        payload = true;
                        break;
                    case "receivedTimestamp":
                        if (isPresent(parser)) {
                            stamp.feedReceivedMs(Fields.wholeNumber(parser, "receivedTimestamp"));
                        }
                        break;
                    case "publishedTimestamp":
                        if (isPresent(parser)) {
                            stamp.kafkaPublishedMs(Fields.wholeNumber(parser, "publishedTimestamp"));
                        }
                        break;
                    case "connection":
                        if (isPresent(parser)) {
                            stamp.connection(connection(parser));
                        }
                        break;
                    case "marketTicker":
                        if (isPresent(parser)) {
                            Fields.requireText(parser, "marketTicker");
                            envelopeTicker = payload && payloadTicker() != null ? null : known.of(parser);
                        }
                        break;
                    case "version":
                        requireVersion(isPresent(parser) ? Fields.wholeNumber(parser, "version") : VERSION);
                        break;
                    default:
                        parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new MalformedRecordException(NOT_JSON, "value: has more behind the JSON object");
            }
        }
        if (!payload) {
            throw new MalformedRecordException(MISSING_FIELD, "payload: is missing");
        }
        return update();
    }

    private void payload(JsonParser parser, byte[] value) throws IOException, MalformedRecordException {
        Fields.requireObject(parser, "payload");
        boolean typed = false;
        boolean message = false;
        boolean early = false;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "type":
                    type = MessageType.named(Fields.text(parser, known, "payload.type"));
                    typed = true;
                    break;
                case "sid":
                    if (isPresent(parser)) {
                        stamp.sid(Fields.wholeNumber(parser, "payload.sid"));
                    }
                    break;
                case "seq":
                    if (isPresent(parser)) {
                        stamp.seq(Fields.wholeNumber(parser, "payload.seq"));
                    }
                    break;
                case "msg":
                    message = true;
                    messageAt = parser.currentTokenLocation().getByteOffset();
                    messageEnd = -1;
                    if (typed) {
                        message(parser, 0);
                    } else {
                        early = true;
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
        if (early) {
            messageBeforeItsType(value);
        }
        if (!message && changesMarkets()) {
            throw new MalformedRecordException(MISSING_FIELD, "payload.msg: is missing");
        }
    }

    /** For the rare publisher that writes {@code msg} before {@code type}: the message is read a second time. */
    private void messageBeforeItsType(byte[] value) throws IOException, MalformedRecordException {
        try (JsonParser again = json.createParser(value, (int) messageAt, value.length - (int) messageAt)) {
            again.nextToken();
            message(again, messageAt);
        }
    }

    /** @param offset the parser's offset within the record */
    private void message(JsonParser parser, long offset) throws IOException, MalformedRecordException {
        boolean isObject = parser.currentToken() == JsonToken.START_OBJECT;
        read(parser);
        if (isObject && type.isRelayed()) {
            messageEnd = offset + parser.currentLocation().getByteOffset();
        }
    }

    private void read(JsonParser parser) throws IOException, MalformedRecordException {
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

    private boolean changesMarkets() {
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

    private Optional<BookUpdate> update() throws MalformedRecordException {
        if (!changesMarkets()) {
            if (type == MessageType.FEED_STATUS) {
                feedReport = Optional.of(feed.toStatus());
            } else if (type == MessageType.FEED_GAP) {
                feedReport = Optional.of(feed.toGap());
            }
            return Optional.empty();
        }
        String ticker = requireTicker(payloadTicker());
        if (type.isBook()) {
            return Optional.of(book.toUpdate(ticker, type));
        }
        return type == MessageType.MARKET_STATUS ? status.toReport(ticker) : status.toUpdate(ticker);
    }

    private String payloadTicker() {
        String told = type.isBook() ? book.ticker() : status.ticker();
        return told == null ? envelopeTicker : told;
    }

    private static String requireTicker(String ticker) throws MalformedRecordException {
        if (ticker == null) {
            throw new MalformedRecordException(MISSING_FIELD, "payload.msg.market_ticker: is missing");
        }
        if (!isTicker(ticker)) {
            throw new MalformedRecordException(INVALID_TICKER,
                    "payload.msg.market_ticker: must be 1.." + MAX_TICKER_LENGTH
                            + " visible ASCII characters without quote, comma and backslash: length=" + ticker.length());
        }
        return ticker;
    }

    /** Whether a ticker is valid: it then needs no escape in JSON, in a URL list or in a log. */
    public static boolean isTicker(String ticker) {
        if (ticker.isEmpty() || ticker.length() > MAX_TICKER_LENGTH) {
            return false;
        }
        for (int i = 0; i < ticker.length(); i++) {
            char c = ticker.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == ',') {
                return false;
            }
        }
        return true;
    }

    private static long connection(JsonParser parser) throws IOException, MalformedRecordException {
        long number = Fields.wholeNumber(parser, "connection");
        if (number < 1) {
            throw new MalformedRecordException(
                    RejectReason.WRONG_TYPE, "connection: must be a whole number above 0: " + number);
        }
        return number;
    }

    private static void requireVersion(long version) throws MalformedRecordException {
        if (version > VERSION) {
            throw unsupported(version);
        }
    }

    private static MalformedRecordException unsupported(long version) {
        return new MalformedRecordException(
                UNSUPPORTED_VERSION, "version: must be at most " + VERSION + ": version=" + version);
    }

    /**
     * Determines the reason to report: a newer envelope may violate other rules of this version first. Whatever the
     * record was, it may have been a change of a known book, or a gap that affects all books.
     */
    private MalformedRecordException explained(MalformedRecordException found, byte[] key, byte[] value) {
        messageEnd = -1;
        Optional<UpdateLost> losing = lostBy(key, value);
        MalformedRecordException shown = found;
        if (found.reason() != UNSUPPORTED_VERSION && lost.version() > VERSION) {
            shown = unsupported(lost.version());
        } else if (found.reason() != UNSUPPORTED_VERSION && lost.notJson().isPresent()) {
            shown = new MalformedRecordException(NOT_JSON, "value: is not JSON: " + firstLine(lost.notJson().get()));
        }
        if (type == MessageType.FEED_GAP) {
            feedReport = Optional.of(new FeedReport.FeedGap(OptionalLong.empty(), OptionalLong.empty(), shown.getMessage()));
        }
        return shown.losing(losing);
    }

    private static boolean isPresent(JsonParser parser) {
        return parser.currentToken() != JsonToken.VALUE_NULL;
    }

    private static String firstLine(String text) {
        String message = String.valueOf(text);
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}

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

    /**
     * The {@code source} of a lifecycle message that REST's list stands for. It says what a market is, but the exchange
     * has not sent it, so it is not passed on.
     */
    public static final String SOURCE_OF_LISTED = "kalshi-rest";

    static final int MAX_TICKER_LENGTH = 128;

    private final JsonFactory json = new JsonFactory();
    private final RecordStamp.Builder stamp = new RecordStamp.Builder();
    private final CommonRecord common = new CommonRecord(stamp);
    private final KnownText known = new KnownText();
    private final Payload payload = new Payload(json, stamp, known);
    private final LostMarket lost = new LostMarket(json);

    private String envelopeTicker;
    /** What was read of the payload; null if the record was refused. */
    private byte[] record;
    /** Whether the message is REST's, not one that the exchange has sent. */
    private boolean isListed;
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
                payload.begin(common.type());
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
        isListed = false;
        payload.clear();
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
        payload.begin(MessageType.OTHER);
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
        return payload.type();
    }

    /** The trading statistics in the record last decoded, if it was a {@code ticker} or a {@code trade}. */
    public Optional<StatisticsReported> lastStatistics() {
        return payload.toStatistics();
    }

    /** The market's description in the record last decoded, if it was a lifecycle message with one. */
    public Optional<MarketDescribed> lastDescription() {
        MarketDetails told = payload.toDetails();
        if (told == MarketDetails.NONE) {
            return Optional.empty();
        }
        return Optional.ofNullable(ticker()).map(ticker -> new MarketDescribed(ticker, told, stamp.recordMs()));
    }

    /** The record last decoded, if its message is passed on unchanged. */
    public Optional<RelayedMessage> lastRelayed() {
        return record == null || isListed ? Optional.empty() : payload.toRelayed(record);
    }

    private Optional<BookUpdate> envelope(byte[] value) throws IOException, MalformedRecordException {
        boolean found = false;
        try (JsonParser parser = json.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedRecordException(WRONG_TYPE, "value: must be a JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "payload":
                        if (found) {
                            throw new MalformedRecordException(WRONG_TYPE, "payload: must be there once");
                        }
                        payload.read(parser, value);
                        found = true;
                        break;
                    case "receivedTimestamp":
                        if (Fields.isPresent(parser)) {
                            stamp.feedReceivedMs(Fields.wholeNumber(parser, "receivedTimestamp"));
                        }
                        break;
                    case "publishedTimestamp":
                        if (Fields.isPresent(parser)) {
                            stamp.kafkaPublishedMs(Fields.wholeNumber(parser, "publishedTimestamp"));
                        }
                        break;
                    case "connection":
                        if (Fields.isPresent(parser)) {
                            stamp.connection(connection(parser));
                        }
                        break;
                    case "marketTicker":
                        if (Fields.isPresent(parser)) {
                            Fields.requireText(parser, "marketTicker");
                            envelopeTicker = found && ticker() != null ? null : known.of(parser);
                        }
                        break;
                    case "source":
                        isListed = SOURCE_OF_LISTED.equals(parser.getValueAsString());
                        parser.skipChildren();
                        break;
                    case "version":
                        requireVersion(parser);
                        break;
                    default:
                        parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new MalformedRecordException(NOT_JSON, "value: has more behind the JSON object");
            }
        }
        if (!found) {
            throw new MalformedRecordException(MISSING_FIELD, "payload: is missing");
        }
        return update();
    }

    private Optional<BookUpdate> update() throws MalformedRecordException {
        if (!payload.changesMarkets()) {
            feedReport = payload.toFeedReport();
            return Optional.empty();
        }
        return payload.toUpdate(requireTicker(ticker()));
    }

    private String ticker() {
        String told = payload.ticker();
        return told == null ? envelopeTicker : told;
    }

    private static String requireTicker(String ticker) throws MalformedRecordException {
        if (ticker == null) {
            throw new MalformedRecordException(MISSING_FIELD, "payload.msg.market_ticker: is missing");
        }
        if (!isTicker(ticker)) {
            throw new MalformedRecordException(INVALID_TICKER,
                    "payload.msg.market_ticker: must be 1.." + MAX_TICKER_LENGTH
                            + " visible ASCII characters without quote, comma and backslash: length="
                            + ticker.length());
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

    private static void requireVersion(JsonParser parser) throws IOException, MalformedRecordException {
        if (!Fields.isPresent(parser)) {
            return;
        }
        if (parser.currentToken().isNumeric() && parser.getDoubleValue() > VERSION) {
            throw unsupported(parser.getText());
        }
        Fields.wholeNumber(parser, "version");
    }

    private static MalformedRecordException unsupported(Object version) {
        return new MalformedRecordException(
                UNSUPPORTED_VERSION, "version: must be at most " + VERSION + ": version=" + version);
    }

    /**
     * Determines the reason to report: a newer envelope may violate other rules of this version first. Whatever the
     * record was, it may have been a change of a known book, or a gap that affects all books.
     */
    private MalformedRecordException explained(MalformedRecordException found, byte[] key, byte[] value) {
        record = null;
        Optional<UpdateLost> losing = lostBy(key, value);
        MalformedRecordException shown = found;
        if (found.reason() != UNSUPPORTED_VERSION && lost.version() > VERSION) {
            shown = unsupported(lost.version());
        } else if (found.reason() != UNSUPPORTED_VERSION && lost.notJson().isPresent()) {
            shown = new MalformedRecordException(NOT_JSON, "value: is not JSON: " + firstLine(lost.notJson().get()));
        }
        if (lost.isGap()) {
            feedReport =
                    Optional.of(new FeedReport.FeedGap(OptionalLong.empty(), OptionalLong.empty(), shown.getMessage()));
        }
        return shown.losing(losing);
    }

    private static String firstLine(String text) {
        String message = String.valueOf(text);
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}

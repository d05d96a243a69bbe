package io.bookserver.kalshi;

import static io.bookserver.kalshi.RejectReason.INVALID_PRICE;
import static io.bookserver.kalshi.RejectReason.INVALID_QUANTITY;
import static io.bookserver.kalshi.RejectReason.INVALID_SIDE;
import static io.bookserver.kalshi.RejectReason.MISSING_FIELD;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.bookserver.book.BookReplaced;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.Level;
import io.bookserver.book.LevelChanged;
import io.bookserver.book.PriceLevels;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;

/**
 * The {@code msg} of an {@code orderbook_snapshot} or an {@code orderbook_delta}, in any of the exchange's formats. The
 * fixed-point one ({@code price_dollars}, {@code delta_fp}, {@code yes_dollars_fp}) takes precedence over the dollar
 * one, and that over whole cents. Beside a newer format an older one is not even judged: a price in tenths of a cent is
 * no valid number of cents.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class BookMessage {
    private static final int PRICE_DECIMALS = 4;
    private static final int QUANTITY_DECIMALS = 2;
    private static final int TICKS_PER_CENT = 100;
    /** The states in which a server like this one sends a book that is missing something. */
    private static final Set<String> INCOMPLETE = Set.of("stale", "awaiting_snapshot");

    private final RecordStamp.Builder stamp;
    private final KnownText known;
    private final PriceLevels.Builder yes = new PriceLevels.Builder();
    private final PriceLevels.Builder no = new PriceLevels.Builder();

    private String ticker;
    private String marketId;
    private Side side;
    private long priceTicks;
    private long deltaHundredths;
    private final Formats priceFormats = new Formats();
    private final Formats deltaFormats = new Formats();
    private final Formats yesFormats = new Formats();
    private final Formats noFormats = new Formats();
    /** Where the fields of the message are. */
    private JsonStreamContext message;
    /** False if a server like this one, and not the exchange, sends a book that is missing something. */
    private boolean complete;
    private boolean exactTime;
    /** The older text form of the time, parsed only if no better one follows; empty if absent. */
    private String timeText;

    BookMessage(RecordStamp.Builder stamp, KnownText known) {
        this.stamp = stamp;
        this.known = known;
    }

    void clear() {
        ticker = null;
        marketId = "";
        side = null;
        priceFormats.clear();
        deltaFormats.clear();
        yesFormats.clear();
        noFormats.clear();
        complete = true;
        exactTime = false;
        timeText = "";
        yes.clear();
        no.clear();
    }

    String ticker() {
        return ticker;
    }

    void read(JsonParser parser, MessageType type) throws IOException, MalformedRecordException {
        Fields.requireObject(parser, "payload.msg");
        message = parser.getParsingContext();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.VALUE_NULL) {
                continue;
            }
            if (name.equals("market_ticker")) {
                ticker = Fields.text(parser, known, "payload.msg.market_ticker");
            } else if (type == MessageType.ORDERBOOK_DELTA) {
                deltaField(parser, name);
            } else {
                snapshotField(parser, name);
            }
        }
        if (!exactTime && !timeText.isEmpty()) {
            readTimeText();
        }
    }

    BookUpdate toUpdate(String validTicker, MessageType type) throws MalformedRecordException {
        if (type == MessageType.ORDERBOOK_SNAPSHOT) {
            yesFormats.requireReadable();
            noFormats.requireReadable();
            return new BookReplaced(validTicker, marketId, built(yes), built(no), complete, stamp.build());
        }
        require(side != null, "payload.msg.side");
        require(priceFormats.newest > 0, "payload.msg.price_dollars");
        require(deltaFormats.newest > 0, "payload.msg.delta_fp");
        priceFormats.requireReadable();
        deltaFormats.requireReadable();
        return new LevelChanged(validTicker, side, (int) priceTicks, deltaHundredths, stamp.build());
    }

    private void deltaField(JsonParser parser, String name) throws IOException, MalformedRecordException {
        switch (name) {
            case "price_dollars":
                price(parser, 2, "payload.msg.price_dollars");
                break;
            case "price":
                price(parser, 1, "payload.msg.price");
                break;
            case "delta_fp":
                delta(parser, 2, "payload.msg.delta_fp");
                break;
            case "delta":
                delta(parser, 1, "payload.msg.delta");
                break;
            case "side":
                side = side(parser);
                break;
            default:
                timeField(parser, name);
        }
    }

    private void snapshotField(JsonParser parser, String name) throws IOException, MalformedRecordException {
        switch (name) {
            case "yes_dollars_fp":
                side(parser, yes, yesFormats, 3, name);
                break;
            case "yes_dollars":
                side(parser, yes, yesFormats, 2, name);
                break;
            case "yes":
                side(parser, yes, yesFormats, 1, name);
                break;
            case "no_dollars_fp":
                side(parser, no, noFormats, 3, name);
                break;
            case "no_dollars":
                side(parser, no, noFormats, 2, name);
                break;
            case "no":
                side(parser, no, noFormats, 1, name);
                break;
            case "state":
                complete = parser.currentToken() != JsonToken.VALUE_STRING || !INCOMPLETE.contains(parser.getText());
                parser.skipChildren();
                break;
            case "market_id":
                marketId = marketId(parser);
                break;
            default:
                timeField(parser, name);
        }
    }

    /** Reads the exchange's time, which both kinds of messages have; any other field is unknown. */
    private void timeField(JsonParser parser, String name) throws IOException, MalformedRecordException {
        switch (name) {
            case "ts_ms":
                exchangeMs(parser);
                break;
            case "ts":
                exchangeTime(parser);
                break;
            default:
                parser.skipChildren();
        }
    }

    /** An empty string counts as absent (rec). */
    private void price(JsonParser parser, int format, String field) throws IOException {
        if (isEmptyText(parser) || !priceFormats.isNewest(format)) {
            parser.skipChildren();
            return;
        }
        try {
            priceTicks = priceTicks(parser, format == 1, field);
        } catch (MalformedRecordException e) {
            passOver(parser, priceFormats, e);
        }
    }

    private void delta(JsonParser parser, int format, String field) throws IOException {
        if (isEmptyText(parser) || !deltaFormats.isNewest(format)) {
            parser.skipChildren();
            return;
        }
        try {
            deltaHundredths = Fields.exact(parser, QUANTITY_DECIMALS, INVALID_QUANTITY, field);
        } catch (MalformedRecordException e) {
            passOver(parser, deltaFormats, e);
        }
    }

    private void side(JsonParser parser, PriceLevels.Builder levels, Formats formats, int format, String name)
            throws IOException {
        if (!formats.isNewest(format)) {
            parser.skipChildren();
            return;
        }
        levels.clear();
        try {
            ladder(parser, levels, format == 1, "payload.msg." + name);
        } catch (MalformedRecordException e) {
            passOver(parser, formats, e);
        }
    }

    /** Leaves a field that cannot be read, however deep the parser is in it; a newer format may follow. */
    private void passOver(JsonParser parser, Formats formats, MalformedRecordException why) throws IOException {
        formats.problem = why;
        while (parser.getParsingContext() != message) {
            parser.nextToken();
        }
    }

    private static long priceTicks(JsonParser parser, boolean inCents, String field)
            throws IOException, MalformedRecordException {
        long units = Fields.exact(parser, inCents ? 0 : PRICE_DECIMALS, INVALID_PRICE, field);
        long ticks = inCents ? units * TICKS_PER_CENT : units;
        if (!Level.isPrice(ticks)) {
            throw new MalformedRecordException(
                    INVALID_PRICE, field + ": must be above 0 and below 1 dollar: "
                    + Fields.shortened(parser.getText()));
        }
        return ticks;
    }

    private static void ladder(JsonParser parser, PriceLevels.Builder levels, boolean inCents, String field)
            throws IOException, MalformedRecordException {
        requireArray(parser, field);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            requireArray(parser, field);
            parser.nextToken();
            int price = (int) priceTicks(parser, inCents, field);
            parser.nextToken();
            long quantity = Fields.exact(parser, QUANTITY_DECIMALS, INVALID_QUANTITY, field);
            if (quantity < 0) {
                throw new MalformedRecordException(INVALID_QUANTITY,
                        field + ": must not be negative: " + parser.getText());
            }
            if (parser.nextToken() != JsonToken.END_ARRAY) {
                throw Fields.wrongType(parser, field, "an array of [price, quantity] pairs");
            }
            if (quantity > 0) {
                levels.add(price, quantity);
            }
        }
    }

    private static PriceLevels built(PriceLevels.Builder levels) throws MalformedRecordException {
        try {
            return levels.build();
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException(INVALID_PRICE, "payload.msg: " + e.getMessage());
        }
    }

    private static void requireArray(JsonParser parser, String field) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Fields.wrongType(parser, field, "an array of [price, quantity] pairs");
        }
    }

    private Side side(JsonParser parser) throws IOException, MalformedRecordException {
        String text = Fields.text(parser, known, "payload.msg.side");
        if (text.equals("yes")) {
            return Side.YES;
        }
        if (text.equals("no")) {
            return Side.NO;
        }
        throw new MalformedRecordException(
                INVALID_SIDE, "payload.msg.side: must be yes or no: " + Fields.shortened(text));
    }

    /** An id that is not plain text cannot be passed on. It is left out; the book does not depend on it. */
    private static String marketId(JsonParser parser) throws IOException {
        String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
        parser.skipChildren();
        return EnvelopeDecoder.isTicker(text) ? text : "";
    }

    /** A time that cannot be read is left out: rejecting the change because of it would make the book wrong. */
    private void exchangeMs(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            stamp.exchangeMs(parser.getLongValue());
            exactTime = true;
        }
        parser.skipChildren();
    }

    /** The older text form, up to nanoseconds; {@code ts_ms} takes precedence, and usually follows it. */
    private void exchangeTime(JsonParser parser) throws IOException {
        if (!exactTime && parser.currentToken() == JsonToken.VALUE_STRING) {
            timeText = parser.getText();
        }
        parser.skipChildren();
    }

    private void readTimeText() {
        try {
            stamp.exchangeMs(Instant.parse(timeText).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException e) {
            timeText = "";
        }
    }

    private static boolean isEmptyText(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_STRING && parser.getTextLength() == 0;
    }

    private static void require(boolean present, String field) throws MalformedRecordException {
        if (!present) {
            throw new MalformedRecordException(MISSING_FIELD, field + ": is missing");
        }
    }

    /**
     * A value that a message may give in several formats, from 1, the oldest, upwards. The newest one counts.
     *
     * <p><i>Not thread-safe; confined to its message.</i>
     */
    private static final class Formats {
        /** 0 if there is none. */
        private int newest;
        /** Why the newest one cannot be read; null if it can. */
        private MalformedRecordException problem;

        void clear() {
            newest = 0;
            problem = null;
        }

        /** Whether a value in that format counts, instead of those seen before. */
        boolean isNewest(int format) {
            if (format < newest) {
                return false;
            }
            newest = format;
            problem = null;
            return true;
        }

        void requireReadable() throws MalformedRecordException {
            if (problem != null) {
                throw problem;
            }
        }
    }
}

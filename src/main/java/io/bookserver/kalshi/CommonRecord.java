package io.bookserver.kalshi;

import io.bookserver.book.BookReplaced;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.Level;
import io.bookserver.book.LevelChanged;
import io.bookserver.book.PriceLevels;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import io.bookserver.kalshi.CommonJson.Word;
import java.util.Optional;

/**
 * The fast path for nearly all records, at a fraction of the general decoder's cost: deltas and snapshots in the
 * exchange's current format, with each field once, in an ordinary envelope. Any other record is left to the general
 * decoder. What is read here has exactly the same result there.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class CommonRecord {
    private static final Word PAYLOAD = Word.of("payload");
    private static final Word RECEIVED = Word.of("receivedTimestamp");
    private static final Word PUBLISHED = Word.of("publishedTimestamp");
    private static final Word CONNECTION = Word.of("connection");
    private static final Word VERSION = Word.of("version");
    private static final Word MARKET_TICKER_OF_ENVELOPE = Word.of("marketTicker");
    private static final Word TYPE = Word.of("type");
    private static final Word SID = Word.of("sid");
    private static final Word SEQ = Word.of("seq");
    private static final Word MSG = Word.of("msg");
    private static final Word DELTA = Word.of("orderbook_delta");
    private static final Word SNAPSHOT = Word.of("orderbook_snapshot");
    private static final Word MARKET_TICKER = Word.of("market_ticker");
    private static final Word MARKET_ID = Word.of("market_id");
    private static final Word PRICE_DOLLARS = Word.of("price_dollars");
    private static final Word DELTA_FP = Word.of("delta_fp");
    private static final Word SIDE = Word.of("side");
    private static final Word YES = Word.of("yes");
    private static final Word NO = Word.of("no");
    private static final Word TS_MS = Word.of("ts_ms");
    private static final Word TS = Word.of("ts");
    private static final Word YES_DOLLARS_FP = Word.of("yes_dollars_fp");
    private static final Word NO_DOLLARS_FP = Word.of("no_dollars_fp");
    /** Fields whose meaning depends on others: the older formats, and a relay's mark of an incomplete book. */
    private static final Word[] INTRICATE = {Word.of("price"), Word.of("delta"), Word.of("yes_dollars"),
        Word.of("no_dollars"), YES, NO, Word.of("state")};

    private static final int QUANTITY_DECIMALS = 2;

    private final CommonJson json = new CommonJson();
    private final RecordStamp.Builder stamp;
    private final KnownTickers known = new KnownTickers();
    private final PriceLevels.Builder yes = new PriceLevels.Builder();
    private final PriceLevels.Builder no = new PriceLevels.Builder();

    /** The form of the deltas read before. */
    private final DeltaShape shape = new DeltaShape();

    private MessageType type;
    /** One bit per field that was seen. */
    private int seen;
    private String ticker;
    private String marketId;
    private Side side;
    private int priceTicks;
    private long deltaHundredths;

    CommonRecord(RecordStamp.Builder stamp) {
        this.stamp = stamp;
    }

    /**
     * Reads a record into the stamp and the update. Empty if it is not a common one; the stamp must then be reset.
     */
    Optional<BookUpdate> read(byte[] value) {
        if (isOfKnownShape(value)) {
            shape.matched();
            return delta();
        }
        stamp.restart();
        type = MessageType.OTHER;
        seen = 0;
        marketId = "";
        yes.clear();
        no.clear();
        json.start(value);
        shape.begin(json.position());
        envelope();
        if (!json.isAtEnd() || !has(Bit.PAYLOAD | Field.TICKER.bit)) {
            return Optional.empty();
        }
        if (type == MessageType.ORDERBOOK_SNAPSHOT) {
            return snapshot();
        }
        Optional<BookUpdate> delta = delta();
        if (delta.isPresent()) {
            shape.learn(value, seen);
        }
        return delta;
    }

    /** Whether this is a delta that differs from the learned one in its values only. */
    boolean isOfKnownShape(byte[] value) {
        json.start(value);
        return shape.isKnown() && readByShape();
    }

    private boolean readByShape() {
        for (int i = 0; i < shape.fields(); i++) {
            if (!shape.precedes(i, json)) {
                return false;
            }
            read(shape.field(i));
        }
        type = MessageType.ORDERBOOK_DELTA;
        seen = shape.seen();
        return shape.precedes(shape.fields(), json) && json.isAtEnd();
    }

    /** The type of the record last read, if that was a common one. */
    MessageType type() {
        return type;
    }

    private Optional<BookUpdate> delta() {
        return has(Field.SIDE.bit | Field.PRICE.bit | Field.QUANTITY.bit)
                ? Optional.of(new LevelChanged(ticker, side, priceTicks, deltaHundredths, stamp.build()))
                : Optional.empty();
    }

    private Optional<BookUpdate> snapshot() {
        try {
            return Optional.of(new BookReplaced(ticker, marketId, yes.build(), no.build(), true, stamp.build()));
        } catch (IllegalArgumentException e) {
            // a duplicate price: the general decoder reports it
            return Optional.empty();
        }
    }

    private void envelope() {
        json.open('{');
        for (boolean first = true; json.field(first); first = false) {
            if (json.is(PAYLOAD)) {
                once(Bit.PAYLOAD);
                payload();
            } else {
                value(json.is(RECEIVED) ? Field.RECEIVED
                        : json.is(PUBLISHED) ? Field.PUBLISHED
                        : json.is(CONNECTION) ? Field.CONNECTION
                        : json.is(VERSION) ? Field.VERSION
                        : json.is(MARKET_TICKER_OF_ENVELOPE) ? Field.TEXT : Field.OTHER);
            }
        }
    }

    private void payload() {
        json.open('{');
        for (boolean first = true; json.field(first); first = false) {
            if (json.is(TYPE)) {
                once(Bit.TYPE);
                json.nextWord();
                type = json.is(DELTA) ? MessageType.ORDERBOOK_DELTA
                        : json.is(SNAPSHOT) ? MessageType.ORDERBOOK_SNAPSHOT : MessageType.OTHER;
                require(type != MessageType.OTHER);
            } else if (json.is(MSG)) {
                once(Bit.MSG);
                // a message before its type cannot be read in one pass
                require(type != MessageType.OTHER);
                message();
            } else {
                value(json.is(SID) ? Field.SID : json.is(SEQ) ? Field.SEQ : Field.OTHER);
            }
        }
    }

    private void message() {
        boolean isDelta = type == MessageType.ORDERBOOK_DELTA;
        json.open('{');
        for (boolean first = true; json.field(first); first = false) {
            if (json.is(MARKET_TICKER)) {
                value(Field.TICKER);
            } else if (json.is(TS_MS)) {
                value(Field.TIME);
            } else if (json.is(TS)) {
                value(Field.TIME_TEXT);
            } else if (isDelta) {
                deltaField();
            } else {
                snapshotField();
            }
        }
        // the older text form counts if the other is absent
        require(!has(Field.TIME_TEXT.bit) || has(Field.TIME.bit));
    }

    private void deltaField() {
        if (json.is(PRICE_DOLLARS)) {
            value(Field.PRICE);
        } else if (json.is(DELTA_FP)) {
            value(Field.QUANTITY);
        } else if (json.is(SIDE)) {
            value(Field.SIDE);
        } else {
            other();
        }
    }

    private void snapshotField() {
        if (json.is(YES_DOLLARS_FP)) {
            once(Bit.YES);
            ladder(yes);
        } else if (json.is(NO_DOLLARS_FP)) {
            once(Bit.NO);
            ladder(no);
        } else if (json.is(MARKET_ID)) {
            once(Bit.MARKET_ID);
            json.nextText();
            marketId = json.text();
            require(EnvelopeDecoder.isTicker(marketId));
        } else {
            other();
        }
    }

    private void other() {
        for (Word name : INTRICATE) {
            require(!json.is(name));
        }
        if (json.isCommon()) {
            value(Field.OTHER);
        }
    }

    /** Reads the value of a field, and remembers where it is. */
    private void value(Field field) {
        once(field.bit);
        int begin = json.position();
        read(field);
        shape.note(field, begin, json.position());
    }

    private void read(Field field) {
        if (field.isNumber) {
            number(field, json.wholeNumber());
            return;
        }
        switch (field) {
            case TICKER:
                ticker();
                break;
            case PRICE:
                priceTicks = price();
                break;
            case QUANTITY:
                deltaHundredths = json.decimal(QUANTITY_DECIMALS);
                break;
            case SIDE:
                side();
                break;
            case TIME_TEXT:
            case TEXT:
                json.nextText();
                break;
            default:
                json.skip();
        }
    }

    private void number(Field field, long value) {
        switch (field) {
            case RECEIVED:
                stamp.feedReceivedMs(value);
                break;
            case PUBLISHED:
                stamp.kafkaPublishedMs(value);
                break;
            case CONNECTION:
                require(value > 0);
                stamp.connection(value);
                break;
            case SID:
                stamp.sid(value);
                break;
            case SEQ:
                stamp.seq(value);
                break;
            case TIME:
                stamp.exchangeMs(value);
                break;
            default:
                require(value <= EnvelopeDecoder.VERSION);
        }
    }

    private void ticker() {
        json.nextText();
        ticker = json.ticker(known);
        require(!ticker.isEmpty());
    }

    private void side() {
        json.nextWord();
        side = json.is(YES) ? Side.YES : Side.NO;
        require(side == Side.YES || json.is(NO));
    }

    private void ladder(PriceLevels.Builder levels) {
        json.open('[');
        for (boolean first = true; json.element(first); first = false) {
            json.open('[');
            int price = price();
            json.comma();
            long quantity = json.decimal(QUANTITY_DECIMALS);
            json.close(']');
            require(quantity >= 0);
            if (json.isCommon() && quantity > 0) {
                levels.add(price, quantity);
            }
        }
    }

    private int price() {
        long ticks = json.dollars();
        require(Level.isPrice(ticks));
        return (int) ticks;
    }

    /** A duplicate field is left to the general decoder, whatever that does with it. */
    private void once(int bit) {
        require((seen & bit) == 0);
        seen |= bit;
    }

    private boolean has(int bits) {
        return (seen & bits) == bits;
    }

    private void require(boolean met) {
        if (!met) {
            json.leave();
        }
    }

    /** A field with one value that is not nested; its bit is 0 if it may be there twice. <i>Constants.</i> */
    enum Field {
        RECEIVED(1 << 1, true),
        PUBLISHED(1 << 2, true),
        CONNECTION(1 << 3, true),
        VERSION(1 << 4, true),
        SID(1 << 5, true),
        SEQ(1 << 6, true),
        TICKER(1 << 8, false),
        TIME(1 << 9, true),
        TIME_TEXT(1 << 10, false),
        PRICE(1 << 11, false),
        QUANTITY(1 << 12, false),
        SIDE(1 << 13, false),
        /** Some text. */
        TEXT(0, false),
        /** Anything. */
        OTHER(0, false);

        private final int bit;
        private final boolean isNumber;

        Field(int bit, boolean isNumber) {
            this.bit = bit;
            this.isNumber = isNumber;
        }
    }

    /** The bits of the other fields. <i>Constants.</i> */
    private static final class Bit {
        static final int PAYLOAD = 1;
        static final int MSG = 1 << 7;
        static final int YES = 1 << 14;
        static final int NO = 1 << 15;
        static final int MARKET_ID = 1 << 16;
        static final int TYPE = 1 << 17;

        private Bit() {}
    }
}

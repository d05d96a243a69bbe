package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookReplaced;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.RecordStamp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fast path has the same results as the general decoder. {@code -Ddecoder.mutations=5000000} mutates more records
 * than a build has time for.
 */
class CommonRecordTest {
    private static final int MUTATIONS = Integer.getInteger("decoder.mutations", 100_000);
    private static final long RECORD_MS = 1_786_085_189_100L;
    private static final long RECEIVED_MS = 1_786_085_189_152L;
    private static final String TAIL = "},\"receivedTimestamp\":1786085189148,\"publishedTimestamp\":1786085189149,"
            + "\"connection\":1786085180000,\"channel\":\"orderbook_delta\",\"marketTicker\":\"KXMLBGAME-26AUG07-NYM\","
            + "\"sequence\":24,\"source\":\"kalshi-websocket\",\"version\":1}";
    private static final String DELTA = "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":24,\"msg\":{"
            + "\"market_ticker\":\"KXMLBGAME-26AUG07-NYM\",\"market_id\":\"957ed958-9b9b-4a98-b024-16a394cd214c\","
            + "\"price_dollars\":\"0.4300\",\"delta_fp\":\"-100.00\",\"side\":\"yes\","
            + "\"ts\":\"2026-08-07T06:46:28.97871Z\",\"ts_ms\":1786085188978}" + TAIL;
    private static final String SNAPSHOT = "{\"payload\":{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":24,\"msg\":{"
            + "\"market_ticker\":\"KXMLBGAME-26AUG07-NYM\",\"market_id\":\"957ed958-9b9b-4a98-b024-16a394cd214c\","
            + "\"yes_dollars_fp\":[[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.5\"]],\"no_dollars_fp\":[[\"0.55\",\"300\"]]}" + TAIL;
    /** The replacements of a mutation: parts of JSON, and others. */
    private static final List<String> PIECES = List.of("\"", "\\", "{", "}", "[", "]", ",", ":", " ", "\t", "\n", "0", "9", "-",
            "+", ".", "e5", "null", "true", "false", "\u0000", "\u007f", "ü", "\\u0041", "00", "1.5", "-0", "\"\"", "{}", "[]",
            "\"sid\":2,", "\"seq\":1,", "\"type\":\"ticker\",", "\"side\":\"no\",", "\"price\":43,", "\"delta\":5,", "\"ts\":7,",
            "\"ts_ms\":null,", "\"state\":\"stale\",", "\"yes\":[],", "\"no_dollars\":[[\"0.1\",1]],", "\"msg\":{},",
            "\"version\":2,", "\"connection\":0,", "\"market_ticker\":\"B\",", "\"unknown\":1,", "\"unknown\":[1],",
            "999999999999999999", "9999999999999999999", "123456789012", "0.00000", "1.0000", "[\"0.42\",\"1.00\"],");

    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final EnvelopeDecoder general = new EnvelopeDecoder();

    private static boolean isCommon(String text) {
        return new CommonRecord(new RecordStamp.Builder()).read(bytes(text)).isPresent();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface Decoding {
        Optional<BookUpdate> run() throws MalformedRecordException;
    }

    /** Everything that the registry would get. */
    private static String meaning(EnvelopeDecoder by, Decoding decoding) {
        try {
            Optional<BookUpdate> update = decoding.run();
            return by.lastType() + " " + update.map(CommonRecordTest::described).orElse("nothing");
        } catch (MalformedRecordException e) {
            return by.lastType() + " " + e.reason() + " " + e.getMessage() + " " + e.lost();
        }
    }

    private static String described(BookUpdate update) {
        if (!(update instanceof BookReplaced)) {
            return update.toString();
        }
        BookRegistry registry = new BookRegistry(() -> RECEIVED_MS);
        registry.apply(update);
        var market = registry.market(update.ticker()).orElseThrow().current();
        return market.marketId() + " " + market + " " + update.stamp();
    }

    private void assertSame(byte[] value) {
        String expected = meaning(general, () -> general.decodeGenerally(null, value, 3, 77, RECORD_MS, RECEIVED_MS));
        assertThat(meaning(decoder, () -> decoder.decode(null, value, 3, 77, RECORD_MS, RECEIVED_MS)))
                .as(() -> new String(value, StandardCharsets.UTF_8)).isEqualTo(expected);
    }

    @Test
    void currentFormat_isCommon_inAnyOrderAndWithBlanks() {
        for (String text : List.of(DELTA, SNAPSHOT, DELTA.replace(":", ": ").replace("06: 46: 28", "06:46:28"),
                DELTA.replace(",", ", "), DELTA.replace("\"sid\":1,\"seq\":24,", ""), DELTA.replace("\"side\"", "\"extra\":null,\"side\""),
                SNAPSHOT.replace("[[\"0.55\",\"300\"]]", "[]"), SNAPSHOT + "  ")) {
            assertThat(isCommon(text)).as(text).isTrue();
            assertSame(bytes(text));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"sid\":01", "\"sid\":1.0", "\"sid\":-1", "\"sid\":null", "\"sid\":\"1\"", "\"sid\":1,\"sid\":1",
        "\"s\\u0069d\":1", "\"sid\":1\t", "\"sid\":1234567890123456789", "\"x\":{}", "\"x\":-1", "\"x\":nul", "\"x\":\"ü\""})
    void whatIsUncommon_isLeftToTheGeneralDecoder(String instead) {
        for (String text : List.of(DELTA, SNAPSHOT)) {
            String changed = text.replace("\"sid\":1", instead);
            assertThat(isCommon(changed)).as(changed).isFalse();
            assertSame(bytes(changed));
        }
    }

    /** Its last bytes are fewer than are looked at together. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"kalshi-websocket | true", "kalshi-websockets | true",
        "a-longer-source | true", "kalshi-websock\\n | false", "kalshi-webs\\\"s | false", "kalshi-websocké | false",
        "`kalshi-websoc\u0001` | false"})
    void text_atTheVeryEnd_isReadAsAnyOther(String source, boolean common) {
        String changed = DELTA.replace(",\"source\":\"kalshi-websocket\",\"version\":1}", ",\"version\":1,\"source\":\"" + source + "\"}");
        assertThat(isCommon(changed)).isEqualTo(common);
        assertSame(bytes(changed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"price\":43", "\"yes\":[]", "\"state\":\"stale\"", "\"delta\":1", "\"no_dollars\":[]"})
    void olderFormats_areLeftToTheGeneralDecoder(String beside) {
        for (String text : List.of(DELTA, SNAPSHOT)) {
            String changed = text.replace("\"msg\":{", "\"msg\":{" + beside + ",");
            assertThat(isCommon(changed)).as(changed).isFalse();
            assertSame(bytes(changed));
        }
    }

    @Test
    void everyTruncation_meansTheSame() {
        for (String text : List.of(DELTA, SNAPSHOT)) {
            for (int length = 0; length < text.length(); length++) {
                assertSame(bytes(text.substring(0, length)));
            }
        }
    }

    /** The decoder has just read the unchanged record, so it knows the shape from which each of these differs somewhere. */
    @Test
    void recordsThatDifferFromTheOneBefore_meanTheSame() {
        for (int at = 0; at <= DELTA.length(); at++) {
            for (String piece : PIECES) {
                assertSame(bytes(DELTA));
                assertSame(bytes(DELTA.substring(0, at) + piece + DELTA.substring(at)));
                assertSame(bytes(DELTA));
                assertSame(bytes(DELTA.substring(0, at) + piece
                        + DELTA.substring(Math.min(DELTA.length(), at + piece.length()))));
            }
        }
    }

    /** Numbers are read up to eight digits at a time, prices all at once. */
    @Test
    void numbersOfEveryLength_meanTheSame_inTheKnownShapeAndInAnother() {
        for (int digits = 0; digits <= 20; digits++) {
            for (String number : List.of("9".repeat(digits), "12345678901234567890".substring(0, digits), "0".repeat(digits),
                    "9".repeat(digits) + ".", "9".repeat(digits) + "/", "9".repeat(digits) + ":")) {
                assertSameAs(DELTA.replace("\"seq\":24", "\"seq\":" + number));
                assertSameAs(DELTA.replace("-100.00", number));
                assertSameAs(DELTA.replace("-100.00", "-" + number + ".5"));
                assertSameAs(DELTA.replace("0.4300", "0." + number));
                assertSameAs(DELTA.replace("\"version\":1}", "\"version\":1,\"x\":" + number + "}"));
                assertSameAs(SNAPSHOT.replace("13.00", number));
            }
        }
        for (String price : List.of("0.0000", "0.0001", "0.9999", "1.0000", "0.43", "0.430", "0.43000", ".4300", "00.430", "0,4300",
                "0.43 0", "0.4:00", "0.4/00", "-0.430", "0.4300\"", "0.430\\")) {
            assertSameAs(DELTA.replace("0.4300", price));
            assertSameAs(SNAPSHOT.replace("0.4300", price));
        }
    }

    private void assertSameAs(String text) {
        assertSame(bytes(DELTA));
        assertSame(bytes(text));
    }

    @Test
    void publishersThatAlternate_areReadByTheirOwnShapes() {
        String other = DELTA.replace(",\"ts\":\"2026-08-07T06:46:28.97871Z\"", "").replace("\"sid\":1,\"seq\":24,", "");
        for (int each = 1; each <= 40; each++) {
            for (int i = 0; i < each; i++) {
                assertSame(bytes(DELTA.replace("\"seq\":24", "\"seq\":" + i)));
            }
            for (int i = 0; i < each; i++) {
                assertSame(bytes(other.replace("-100.00", i + ".5")));
            }
        }
    }

    @Test
    void shape_isLearnedFromTheFirstDelta_andReplacedAfterManyOthersInARow() {
        CommonRecord record = new CommonRecord(new RecordStamp.Builder());
        String other = DELTA.replace("\"side\"", "\"extra\":null,\"side\"");
        assertThat(record.isOfKnownShape(bytes(DELTA))).isFalse();
        assertThat(record.read(bytes(DELTA))).isPresent();
        assertThat(record.isOfKnownShape(bytes(DELTA.replace("0.4300", "0.44").replace("\"yes\"", "\"no\"")))).isTrue();
        assertThat(record.isOfKnownShape(bytes(DELTA.replace("\"yes\"", "\"maybe\"")))).isFalse();
        assertThat(record.isOfKnownShape(bytes(DELTA + " "))).isFalse();
        for (int i = 1; i < 16; i++) {
            record.read(bytes(other));
        }
        assertThat(record.isOfKnownShape(bytes(other))).isFalse();
        record.read(bytes(DELTA));
        for (int i = 1; i < 16; i++) {
            record.read(bytes(other));
        }
        assertThat(record.isOfKnownShape(bytes(other))).isFalse();
        record.read(bytes(other));
        assertThat(record.isOfKnownShape(bytes(other))).isTrue();
        assertThat(record.isOfKnownShape(bytes(DELTA))).isFalse();
    }

    @Test
    void mutatedRecords_meanTheSame() {
        long seed = Long.getLong("decoder.seed", new SplittableRandom().nextLong());
        System.out.println("CommonRecordTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int common = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            String text = random.nextBoolean() ? DELTA : SNAPSHOT;
            for (int hits = random.nextInt(3); hits >= 0; hits--) {
                text = mutated(text, random);
            }
            common += isCommon(text) ? 1 : 0;
            // so that the decoder keeps its shape: each mutation is compared with it first
            assertSame(bytes(DELTA));
            assertSame(bytes(text));
        }
        assertThat(common).as("seed=%d", seed).isBetween(MUTATIONS / 100, MUTATIONS * 9 / 10);
    }

    private static String mutated(String text, SplittableRandom random) {
        if (text.isEmpty()) {
            return text;
        }
        int at = random.nextInt(text.length());
        int to = Math.min(text.length(), at + random.nextInt(30));
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        switch (random.nextInt(6)) {
            case 0:
                return text.substring(0, at) + (char) random.nextInt(128) + text.substring(at + 1);
            case 1:
                return text.substring(0, at) + piece + text.substring(at);
            case 2:
                return text.substring(0, at) + piece + text.substring(Math.min(text.length(), at + piece.length()));
            case 3:
                return text.substring(0, at) + text.substring(to);
            case 4:
                return text.substring(0, to) + text.substring(at);
            default:
                // where a field may be
                int field = Math.max(0, text.indexOf('"', at));
                return text.substring(0, field) + piece + text.substring(field);
        }
    }
}

package io.bookserver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookReplaced;
import io.bookserver.book.BookState;
import io.bookserver.book.LevelChanged;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketState;
import io.bookserver.book.PriceLevels;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** What is written can be read; anything else is rejected. */
class CheckpointFormatTest {
    private static final byte[] KEY = "KXT".getBytes(StandardCharsets.UTF_8);
    private static final Marker MARKER = new Marker(new Uuid(1, 2), 1, new Uuid(7, -9), 4, 1_000, 1_786_085_000_000L, 17, List.of(
            new ConnectionState(3, true, 1_786_085_000_000L, OptionalLong.of(1_786_084_999_999L)),
            new ConnectionState(2, false, 5, OptionalLong.empty())));

    private final CheckpointFormat format = new CheckpointFormat();
    private final HeldMarket market = new HeldMarket(market(), 42);

    private static MarketState market() {
        BookRegistry registry = new BookRegistry(() -> 1_786_085_000_000L);
        PriceLevels.Builder levels = new PriceLevels.Builder();
        levels.add(4_300, 100);
        levels.add(4_200, 70_000);
        registry.apply(new BookReplaced("KXT", "an id", levels.build(), PriceLevels.NONE, stamp(40, 1)));
        registry.apply(new LevelChanged("KXT", Side.NO, 5_000, 7, stamp(41, 2)));
        return registry.state(registry.market("KXT").orElseThrow()).orElseThrow();
    }

    private static RecordStamp stamp(long offset, long seq) {
        return new RecordStamp.Builder().reset(1, offset, 1_786_084_999_000L, 1_786_084_999_003L).sid(1).seq(seq)
                .exchangeMs(1_786_084_998_900L).build();
    }

    private static Usability why(byte[] key, byte[] value) {
        return catchThrowableOfType(UnusableException.class, () -> CheckpointFormat.market("KXT", key, value)).why();
    }

    /** A value with a new, correct checksum. */
    private static byte[] summed(byte[] value) {
        CRC32C sum = new CRC32C();
        sum.update(KEY);
        sum.update(value, 0, value.length - 4);
        ByteBuffer.wrap(value).putInt(value.length - 4, (int) sum.getValue());
        return value;
    }

    @Test
    void market_andMarker_areReadAsTheyWereWritten() throws UnusableException {
        HeldMarket read = CheckpointFormat.market("KXT", KEY, format.value(KEY, market));
        assertThat(read.holdsBelow()).isEqualTo(42);
        assertThat(read.state()).hasToString(market.state().toString());
        assertThat(read.state().mark()).isEqualTo(market.state().mark());
        assertThat(read.state().book().yes().level(0).stamp()).as("shared")
                .isSameAs(read.state().book().yes().level(1).stamp());
        assertThat(CheckpointFormat.marker(format.value(MARKER))).isEqualTo(MARKER);
    }

    @Test
    void anyByteThatIsAnother_andAnyEndThatIsMissing_isDamage() {
        byte[] value = format.value(KEY, market);
        for (int i = 0; i < value.length; i++) {
            byte[] damaged = value.clone();
            damaged[i] ^= (byte) (1 << i % 8);
            assertThat(why(KEY, damaged)).isEqualTo(Usability.DAMAGED);
            assertThat(why(KEY, Arrays.copyOf(value, i))).isEqualTo(Usability.DAMAGED);
        }
        assertThat(why("KXU".getBytes(StandardCharsets.UTF_8), value)).as("under another key").isEqualTo(Usability.DAMAGED);
    }

    /** Damage that the checksum does not detect must not break anything else, nor take unbounded memory. */
    @Test
    void fieldsThatMakeNoMarket_areDamage() {
        byte[] value = format.value(KEY, market);
        for (int i = 1; i < value.length - 4; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = value.clone();
                damaged[i] ^= (byte) (1 << bit);
                try {
                    CheckpointFormat.market("KXT", KEY, summed(damaged));
                } catch (UnusableException e) {
                    assertThat(e.why()).isEqualTo(Usability.DAMAGED);
                }
            }
        }
    }

    @Test
    void anotherForm_isAnUnknownVersion() {
        byte[] value = format.value(KEY, market);
        value[0] = 2;
        assertThat(why(KEY, summed(value))).isEqualTo(Usability.UNKNOWN_VERSION);
    }

    /** Fields that a later version appends are ignored. */
    @Test
    void fieldsThatFollow_arePassedOver() throws UnusableException {
        byte[] value = format.value(KEY, market);
        byte[] longer = Arrays.copyOf(value, value.length + 9);
        Arrays.fill(longer, value.length - 4, longer.length, (byte) 5);
        assertThat(CheckpointFormat.market("KXT", KEY, summed(longer)).state()).hasToString(market.state().toString());
    }

    @Test
    void tickersOfAnyKind_areKeysOfTheirOwn() {
        for (String ticker : List.of("KXT", "", "?", "\u00e4\u20ac", "A\ud800", "A?", "\ud83d\ude00", "\udc00")) {
            assertThat(TickerKey.ticker(TickerKey.of(ticker))).isEqualTo(ticker);
            assertThat(CheckpointFormat.isMarker(TickerKey.of(ticker))).isFalse();
        }
    }

    /** They are written as ordinals. */
    @Test
    void namesThatAreWrittenAsNumbers_keepTheirPlaces() {
        assertThat(BookState.values()).extracting(Enum::name).startsWith("AWAITING_SNAPSHOT", "LIVE", "STALE");
        assertThat(MarketPhase.values()).extracting(Enum::name).startsWith(
                "INITIALIZED", "OPEN", "PAUSED", "CLOSED", "DETERMINED", "SETTLED", "UNKNOWN");
    }

    @Test
    void content_isUsedOnlyAsAWhole() {
        PartitionContent content = new PartitionContent();
        content.add(KEY, format.value(KEY, market));
        assertThat(why(content, 1_000)).isEqualTo(Usability.ABSENT);
        content.add(CheckpointFormat.markerKey(), format.value(MARKER));
        assertThat(why(content, 1_000)).isEqualTo(Usability.USED);
        assertThat(why(content, 999)).isEqualTo(Usability.AHEAD);
        content.add("KXU".getBytes(StandardCharsets.UTF_8), new byte[9]);
        assertThat(why(content, 1_000)).isEqualTo(Usability.DAMAGED);
        content.add("KXU".getBytes(StandardCharsets.UTF_8), null);
        assertThat(why(content, 1_000)).as("a later record of the key counts").isEqualTo(Usability.USED);
        byte[] held = format.value(KEY, new HeldMarket(market.state(), 1_001));
        content.add(KEY, held);
        assertThat(why(content, 1_000)).as("a market that is ahead").isEqualTo(Usability.AHEAD);
        content.add(KEY, null);
        assertThat(why(content, 2_000)).as("a market is missing").isEqualTo(Usability.INCOMPLETE);
        content.add(CheckpointFormat.markerKey(), null);
        assertThat(why(content, 2_000)).isEqualTo(Usability.ABSENT);
    }

    private static Usability why(PartitionContent content, long end) {
        try {
            content.requireUsable(MARKER.writtenTo(), MARKER.topicId(), MARKER.partitionCount(), end);
            return Usability.USED;
        } catch (UnusableException e) {
            return e.why();
        }
    }
}

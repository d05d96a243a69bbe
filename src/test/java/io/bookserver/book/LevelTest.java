package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ranges of prices and quantities, and lists of levels as messages have them. */
class LevelTest {
    private static final RecordStamp STAMP = new RecordStamp.Builder().build();

    private static Level level(int priceTicks, long quantityHundredths) {
        return new Level(priceTicks, quantityHundredths, STAMP, 7);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "10000, 1", "1, 0", "1, 1152921504606846977"})
    void level_outOfRange_isRefused(int priceTicks, long quantityHundredths) {
        assertThatThrownBy(() -> level(priceTicks, quantityHundredths)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".* must be in 1\\.\\..*: .*");
        PriceLevels.Builder levels = new PriceLevels.Builder();
        assertThatThrownBy(() -> levels.add(priceTicks, quantityHundredths)).isInstanceOf(IllegalArgumentException.class);
        assertThat(levels.build()).isSameAs(PriceLevels.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9999, 1152921504606846976"})
    void level_atTheBoundsOfItsRange_isTaken(int priceTicks, long quantityHundredths) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        levels.add(priceTicks, quantityHundredths);
        assertThat(levels.build().stamped(STAMP, 7)).isEqualTo(Ladder.of(level(priceTicks, quantityHundredths)));
    }

    @Test
    void delta_outOfRange_isRefused() {
        long max = Level.MAX_QUANTITY_HUNDREDTHS;
        for (long delta : new long[] {max + 1, -max - 1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> new LevelChanged("A", Side.YES, 1, delta, STAMP))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("deltaHundredths must be in");
        }
        assertThatThrownBy(() -> new LevelChanged("A", Side.YES, 0, 1, STAMP)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new LevelChanged("A", Side.YES, 1, -max, STAMP).deltaHundredths()).isEqualTo(-max);
        assertThat(new LevelChanged("A", Side.YES, 1, max, STAMP).deltaHundredths()).isEqualTo(max);
    }

    @Test
    void listOfLevels_inAnyOrderAndOfAnyLength_isSorted() {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        for (int price = 1_000; price > 0; price--) {
            levels.add(price, price * 2L);
        }
        Ladder ladder = levels.build().stamped(STAMP, 7);
        assertThat(ladder.depth()).isEqualTo(1_000);
        for (int rank = 0; rank < 1_000; rank++) {
            assertThat(ladder.level(rank)).isEqualTo(level(1_000 - rank, 2_000 - rank * 2L));
        }
        levels.clear();
        levels.add(2, 1);
        levels.add(1, 1);
        levels.add(2, 3);
        assertThatThrownBy(levels::build).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("priceTicks=2");
    }

    @Test
    void quantity_aboveWhatALevelCanHold_isHeldThereAndTheBookIsStale() {
        Updates next = new Updates();
        BookRegistry registry = new BookRegistry(() -> 5_000_000);
        registry.apply(next.at(1, 1).snapshot(Map.of(10, Level.MAX_QUANTITY_HUNDREDTHS - 1), Map.of()));
        assertThat(registry.apply(next.at(1, 2).delta(Side.YES, 10, 1))).isEqualTo(ApplyOutcome.APPLIED);
        assertThat(registry.apply(next.at(1, 3).delta(Side.YES, 10, 1))).isEqualTo(ApplyOutcome.LEVEL_BELOW_ZERO);
        BookSnapshot book = registry.market(Updates.TICKER).orElseThrow().current().book();
        assertThat(book.state()).isEqualTo(BookState.STALE);
        assertThat(book.yes().quantityHundredthsAt(10)).isEqualTo(Level.MAX_QUANTITY_HUNDREDTHS);
    }
}

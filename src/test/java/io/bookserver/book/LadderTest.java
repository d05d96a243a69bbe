package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ladder beside a sorted map. */
class LadderTest {
    private static final RecordStamp STAMP = new RecordStamp.Builder().build();

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 50})
    void ladder_afterRandomChanges_holdsWhatASortedMapHolds(int prices) {
        Random random = new Random(prices);
        TreeMap<Integer, Level> expected = new TreeMap<>();
        Ladder ladder = Ladder.EMPTY;
        for (int step = 0; step < 3_000; step++) {
            Ladder before = ladder;
            List<Level> levelsBefore = levels(before);
            int price = 1 + random.nextInt(prices);
            if (random.nextInt(3) == 0) {
                ladder = ladder.without(ladder.position(price));
                expected.remove(price);
            } else {
                Level level = level(price, 1 + random.nextInt(3));
                ladder = ladder.with(ladder.position(price), level);
                expected.put(price, level);
            }
            assertThat(levels(ladder)).containsExactlyElementsOf(expected.descendingMap().values());
            assertThat(levels(before)).as("the ladder before").isEqualTo(levelsBefore);
            assertThat(ladder).isEqualTo(Ladder.of(expected.values().toArray(new Level[0])));
            assertThat(before.onlyChangeTo(ladder)).isEqualTo(before == ladder ? OptionalInt.empty() : OptionalInt.of(price));
            assertThat(before.firstDifferenceTo(ladder)).isEqualTo(firstDifference(levelsBefore, levels(ladder)));
            assertThat(before.sameSizesAs(ladder))
                    .isEqualTo(firstDifference(levelsBefore, levels(ladder)) == Integer.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50})
    void quantityAt_everyPrice_isThatOfItsLevelOrNone(int depth) {
        Ladder ladder = ladder(depth);
        for (int price = 1; price <= 2 * depth + 1; price++) {
            assertThat(ladder.quantityHundredthsAt(price)).isEqualTo(price % 2 == 0 ? price : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 50})
    void onlyChange_ofTwoLevels_isNone(int depth) {
        Ladder before = ladder(depth);
        Ladder after = before;
        for (int price : new int[] {2, 2 * depth}) {
            after = after.with(after.position(price), level(price, 7_000));
        }
        assertThat(before.onlyChangeTo(after)).isEmpty();
    }

    @Test
    void levels_inAnyOrder_areSorted() {
        assertThat(levels(Ladder.of(level(3, 1), level(9, 1), level(5, 1)))).extracting(Level::priceTicks)
                .containsExactly(9, 5, 3);
    }

    @Test
    void price_givenTwice_isRefused() {
        assertThatThrownBy(() -> Ladder.of(level(3, 1), level(5, 1), level(3, 2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("priceTicks=3");
    }

    @Test
    void best_ofAnEmptyLadder_isAnError() {
        assertThatThrownBy(Ladder.EMPTY::best).isInstanceOf(NoSuchElementException.class);
    }

    private static int firstDifference(List<Level> from, List<Level> to) {
        int shorter = Math.min(from.size(), to.size());
        for (int rank = 0; rank < shorter; rank++) {
            if (!from.get(rank).sameSizeAs(to.get(rank))) {
                return rank;
            }
        }
        return from.size() == to.size() ? Integer.MAX_VALUE : shorter;
    }

    /** So many levels at the even prices, each with its price as quantity. */
    private static Ladder ladder(int depth) {
        Level[] levels = new Level[depth];
        for (int i = 0; i < depth; i++) {
            levels[i] = level(2 * (i + 1), 2 * (i + 1));
        }
        return Ladder.of(levels);
    }

    private static List<Level> levels(Ladder ladder) {
        List<Level> levels = new ArrayList<>();
        for (int rank = 0; rank < ladder.depth(); rank++) {
            levels.add(ladder.level(rank));
        }
        return levels;
    }

    private static Level level(int priceTicks, long quantityHundredths) {
        return new Level(priceTicks, quantityHundredths, STAMP, 0);
    }
}

package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Random updates into a book and into two plain maps; whole books are compared after every step. */
class BookModelTest {
    private static final int STEPS = 20_000;

    private final BookRegistry registry = new BookRegistry(() -> 5_000_000);
    private final Updates next = new Updates();
    private TreeMap<Integer, Long> yes = new TreeMap<>();
    private TreeMap<Integer, Long> no = new TreeMap<>();
    private BookState state = BookState.LIVE;

    @RepeatedTest(5)
    void randomUpdates_giveTheBookOfTheReference() {
        long seed = new Random().nextLong();
        System.out.println("BookModelTest seed=" + seed);
        Random random = new Random(seed);
        long seq = 1;
        replace(random, seq);
        for (int step = 0; step < STEPS; step++) {
            seq++;
            if (random.nextInt(500) == 0) {
                replace(random, seq);
            } else {
                change(random, seq);
            }
            MarketSnapshot market = registry.market(Updates.TICKER).orElseThrow().current();
            assertThat(Updates.sizes(market.book().yes())).as("seed=%d step=%d", seed, step).isEqualTo(yes);
            assertThat(Updates.sizes(market.book().no())).as("seed=%d step=%d", seed, step).isEqualTo(no);
            assertThat(market.book().state()).as("seed=%d step=%d", seed, step).isEqualTo(state);
            assertThat(market.version()).isEqualTo(step + 2L);
        }
    }

    private void replace(Random random, long seq) {
        yes = ladder(random);
        no = ladder(random);
        state = BookState.LIVE;
        registry.apply(next.at(1, seq).snapshot(yes, no));
    }

    private void change(Random random, long seq) {
        Side side = random.nextBoolean() ? Side.YES : Side.NO;
        TreeMap<Integer, Long> reference = side == Side.YES ? yes : no;
        int price = 1 + random.nextInt(random.nextBoolean() ? 60 : 9999);
        long there = reference.getOrDefault(price, 0L);
        long delta = random.nextInt(4) == 0 ? -there : random.nextInt(2_000) - random.nextInt(1_000);
        registry.apply(next.at(1, seq).delta(side, price, delta));
        if (there + delta < 0) {
            state = BookState.STALE;
        }
        if (there + delta <= 0) {
            reference.remove(price);
        } else {
            reference.put(price, there + delta);
        }
    }

    private static TreeMap<Integer, Long> ladder(Random random) {
        TreeMap<Integer, Long> levels = new TreeMap<>();
        int depth = random.nextInt(80);
        for (int i = 0; i < depth; i++) {
            levels.put(1 + random.nextInt(9999), 1L + random.nextInt(1_000_000));
        }
        return levels;
    }

    /** The order in which a message lists its levels does not matter. */
    @Test
    void snapshot_inAnyOrder_isSorted() {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        levels.add(30, 1);
        levels.add(10, 2);
        levels.add(20, 3);
        next.at(1, 1);
        registry.apply(new BookReplaced(Updates.TICKER, "", levels.build(), PriceLevels.NONE, next.stamp()));
        Ladder ladder = registry.market(Updates.TICKER).orElseThrow().current().book().yes();
        assertThat(Updates.sizes(ladder)).isEqualTo(new TreeMap<>(Map.of(10, 2L, 20, 3L, 30, 1L)));
        assertThat(ladder.best().priceTicks()).isEqualTo(30);
        assertThat(ladder.level(2).priceTicks()).isEqualTo(10);
    }
}

package io.bookserver.book;

import java.util.Random;
import java.util.TreeMap;

/**
 * Ready-made changes of one market that hold its yes side at about 50 levels: most change a size, one in ten takes a
 * level away, one in ten brings it back. After the last the market must begin anew. The ring fits into a core's cache,
 * where the decoder has just put a record that is to be applied.
 *
 * <p><i>Immutable.</i>
 */
final class UpdateRing {
    static final int SIZE = 512;
    static final int LEVELS = 50;

    private static final long MS = 1_786_085_189_150L;

    private final BookReplaced snapshot;
    private final LevelChanged[] changes = new LevelChanged[SIZE];

    UpdateRing(String ticker) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        TreeMap<Integer, Long> resting = new TreeMap<>();
        for (int i = 1; i <= LEVELS; i++) {
            levels.add(i * 100, 10_000);
            resting.put(i * 100, 10_000L);
        }
        PriceLevels side = levels.build();
        snapshot = new BookReplaced(ticker, "", side, PriceLevels.NONE, stamp(0));
        Random random = new Random(50);
        for (int i = 0; i < SIZE; i++) {
            int priceTicks = 100 * (1 + random.nextInt(LEVELS));
            long now = resting.getOrDefault(priceTicks, 0L);
            long delta = now > 0 && random.nextInt(10) == 0 ? -now : random.nextBoolean() && now > 100 ? -100 : 100;
            resting.put(priceTicks, now + delta);
            changes[i] = new LevelChanged(ticker, Side.YES, priceTicks, delta, stamp(i + 1));
        }
    }

    BookReplaced snapshot() {
        return snapshot;
    }

    LevelChanged change(int at) {
        return changes[at];
    }

    static RecordStamp stamp(long number) {
        return new RecordStamp.Builder().reset(0, number, MS, MS).sid(1).seq(number + 1)
                .exchangeMs(MS).feedReceivedMs(MS).build();
    }
}

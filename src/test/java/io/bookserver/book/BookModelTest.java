package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random records, likely or not, are applied to a book and to the reference, and both are compared after every record.
 * Numbers and times are drawn close to each other, so that every row of rule 2's table and every boundary occurs often.
 *
 * <p>{@code -Dbook.model.steps} sets how many records are read by each run, {@code -Dbook.model.seed} repeats one.
 */
class BookModelTest {
    private static final long STEPS = Long.getLong("book.model.steps", 50_000);
    private static final int RECORDS_A_MARKET = 80;
    private static final int MARKETS_A_REGISTRY = 500;
    /** Of other markets, between two of this one. */
    private static final long MANY_MESSAGES = 20_000_000;
    private static final long START_MS = 1_786_085_000_000L;

    private enum Connections {
        TOLD,
        UNTOLD,
        NOW_AND_THEN
    }

    private Random random;
    /** Only for the clock, so that a seed gives the same records however often the server reads the clock. */
    private Random clockRandom;
    private ServedBooks served;
    private Connections connections;
    private String ticker;
    private long connection;
    private long sid;
    private long seq;
    private long nowMs;
    private boolean deep;

    @ParameterizedTest
    @EnumSource(Connections.class)
    void randomRecords_giveTheBookOfTheReference(Connections told) {
        long seed = Long.getLong("book.model.seed", new Random().nextLong());
        System.out.println("BookModelTest connections=" + told + " steps=" + STEPS + " seed=" + seed);
        random = new Random(seed);
        clockRandom = new Random(seed);
        connections = told;
        long steps = 0;
        for (int market = 0; steps < STEPS; market++, steps += RECORDS_A_MARKET) {
            if (market % MARKETS_A_REGISTRY == 0) {
                served = new ServedBooks(this::jumpingClockMs);
            }
            ticker = "KXMODEL-" + market;
            oneMarket(seed);
        }
    }

    private void oneMarket(long seed) {
        ReferenceBook reference = new ReferenceBook();
        List<TopicRecord> log = new ArrayList<>();
        connection = 1;
        sid = 1;
        seq = 1;
        nowMs = START_MS;
        deep = chance(4);
        long offset = 0;
        for (int i = 0; i < RECORDS_A_MARKET; i++) {
            offset++;
            boolean again = !log.isEmpty() && random.nextInt(40) == 0;
            TopicRecord record = again ? log.get(random.nextInt(log.size())) : next(offset);
            log.add(record);
            long publishedMs = served.market(ticker).lastUpdatedMs();
            served.read(record);
            reference.apply(record);
            assertThat(served.market(ticker).lastUpdatedMs()).as("seed=%d", seed).isGreaterThanOrEqualTo(publishedMs);
            if (!Comparison.difference(served.market(ticker), reference).isEmpty()) {
                fail("seed=" + seed + " " + Comparison.report(log, ticker));
            }
        }
    }

    private TopicRecord next(long offset) {
        nowMs += random.nextInt(3);
        connection += chance(40) ? 1 : 0;
        if (chance(30)) {
            sid = 1 + random.nextInt(3);
        }
        seq = chance(60) ? 1 : seq + 1 + random.nextInt(2) + (chance(40) ? MANY_MESSAGES : 0);
        boolean unsequenced = chance(60);
        ProxyMessage message = chance(10)
                ? ProxyMessage.snapshot(ticker, ladder(), ladder())
                : ProxyMessage.delta(
                        ticker, random.nextBoolean() ? Side.YES : Side.NO, price(), 100 * (random.nextInt(9) - 3) + 50);
        message = chance(60) ? message.damaged(ProxyMessage.Kind.values()[2 + random.nextInt(3)]) : message;
        message = message.connection(tellsConnection()
                ? OptionalLong.of(Math.max(1, connection - (chance(8) ? 1 : 0) + (chance(20) ? 1 : 0)))
                : OptionalLong.empty());
        if (!unsequenced) {
            long back = chance(4) ? random.nextInt(14) : 0;
            message = message.at(Math.max(1, sid + (chance(15) ? random.nextInt(3) - 1 : 0)), Math.max(1, seq - back));
        }
        return new TopicRecord(0, offset, nowMs + random.nextInt(2), message.received(received()));
    }

    /** Sometimes set back, or far ahead and back again. */
    private long jumpingClockMs() {
        return START_MS + clockRandom.nextInt(clockRandom.nextInt(50) == 0 ? 100_000 : 100);
    }

    private OptionalLong received() {
        if (chance(10)) {
            return OptionalLong.empty();
        }
        if (chance(40)) {
            return OptionalLong.of(nowMs + ReferenceBook.MAX_CLOCK_LEAD_MS + random.nextInt(4) - 1);
        }
        return OptionalLong.of(nowMs - (chance(4) ? random.nextInt(12) : 0));
    }

    private boolean tellsConnection() {
        return connections == Connections.TOLD || connections == Connections.NOW_AND_THEN && random.nextBoolean();
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private int price() {
        return deep ? 1 + random.nextInt(random.nextBoolean() ? 60 : 9_999) : 4_000 + 100 * random.nextInt(6);
    }

    private TreeMap<Integer, Long> ladder() {
        TreeMap<Integer, Long> levels = new TreeMap<>();
        int depth = random.nextInt(deep ? 80 : 6);
        for (int i = 0; i < depth; i++) {
            levels.put(price(), 1L + random.nextInt(2_000));
        }
        return levels;
    }

    /** The order in which a message lists its levels does not matter. */
    @Test
    void snapshot_inAnyOrder_isSorted() {
        Updates next = new Updates();
        BookRegistry registry = new BookRegistry(() -> 5_000_000);
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

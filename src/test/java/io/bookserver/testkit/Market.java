package io.bookserver.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One simulated market in the form of the exchange's messages: a snapshot, then changes of single levels.
 *
 * <p><i>Not thread-safe.</i>
 */
final class Market {
    private final String ticker;
    private final Random random;
    /** Yes, then no: hundredths of a contract by ticks, all of them whole contracts and cents. */
    private final List<SortedMap<Integer, Long>> sides = List.of(new TreeMap<>(), new TreeMap<>());
    private long seq;
    private long connection;

    Market(String ticker, long seed) {
        this.ticker = ticker;
        this.random = new Random(seed);
        int mid = 15 + random.nextInt(70);
        for (int side = 0; side < 2; side++) {
            int best = side == 0 ? mid : 99 - mid;
            for (int level = 0; level < 14 && best - level > 0; level++) {
                sides.get(side).put(100 * (best - level), 100L * (1 + random.nextInt(5_000)));
            }
        }
    }

    String ticker() {
        return ticker;
    }

    /** Sets the number of the connection for its next messages; 0 for none. */
    void comesBy(long number) {
        connection = number;
        seq = 0;
    }

    String snapshot() {
        return message(RecordText.of(RecordText.SNAPSHOT, ticker).fields("\"market_id\":\"id\"")
                .sides(sides.get(0), sides.get(1)));
    }

    /** A change of one of the {@code levels} best levels of a side, which never removes it. */
    String change(int levels) {
        SortedMap<Integer, Long> side = sides.get(random.nextInt(2));
        List<Integer> prices = new ArrayList<>(side.keySet());
        int ticks = prices.get(prices.size() - 1 - random.nextInt(Math.min(levels, prices.size())));
        long delta = 100 * (random.nextInt(200) - Math.min(100, side.get(ticks) / 100 - 1));
        side.merge(ticks, delta, Long::sum);
        return message(RecordText.of(RecordText.DELTA, ticker).fields("\"market_id\":\"id\"")
                .level(side == sides.get(0), ticks, delta).fields("\"ts_ms\":" + System.currentTimeMillis()));
    }

    private String message(RecordText text) {
        return byConnection(text.sequence(1, ++seq), connection);
    }

    /** The message, published now, with that connection number; 0 for none. */
    static String byConnection(RecordText message, long connection) {
        long nowMs = System.currentTimeMillis();
        RecordText published = connection == 0 ? message : message.connection(connection);
        return published.receivedMs(nowMs).publishedMs(nowMs).version(1).toString();
    }
}

package io.bookserver.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One simulated market as the exchange's messages tell it: a snapshot, then changes of single levels.
 *
 * <p><i>Not thread-safe.</i>
 */
final class Market {
    private final String ticker;
    private final Random random;
    private final List<SortedMap<Integer, Integer>> sides = List.of(new TreeMap<>(), new TreeMap<>());
    private long seq;
    private long connection;

    Market(String ticker, long seed) {
        this.ticker = ticker;
        this.random = new Random(seed);
        int mid = 15 + random.nextInt(70);
        for (int side = 0; side < 2; side++) {
            int best = side == 0 ? mid : 99 - mid;
            for (int level = 0; level < 14 && best - level > 0; level++) {
                sides.get(side).put(best - level, 1 + random.nextInt(5_000));
            }
        }
    }

    String ticker() {
        return ticker;
    }

    /** From now on its messages come by that connection, 0 for one without a number. */
    void comesBy(long number) {
        connection = number;
        seq = 0;
    }

    String snapshot() {
        return message("orderbook_snapshot", "\"market_id\":\"id\",\"yes_dollars_fp\":" + pairs(sides.get(0))
                + ",\"no_dollars_fp\":" + pairs(sides.get(1)));
    }

    private static String pairs(SortedMap<Integer, Integer> side) {
        List<String> pairs = new ArrayList<>();
        side.forEach((cents, contracts) -> pairs.add("[\"0." + twoDigits(cents) + "00\",\"" + contracts + ".00\"]"));
        return "[" + String.join(",", pairs) + "]";
    }

    /** A change of one of the best so many levels of a side, which never takes it to nothing. */
    String change(int levels) {
        SortedMap<Integer, Integer> side = sides.get(random.nextInt(2));
        List<Integer> prices = new ArrayList<>(side.keySet());
        int cents = prices.get(prices.size() - 1 - random.nextInt(Math.min(levels, prices.size())));
        int delta = random.nextInt(200) - Math.min(100, side.get(cents) - 1);
        side.merge(cents, delta, Integer::sum);
        return message("orderbook_delta", "\"market_id\":\"id\",\"price_dollars\":\"0." + twoDigits(cents)
                + "00\",\"delta_fp\":\"" + delta + ".00\",\"side\":\"" + (side == sides.get(0) ? "yes" : "no")
                + "\",\"ts_ms\":" + System.currentTimeMillis());
    }

    private static String twoDigits(int cents) {
        return cents < 10 ? "0" + cents : Integer.toString(cents);
    }

    private String message(String type, String fields) {
        return byConnection(RecordText.of(type, ticker).sequence(1, ++seq).fields(fields), connection);
    }

    /** The message as it is published now, by that connection, 0 for one without a number. */
    static String byConnection(RecordText message, long connection) {
        long nowMs = System.currentTimeMillis();
        RecordText published = connection == 0 ? message : message.connection(connection);
        return published.receivedMs(nowMs).publishedMs(nowMs).version(1).toString();
    }
}

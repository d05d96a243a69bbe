package io.bookserver.finalcheck;

import io.bookserver.book.Level;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a load does, settled before it starts: the books, every change of them, and the books that must come of it,
 * computed by plain maps. Prices are ticks, quantities hundredths of a contract. A few markets change often, most
 * seldom: market n of N is picked with a density that falls as 1 / sqrt(n / N).
 *
 * <p><i>Immutable once made, so any thread may read it.</i>
 */
final class LoadPlan {
    private static final int TICKS_PER_CENT = 100;

    /** One delta: what is added at which price of which side of which market. */
    private record Change(int market, boolean yes, int priceTicks, long deltaHundredths) {}

    /** Both sides of one book by price. */
    record Book(TreeMap<Integer, Long> yes, TreeMap<Integer, Long> no) {
        private Book copy() {
            return new Book(new TreeMap<>(yes), new TreeMap<>(no));
        }
    }

    private final List<String> tickers;
    private final List<Book> begin;
    private final List<Book> end = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    /** For each market, which of the changes are its own, in order. */
    private final List<List<Integer>> changesOf = new ArrayList<>();
    private final Map<String, Integer> markets = new HashMap<>();

    LoadPlan(int marketCount, int changeCount, long seed) {
        Random random = new Random(seed);
        tickers = IntStream.range(0, marketCount).mapToObj(n -> String.format("KXLOAD-26NOV23-M%05d", n)).toList();
        for (int market = 0; market < marketCount; market++) {
            end.add(new Book(side(random), side(random)));
            changesOf.add(new ArrayList<>());
            markets.put(ticker(market), market);
        }
        begin = end.stream().map(Book::copy).toList();
        for (int change = 0; change < changeCount; change++) {
            double uniform = random.nextDouble();
            change(random, (int) (marketCount * uniform * uniform));
        }
    }

    private static TreeMap<Integer, Long> side(Random random) {
        TreeMap<Integer, Long> side = new TreeMap<>();
        int depth = 10 + random.nextInt(30);
        while (side.size() < depth) {
            side.put(price(random), quantity(random));
        }
        return side;
    }

    /** Whole cents, 1 to 49, so that no book is ever crossed. */
    private static int price(Random random) {
        return TICKS_PER_CENT * (1 + random.nextInt(49));
    }

    private static long quantity(Random random) {
        return 1 + random.nextInt(1_000_000);
    }

    /** More contracts at a price, fewer, or none. */
    private void change(Random random, int market) {
        boolean yes = random.nextBoolean();
        TreeMap<Integer, Long> side = yes ? end.get(market).yes : end.get(market).no;
        int price = price(random);
        long there = side.getOrDefault(price, 0L);
        long next = there > 0 && random.nextInt(3) == 0 ? 0 : quantity(random);
        if (next == 0) {
            side.remove(price);
        } else {
            side.put(price, next);
        }
        changesOf.get(market).add(changes.size());
        changes.add(new Change(market, yes, price, next - there));
    }

    String ticker(int market) {
        return tickers.get(market);
    }

    int marketCount() {
        return begin.size();
    }

    int changeCount() {
        return changes.size();
    }

    String tickerOf(int change) {
        return ticker(changes.get(change).market);
    }

    /** The change that makes this version of that market; empty for its snapshot, and for markets of other tests. */
    OptionalInt changeThatMakes(String ticker, long version) {
        Integer market = markets.get(ticker);
        return market == null || version < 2
                ? OptionalInt.empty()
                : OptionalInt.of(changesOf.get(market).get((int) version - 2));
    }

    Map<String, Book> booksAtTheEnd() {
        return markets.entrySet().stream().collect(
                Collectors.toMap(Map.Entry::getKey, market -> end.get(market.getValue())));
    }

    /** A snapshot is version 1 of a market, each delta makes one more. */
    Map<String, Long> versionsAtTheEnd() {
        return markets.entrySet().stream().collect(
                Collectors.toMap(Map.Entry::getKey, market -> 1L + changesOf.get(market.getValue()).size()));
    }

    /** The record that brings a market's whole book; its seq is 1 more than the market's number. */
    byte[] snapshot(int market, long nowMs) {
        Book book = begin.get(market);
        return envelope("orderbook_snapshot", 1L + market, nowMs, "\"market_ticker\":\"" + ticker(market)
                + "\",\"yes_dollars_fp\":" + levels(book.yes) + ",\"no_dollars_fp\":" + levels(book.no));
    }

    /** The record of one change; the seqs go on behind those of the snapshots. */
    byte[] delta(int number, long nowMs) {
        Change change = changes.get(number);
        return envelope("orderbook_delta", 1L + marketCount() + number, nowMs, "\"market_ticker\":\""
                + ticker(change.market) + "\",\"price_dollars\":\"" + dollars(change.priceTicks) + "\",\"delta_fp\":\""
                + contracts(change.deltaHundredths) + "\",\"side\":\"" + (change.yes ? "yes" : "no")
                + "\",\"ts_ms\":" + nowMs);
    }

    private static byte[] envelope(String type, long seq, long nowMs, String msg) {
        return ("{\"payload\":{\"type\":\"" + type + "\",\"sid\":1,\"seq\":" + seq + ",\"msg\":{" + msg
                + "}},\"receivedTimestamp\":" + nowMs + ",\"publishedTimestamp\":" + nowMs + ",\"channel\":\""
                + "orderbook_delta\",\"sequence\":" + seq + ",\"source\":\"kalshi-websocket\",\"version\":1}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String levels(TreeMap<Integer, Long> side) {
        return side.entrySet().stream()
                .map(level -> "[\"" + dollars(level.getKey()) + "\",\"" + contracts(level.getValue()) + "\"]")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String dollars(int ticks) {
        return "0." + Integer.toString(Level.TICKS_PER_DOLLAR + ticks).substring(1);
    }

    private static String contracts(long hundredths) {
        return BigDecimal.valueOf(hundredths, 2).toPlainString();
    }
}

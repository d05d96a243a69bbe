package io.bookserver.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * An endless sequence of changes of a population's books in which no level falls below zero: mostly changes of size
 * near the best price, and now and then a level that is added or removed. The same seed gives the same sequence.
 *
 * <p><i>Not thread-safe.</i>
 */
public final class DeltaStream {
    /** One change: ticks of price, hundredths of contracts of either sign. */
    public record Delta(int market, String ticker, boolean yes, int priceTicks, long deltaHundredths) {}

    private static final int NEAR_THE_BEST = 8;

    private final List<MarketPopulation.Book> books = new ArrayList<>();
    private final Random random;

    public DeltaStream(MarketPopulation population, long seed) {
        population.books().forEach(book -> books.add(new MarketPopulation.Book(
                book.ticker(), new TreeMap<>(book.yes()), new TreeMap<>(book.no()))));
        random = new Random(seed);
    }

    /** The books after the changes so far. */
    public List<MarketPopulation.Book> books() {
        return Collections.unmodifiableList(books);
    }

    public Delta next() {
        int market = random.nextInt(books.size());
        MarketPopulation.Book book = books.get(market);
        boolean yes = random.nextBoolean();
        TreeMap<Integer, Long> side = yes ? book.yes() : book.no();
        int priceTicks = price(side, yes ? book.no() : book.yes());
        long resting = side.getOrDefault(priceTicks, 0L);
        long delta = resting > 0 && random.nextInt(10) == 0
                ? -resting
                : resting > 20_000 && random.nextBoolean()
                        ? -100L * (1 + random.nextInt(100))
                        : 100L * (1 + random.nextInt(100));
        if (resting + delta == 0) {
            side.remove(priceTicks);
        } else {
            side.put(priceTicks, resting + delta);
        }
        return new Delta(market, book.ticker(), yes, priceTicks, delta);
    }

    /** Whole cents near the best bid, never crossing the other side. */
    private int price(TreeMap<Integer, Long> side, TreeMap<Integer, Long> other) {
        int highest = other.isEmpty() ? 9_900 : 9_900 - other.lastKey() / 100 * 100;
        int best = side.isEmpty() ? highest / 2 : side.lastKey();
        int around = best / 100 + 1 - random.nextInt(NEAR_THE_BEST);
        return Math.max(1, Math.min(around, highest / 100)) * 100;
    }
}

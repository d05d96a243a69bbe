package io.bookserver.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Markets for tests and benchmarks, with the depths, prices and sizes of the recorded population if its folder is next
 * to the project, otherwise of a generated one that resembles it.
 *
 * <p><i>Immutable.</i>
 */
public final class MarketPopulation {
    /** From the project's root. */
    private static final Path RECORDED = Path.of("..", "shared", "fixtures", "kalshi-books-2026-07-23.jsonl.gz");

    private static final long SEED = 20_260_723;

    /** One market's resting bids: quantities in hundredths of a contract by price in ticks. */
    public record Book(String ticker, TreeMap<Integer, Long> yes, TreeMap<Integer, Long> no) {
        public int depth() {
            return yes.size() + no.size();
        }
    }

    private final List<Book> books;
    private final List<String> tickers;
    private final boolean recorded;

    private MarketPopulation(List<Book> books, boolean recorded) {
        this.books = List.copyOf(books);
        this.tickers = books.stream().map(Book::ticker).toList();
        this.recorded = recorded;
    }

    /** That many markets, sorted by ticker. Beyond the recorded number they are repeated under other names. */
    public static MarketPopulation of(int markets) {
        boolean recorded = Files.isReadable(RECORDED);
        List<Book> known = recorded ? read() : generatedBooks("KXBENCHGAME-26JUL23", markets);
        List<Book> books = new ArrayList<>(markets);
        for (int i = 0; i < markets; i++) {
            Book book = known.get(i % known.size());
            int round = i / known.size();
            books.add(round == 0 ? book : new Book(book.ticker() + "-" + round, book.yes(), book.no()));
        }
        return new MarketPopulation(books, recorded);
    }

    /** That many generated markets whose tickers have that prefix; the same ones every time. */
    public static MarketPopulation generated(String prefix, int markets) {
        return new MarketPopulation(generatedBooks(prefix, markets), false);
    }

    public List<Book> books() {
        return books;
    }

    public List<String> tickers() {
        return tickers;
    }

    /** The book with the most levels. */
    public Book deepest() {
        return books.stream().max((one, other) -> Integer.compare(one.depth(), other.depth())).orElseThrow();
    }

    @Override
    public String toString() {
        return books.size() + (recorded ? " recorded markets" : " generated markets, " + RECORDED + " is not there")
                + ", deepest=" + deepest().depth() + " levels";
    }

    /** The first capture of every market that had any bid. */
    private static List<Book> read() {
        Map<String, Book> byTicker = new TreeMap<>();
        ObjectMapper json = new ObjectMapper();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(RECORDED)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode book = json.readTree(line);
                String ticker = book.get("market_ticker").asText();
                byTicker.putIfAbsent(ticker, new Book(
                        ticker, side(book.get("yes_dollars_fp")), side(book.get("no_dollars_fp"))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("not readable: " + RECORDED, e);
        }
        return byTicker.values().stream().filter(book -> book.depth() > 0).toList();
    }

    private static TreeMap<Integer, Long> side(JsonNode levels) {
        TreeMap<Integer, Long> side = new TreeMap<>();
        levels.forEach(level -> side.put(
                new BigDecimal(level.get(0).asText()).movePointRight(4).intValueExact(),
                new BigDecimal(level.get(1).asText()).movePointRight(2).longValueExact()));
        return side;
    }

    /**
     * Like the recorded ones: whole cents, 0 to 45 levels per side, round sizes that decrease towards the best price.
     */
    private static List<Book> generatedBooks(String prefix, int markets) {
        Random random = new Random(SEED);
        List<Book> books = new ArrayList<>(markets);
        for (int i = 0; i < markets; i++) {
            int midCents = 5 + random.nextInt(90);
            books.add(new Book(
                    String.format("%s%06dAAABBB-AAA", prefix, i),
                    bids(random, midCents - 1), bids(random, 99 - midCents)));
        }
        return books;
    }

    private static TreeMap<Integer, Long> bids(Random random, int bestCents) {
        TreeMap<Integer, Long> bids = new TreeMap<>();
        int levels = Math.min(bestCents, random.nextInt(46));
        for (int cents = bestCents; bids.size() < levels && cents > 0; cents -= 1 + random.nextInt(2)) {
            bids.put(cents * 100, 100L * (1 + random.nextInt(200_000 / (cents + 3))));
        }
        return bids;
    }
}

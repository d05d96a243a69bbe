package io.bookserver.feed.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The simulated books resemble 3,938 recorded ones of July 2026, at the opening and after many changes. */
class SimulatedPopulationTest {
    /** Missing in a user's checkout: the test that reads it is then skipped. */
    private static final Path RECORDED = Path.of("../shared/fixtures/kalshi-books-2026-07-23.jsonl.gz");

    private static final double SHARE_TOLERANCE = 0.05;
    private static final double DEPTH_TOLERANCE_LEVELS = 4;
    private static final double BEST_TOLERANCE_TICKS = 800;
    /** A quantity's quantile may be larger or smaller than the recorded one by this factor. */
    private static final double QUANTITY_TOLERANCE_FACTOR = 1.6;

    /** From the recorded books: fractions of 1. */
    private static final Map<String, Double> RECORDED_FIGURES = Map.ofEntries(
            Map.entry("share of books with an empty side", 0.253),
            Map.entry("share of quantities with a fraction", 0.075),
            Map.entry("share of quantity 100", 0.049),
            Map.entry("share of quantity 1", 0.042),
            Map.entry("share of quantity 10", 0.026),
            Map.entry("share of quantity 3", 0.024),
            Map.entry("share of quantity 500", 0.021),
            Map.entry("share of quantity 25", 0.019),
            Map.entry("share of quantity 200", 0.016),
            Map.entry("share of gap 1", 0.748),
            Map.entry("share of gap 2", 0.091),
            Map.entry("share of gap 3", 0.053),
            Map.entry("share of gaps above 10", 0.026),
            Map.entry("share of spread 1", 0.280),
            Map.entry("share of spread 2", 0.144),
            Map.entry("share of spread 3", 0.087),
            Map.entry("share of spreads above 10", 0.162));

    private static final List<Integer> BEST_YES = List.of(800, 2800, 5600);
    private static final List<Long> QUANTITIES = List.of(500L, 5000L, 36_200L, 200_100L, 731_600L, 5_832_066L);

    @Test
    void books_atTheOpening_lookLikeTheRecordedOnes() {
        var exchange = exchange();
        assertLooksRecorded(new Population(exchange.books().values()));
    }

    @Test
    void books_afterAMillionChanges_stillLookLikeTheRecordedOnes() {
        var exchange = exchange();
        for (int i = 0; i < 1_000_000; i++) {
            exchange.next(1);
        }
        assertLooksRecorded(new Population(exchange.books().values()));
    }

    @Test
    void figures_ofTheRecordedBooks_areThoseInThisTest() throws IOException {
        Assumptions.assumeTrue(Files.isReadable(RECORDED), "left out: no recorded data beside this checkout");
        assertLooksRecorded(new Population(recordedBooks()), 0.001, 0, 0, 1.001);
    }

    @Test
    void deltas_changeTheTopOfASideAboutHalfOfTheTime_andFavourBusyMarkets() {
        var exchange = new SimulatedExchange(500, 7, Duration.ZERO, Duration.ofDays(1000));
        var reader = new BookReader().read(exchange.open(0));
        var byMarket = new HashMap<String, Integer>();
        for (int i = 0; i < 100_000; i++) {
            Frame frame = exchange.next(1);
            reader.read(frame);
            byMarket.merge(frame.ticker(), 1, Integer::sum);
        }

        assertEquals(List.of(), reader.breaches());
        assertEquals(0.48, (double) reader.topDeltas() / reader.deltas(), 0.05);
        List<Integer> busiest = byMarket.values().stream().sorted((a, b) -> b - a).toList();
        assertTrue(busiest.get(0) > 100_000 / 12, () -> "the busiest of 500 markets: " + busiest.get(0));
        assertTrue(byMarket.size() > 350, () -> "markets that changed at all: " + byMarket.size());
    }

    private static SimulatedExchange exchange() {
        var exchange = new SimulatedExchange(4000, 42, Duration.ZERO, Duration.ofDays(1000));
        exchange.open(0);
        return exchange;
    }

    private static void assertLooksRecorded(Population simulated) {
        assertEquals(0.03 * 0.75, simulated.offTheCentShare(), 0.01);
        assertLooksRecorded(
                simulated, SHARE_TOLERANCE, DEPTH_TOLERANCE_LEVELS, BEST_TOLERANCE_TICKS, QUANTITY_TOLERANCE_FACTOR);
    }

    private static void assertLooksRecorded(
            Population population, double share, double levels, double bestTicks, double quantityFactor) {
        assertEquals(0, population.lockedOrCrossed());
        assertWithin(levels, List.of(0, 10, 19, 30, 46), population.yesDepthsAt(25, 50, 75, 90, 99), population);
        assertWithin(levels, List.of(0, 18, 31, 40, 58), population.noDepthsAt(25, 50, 75, 90, 99), population);
        assertWithin(bestTicks, BEST_YES, population.bestYesAt(10, 50, 90), population);
        Map<String, Double> off = population.figures().entrySet().stream()
                .filter(figure -> Math.abs(figure.getValue() - RECORDED_FIGURES.get(figure.getKey())) > share)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertEquals(Map.of(), off, population::toString);
        List<Long> quantities = population.quantitiesAt(10, 25, 50, 75, 90, 99);
        for (int i = 0; i < quantities.size(); i++) {
            double factor = (double) quantities.get(i) / QUANTITIES.get(i);
            assertTrue(factor <= quantityFactor && factor >= 1 / quantityFactor, population::toString);
        }
    }

    private static void assertWithin(
            double tolerance, List<Integer> recorded, List<Integer> found, Population population) {
        for (int i = 0; i < recorded.size(); i++) {
            assertEquals(recorded.get(i), found.get(i), tolerance, population::toString);
        }
    }

    private static List<ReferenceBook> recordedBooks() throws IOException {
        var books = new ArrayList<ReferenceBook>();
        try (var lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(RECORDED)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode book = BookReader.parse(line);
                books.add(new ReferenceBook(
                        BookReader.ladder(book.get("yes_dollars_fp")), BookReader.ladder(book.get("no_dollars_fp"))));
            }
        }
        return books;
    }
}

package io.bookserver.feed.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SimulatedExchangeTest {
    private static final long NOW_MS = 1_795_000_000_250L;
    private static final Duration HOUR = Duration.ofHours(1);

    /** The life of a market: its snapshot follows its creation; pauses and later closes may occur in between. */
    private static final Pattern LIFE = Pattern.compile("created snapshot( deactivated( activated)?"
            + "| close_date_updated)*( determined( settled)?)?");

    private static final String IDENTITY = "\"market_ticker\":\"KX[A-Z]+-26NOV\\d{2}\\d{4}[A-Z]{4,6}-[A-Z]{2,3}\","
            + "\"market_id\":\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\"";
    private static final String LEVELS =
            "\\[\\[\"0\\.\\d{4}\",\"\\d+\\.\\d{2}\"](,\\[\"0\\.\\d{4}\",\"\\d+\\.\\d{2}\"])*]";
    private static final Pattern SNAPSHOT = Pattern.compile("\\{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":\\d+,"
            + "\"msg\":\\{" + IDENTITY + "(,\"yes_dollars_fp\":" + LEVELS + ")?(,\"no_dollars_fp\":" + LEVELS
            + ")?}}");
    private static final Pattern DELTA = Pattern.compile("\\{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":\\d+,"
            + "\"msg\":\\{" + IDENTITY + ",\"price_dollars\":\"0\\.\\d{4}\",\"delta_fp\":\"-?\\d+\\.\\d{2}\","
            + "\"side\":\"(yes|no)\",\"ts\":\"2026-11-18T11:06:40\\.25(0\\d{0,2}[1-9])?Z\",\"ts_ms\":1795000000250}}");
    private static final Pattern CREATED = Pattern.compile("\\{\"type\":\"market_lifecycle_v2\",\"sid\":2,\"seq\":\\d+,"
            + "\"msg\":\\{\"market_ticker\":\"[^\"]+\",\"open_ts\":1795000000,\"close_ts\":\\d{10},"
            + "\"additional_metadata\":\\{.*},\"event_type\":\"created\"}}");

    private static final Pattern TRADE = Pattern.compile("\\{\"type\":\"trade\",\"sid\":3,\"seq\":\\d+,"
            + "\"msg\":\\{\"trade_id\":\"[0-9a-f-]{36}\"," + IDENTITY + ",\"yes_price_dollars\":\"0\\.\\d{4}\","
            + "\"no_price_dollars\":\"0\\.\\d{4}\",\"count_fp\":\"\\d+\\.\\d{2}\",\"taker_side\":\"(yes|no)\","
            + "\"ts\":1795000000,\"ts_ms\":1795000000250}}");

    @Test
    void exchange_ofTheSameSeedAndCalls_givesTheSameBytes() {
        assertEquals(run(7, 20_000), run(7, 20_000));
        assertTrue(!run(7, 100).equals(run(8, 100)));
    }

    private static List<Frame> run(long seed, int frames) {
        var exchange = new SimulatedExchange(50, seed, Duration.ofSeconds(10), Duration.ofSeconds(30));
        var all = new ArrayList<>(exchange.open(NOW_MS));
        for (int i = 0; i < frames; i++) {
            all.add(exchange.next(NOW_MS + i));
        }
        return all;
    }

    @Test
    void exchange_throughMarketLivesAndReconnects_keepsEveryPromise() {
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("seed=" + seed);
        var exchange = new SimulatedExchange(60, seed, Duration.ofSeconds(5), Duration.ofSeconds(20));
        var reader = new BookReader().read(exchange.open(NOW_MS));
        for (int i = 1; i <= 300_000; i++) {
            if (i % 100_000 == 0) {
                reader.reconnect();
                reader.read(exchange.open(NOW_MS + i));
            }
            reader.read(exchange.next(NOW_MS + i));
        }

        assertEquals(List.of(), reader.breaches());
        assertEquals(exchange.books(), readBooks(reader, exchange));
    }

    private static SortedMap<String, ReferenceBook> readBooks(BookReader reader, SimulatedExchange exchange) {
        var books = new TreeMap<String, ReferenceBook>();
        exchange.books().keySet().forEach(ticker -> books.put(ticker, reader.book(ticker)));
        return books;
    }

    @Test
    void snapshotAndDelta_haveTheExchangesShape() {
        var exchange = new SimulatedExchange(40, 3, HOUR, HOUR);
        List<Frame> opening = exchange.open(NOW_MS);
        assertEquals(80, opening.size());
        for (Frame frame : opening) {
            if (frame.type().equals(Frame.SNAPSHOT)) {
                assertTrue(SNAPSHOT.matcher(frame.toString()).matches(), frame::toString);
            } else {
                assertTrue(CREATED.matcher(frame.toString()).matches(), frame::toString);
            }
        }
        for (int i = 0; i < 1000; i++) {
            Frame frame = exchange.next(NOW_MS);
            Pattern shape = frame.isDelta() ? DELTA : TRADE;
            assertTrue(shape.matcher(frame.toString()).matches(), frame::toString);
        }
    }

    @Test
    void trade_tellsWhatTheDeltaBeforeItTookFromTheBestPrice() {
        var exchange = new SimulatedExchange(40, 3, Duration.ZERO, HOUR);
        exchange.open(NOW_MS);
        SortedMap<String, ReferenceBook> before = exchange.books();
        SortedMap<String, ReferenceBook> after = before;
        Frame last = null;
        int trades = 0;
        for (int i = 0; i < 2_000; i++) {
            Frame frame = exchange.next(NOW_MS);
            if (frame.type().equals(Frame.TRADE)) {
                trades++;
                assertFills(before.get(frame.ticker()), last, frame);
            } else {
                before = after;
                after = exchange.books();
            }
            last = frame;
        }
        assertTrue(trades > 50, "trades=" + trades);
    }

    private static void assertFills(ReferenceBook before, Frame delta, Frame trade) {
        JsonNode taken = BookReader.parse(delta.toString()).get("msg");
        JsonNode told = BookReader.parse(trade.toString()).get("msg");
        boolean yes = taken.get("side").textValue().equals("yes");
        BigDecimal best = BigDecimal.valueOf((yes ? before.yes() : before.no()).lastKey(), 4);
        BigDecimal other = BigDecimal.ONE.setScale(4).subtract(best);
        assertEquals(
                List.of(delta.ticker(), best.toString(), "-" + told.get("count_fp").textValue(),
                        (yes ? best : other).toString(), (yes ? other : best).toString(), yes ? "no" : "yes"),
                List.of(trade.ticker(), taken.get("price_dollars").textValue(), taken.get("delta_fp").textValue(),
                        told.get("yes_price_dollars").textValue(), told.get("no_price_dollars").textValue(),
                        told.get("taker_side").textValue()));
    }

    @Test
    void market_overItsLife_isCreatedClosedDeterminedAndSettledInOrder() {
        var exchange = new SimulatedExchange(30, 11, Duration.ZERO, Duration.ofSeconds(30));
        var lives = new TreeMap<String, StringBuilder>();
        var closesMs = new TreeMap<String, Long>();
        exchange.open(NOW_MS).forEach(frame -> note(frame, NOW_MS, lives, closesMs));
        for (int i = 0; i < 200_000; i++) {
            long nowMs = NOW_MS + i;
            note(exchange.next(nowMs), nowMs, lives, closesMs);
        }

        var disordered = lives.values().stream().filter(life -> !LIFE.matcher(life.substring(1)).matches()).toList();
        assertEquals(List.of(), disordered);
        String all = lives.values().toString();
        for (String step : List.of("deactivated", "activated", "close_date_updated", "determined", "settled")) {
            assertTrue(all.contains(step), step);
        }
        assertEquals(30, exchange.books().size());
        assertTrue(lives.size() > 100, () -> "markets over time: " + lives.size());
    }

    /** Appends what a frame means for its market's life, and checks what must hold at that moment. */
    private static void note(
            Frame frame, long nowMs, Map<String, StringBuilder> lives, Map<String, Long> closesMs) {
        JsonNode msg = BookReader.parse(frame.toString()).get("msg");
        StringBuilder life = lives.computeIfAbsent(frame.ticker(), ticker -> new StringBuilder());
        if (frame.type().equals(Frame.SNAPSHOT)) {
            life.append(" snapshot");
        } else if (frame.type().equals(Frame.LIFECYCLE)) {
            String event = msg.get("event_type").textValue();
            life.append(' ').append(event);
            if (msg.has("close_ts")) {
                closesMs.put(frame.ticker(), msg.get("close_ts").longValue() * 1000);
            }
            if (event.equals("determined")) {
                assertTrue(nowMs >= closesMs.get(frame.ticker()), "determined before its close");
                assertEquals(
                        msg.get("result").textValue().equals("yes") ? "1.0000" : "0.0000",
                        msg.get("settlement_value").textValue());
            }
        } else if (frame.isDelta() && nowMs >= closesMs.get(frame.ticker())) {
            assertTrue(msg.get("delta_fp").textValue().startsWith("-"), "an order after the close");
        }
    }

    @Test
    void closedMarket_whenDetermined_hasAnEmptyBook() {
        var exchange = new SimulatedExchange(20, 5, Duration.ZERO, Duration.ofSeconds(20));
        exchange.open(NOW_MS);
        int determined = 0;
        for (int i = 0; i < 60_000; i++) {
            Frame frame = exchange.next(NOW_MS + i);
            if (frame.toString().contains("\"event_type\":\"determined\"")) {
                determined++;
                assertEquals(
                        new ReferenceBook(new TreeMap<>(), new TreeMap<>()), exchange.books().get(frame.ticker()));
            }
        }
        assertTrue(determined > 10, "determined=" + determined);
    }

    @Test
    void snapshots_overAnInterval_repeatEveryMarketOnce() {
        var exchange = new SimulatedExchange(25, 5, Duration.ofMinutes(2), Duration.ofDays(100));
        exchange.open(NOW_MS);
        var repeated = new ArrayList<String>();
        for (long nowMs = NOW_MS; nowMs <= NOW_MS + 120_000; nowMs += 100) {
            Frame frame = exchange.next(nowMs);
            if (frame.type().equals(Frame.SNAPSHOT)) {
                assertTrue(BookReader.parse(frame.toString()).get("id").isIntegralNumber(), "an answer bears an id");
                repeated.add(frame.ticker());
            }
        }
        assertEquals(25, repeated.size());
        assertEquals(exchange.books().keySet(), new HashSet<>(repeated));
    }

    @Test
    void nothing_isDueBeforeItsTime() {
        var exchange = new SimulatedExchange(10, 5, Duration.ofSeconds(10), Duration.ofDays(1000));
        exchange.open(NOW_MS);
        assertEquals(
                List.of(false, true), List.of(exchange.isDue(NOW_MS + 999), exchange.isDue(NOW_MS + 1000)));
        assertEquals(Frame.DELTA, exchange.next(NOW_MS + 999).type());
        assertEquals(Frame.SNAPSHOT, exchange.next(NOW_MS + 1000).type());
        assertEquals(Frame.DELTA, exchange.next(NOW_MS + 1000).type());
    }

    @Test
    void exchange_afterALongPause_doesNotRepeatWhatItMissed() {
        var exchange = new SimulatedExchange(10, 5, Duration.ofSeconds(10), Duration.ofDays(1000));
        exchange.open(NOW_MS);
        long laterMs = NOW_MS + Duration.ofHours(5).toMillis();
        assertEquals(Frame.SNAPSHOT, exchange.next(laterMs).type());
        assertEquals(Frame.DELTA, exchange.next(laterMs).type());
    }

    @Test
    void exchange_withImpossibleSettings_namesTheRule() {
        assertEquals(
                List.of(
                        "markets must be at least 1: markets=0",
                        "marketLifetime must be at least PT1S: marketLifetime=PT0.5S",
                        "snapshotInterval must not be negative: snapshotInterval=PT-1S"),
                List.of(
                        refusal(0, Duration.ZERO, HOUR),
                        refusal(1, Duration.ZERO, Duration.ofMillis(500)),
                        refusal(1, Duration.ofSeconds(-1), HOUR)));
        assertThrows(
                IllegalStateException.class, () -> new SimulatedExchange(1, 1, Duration.ZERO, HOUR).next(NOW_MS));
    }

    private static String refusal(int markets, Duration snapshotInterval, Duration lifetime) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> new SimulatedExchange(markets, 1, snapshotInterval, lifetime))
                .getMessage();
    }
}

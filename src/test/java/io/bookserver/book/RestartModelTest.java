package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.checkpoint.ThroughBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server that reads a {@link FaultyFeed} and writes its markets as it goes, each at another moment, and a second
 * server that starts, after every record, from what is written then and the records after it. The complete states of
 * all markets must be the same, bit by bit, with all times and versions.
 *
 * <p>{@code -Dbook.model.steps} sets how many records are read by each run, {@code -Dbook.model.seed} repeats one.
 */
class RestartModelTest {
    private static final long STEPS = Long.getLong("book.model.steps", 5_000);
    private static final int RECORDS_A_FEED = 250;
    private static final MarketStatusChanged.Event[] EVENTS = MarketStatusChanged.Event.values();

    /** One record, by its effect on a server. */
    private interface Entry {
        void read(ServedBooks server);
    }

    /** A market after all records below that offset. */
    private record Written(MarketState state, long mark, long holdsBelow) {}

    private final List<Entry> log = new ArrayList<>();
    private final List<String> tickers = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    /** What a new server would read. */
    private final Map<String, Written> written = new HashMap<>();
    private final Deque<Market> toWrite = new ArrayDeque<>();
    private long readFrom;
    private long cycleFrom;
    private boolean cycle;
    private long clockMs;
    private Random random;
    private long restarts;

    @ParameterizedTest
    @EnumSource(FaultyFeed.Connections.class)
    void serverThatBeginsWithACheckpoint_equalsOneThatNeverStopped(FaultyFeed.Connections connections) {
        long seed = Long.getLong("book.model.seed", new Random().nextLong());
        System.out.println("RestartModelTest connections=" + connections + " steps=" + STEPS + " seed=" + seed);
        random = new Random(seed);
        for (long steps = 0; steps < STEPS; steps += RECORDS_A_FEED) {
            oneFeed(new FaultyFeed(random, connections), "seed=" + seed + " steps=" + steps);
        }
        assertThat(restarts).isGreaterThanOrEqualTo(STEPS);
    }

    private void oneFeed(FaultyFeed feed, String where) {
        log.clear();
        tickers.clear();
        times.clear();
        written.clear();
        toWrite.clear();
        readFrom = 0;
        cycle = false;
        ServedBooks server = new ServedBooks(() -> clockMs);
        for (int i = 0; i < RECORDS_A_FEED; i++) {
            add(feed);
            read(server, i, true);
            write(server);
            compare(server, restarted(), where + " record=" + i);
            restarts++;
        }
    }

    private void add(FaultyFeed feed) {
        long offset = log.size();
        int what = random.nextInt(12);
        if (what > 1 || log.isEmpty()) {
            TopicRecord record = feed.next().record();
            clockMs = record.kafkaMs();
            TopicRecord placed = new TopicRecord(0, offset, clockMs, record.message());
            add(record.message().ticker(), server -> server.read(placed));
            return;
        }
        String ticker = feed.markets().get(random.nextInt(feed.markets().size())).ticker;
        long nowMs = clockMs;
        if (what == 0) {
            MarketStatistics statistics = new MarketStatistics(random.nextInt(10_000), 1, random.nextInt(3), 2, 3, 4);
            boolean trade = random.nextBoolean();
            MarketDetails told = new MarketDetails("E" + random.nextInt(2), "S", "a title", "", "", "", "", "",
                    Optional.of(trade), OptionalLong.of(nowMs + random.nextInt(9)));
            add(ticker, server -> {
                server.registry().report(new StatisticsReported(ticker, statistics, trade, nowMs));
                server.registry().describe(new MarketDescribed(ticker, told, 0));
            });
        } else {
            MarketStatusChanged.Event event = EVENTS[random.nextInt(EVENTS.length)];
            OptionalLong closeMs = random.nextBoolean() ? OptionalLong.of(nowMs + random.nextInt(60)) : OptionalLong.empty();
            add(ticker, server -> server.registry().apply(new MarketStatusChanged(ticker, event, nowMs, OptionalLong.empty(),
                    closeMs, new RecordStamp.Builder().reset(0, offset, nowMs, nowMs).build())));
        }
    }

    private void add(String ticker, Entry entry) {
        log.add(entry);
        tickers.add(ticker);
        times.add(clockMs);
    }

    private void read(ServedBooks server, int offset, boolean counts) {
        clockMs = times.get(offset);
        if (counts) {
            log.get(offset).read(server);
        }
        server.registry().applyLosses();
        server.registry().advanceStatuses();
    }

    /** A cycle takes as long as several records. Its markets count at once, its new start offset when it is over. */
    private void write(ServedBooks server) {
        if (!cycle && random.nextInt(8) == 0) {
            cycle = true;
            cycleFrom = log.size();
            toWrite.addAll(server.registry().markets());
        }
        while (cycle && random.nextBoolean()) {
            if (toWrite.isEmpty()) {
                readFrom = cycleFrom;
                cycle = false;
                return;
            }
            Market market = toWrite.poll();
            long mark = server.registry().mark(market);
            String ticker = market.current().ticker();
            if (!written.containsKey(ticker) || written.get(ticker).mark != mark) {
                MarketState state = ThroughBytes.of(server.registry().state(market).orElseThrow());
                assertThat(state.mark()).isEqualTo(mark);
                written.put(ticker, new Written(state, mark, log.size()));
            }
        }
    }

    private ServedBooks restarted() {
        ServedBooks server = new ServedBooks(() -> clockMs);
        written.values().forEach(market -> server.registry().restore(market.state));
        for (int offset = (int) readFrom; offset < log.size(); offset++) {
            Written known = written.get(tickers.get(offset));
            read(server, offset, known == null || offset >= known.holdsBelow);
        }
        return server;
    }

    private static void compare(ServedBooks one, ServedBooks other, String where) {
        Map<String, String> expected = all(one.registry());
        Map<String, String> found = all(other.registry());
        expected.forEach((what, text) -> assertThat(found.get(what)).as(where + " " + what).isEqualTo(text));
        assertThat(found.keySet()).isEqualTo(expected.keySet());
    }

    private static Map<String, String> all(BookRegistry registry) {
        Map<String, String> states = new TreeMap<>();
        registry.markets().forEach(market -> states.put(market.current().ticker(),
                registry.state(market).orElseThrow().toString() + told(market.current().book())));
        for (BookState state : BookState.values()) {
            states.put("count " + state, Long.toString(registry.booksIn(state)));
        }
        states.put("counts", registry.crossedBooks() + " " + registry.staleBooksToHeal() + " " + registry.scheduledTimes()
                + " " + registry.groups().size() + registry.groups().marketsOfEvent("E1", "", 9));
        return states;
    }

    private static String told(BookSnapshot book) {
        StringBuilder gaps = new StringBuilder();
        for (long gap : book.gaps()) {
            gaps.append(' ').append(gap);
        }
        return " S=" + book.snapshotRecord() + " L=" + book.highestRecord() + " last=" + book.lastRecord() + gaps;
    }
}

package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A publisher that spreads one market over two partitions (rule 8), and readers that read the two in any order. After
 * everything was read, the book does not depend on that order. It is live and right if the last record outside the
 * partition of the market's key was followed by a snapshot in that partition, and stale otherwise.
 *
 * <p>{@code -Dbook.model.steps} sets how many records are read by each run, {@code -Dbook.model.seed} repeats one.
 */
class TwoPartitionsTest {
    private static final long STEPS = Long.getLong("book.model.steps", 20_000);
    private static final int ORDERS_OF_READING = 4;
    private static final int MAX_RECORDS = 14;
    private static final int OF_THE_KEY = 0;
    private static final int OTHER = 1;
    private static final String TICKER = "KXSPREAD-26NOV23-A";
    private static final long START_MS = 1_786_085_000_000L;

    private final TreeMap<Integer, Long> truth = new TreeMap<>();
    private Random random;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void market_spreadOverTwoPartitions_isMarkedWhateverTheOrderOfReading(boolean connectionTold) {
        long seed = Long.getLong("book.model.seed", new Random().nextLong());
        System.out.println("TwoPartitionsTest connectionTold=" + connectionTold + " steps=" + STEPS + " seed=" + seed);
        random = new Random(seed);
        long live = 0;
        long stale = 0;
        for (long steps = 0; steps < STEPS; ) {
            List<TopicRecord> published = publish(connectionTold);
            BookState expected = expected(published);
            for (int order = 0; order < ORDERS_OF_READING; order++) {
                List<TopicRecord> reading = order(published, order);
                BookSnapshot book = read(reading);
                String told = "seed=" + seed + reading.stream().map(Comparison::told)
                        .collect(Collectors.joining("\n  ", "\n  ", "\n"));
                assertThat(book.state()).as(told).isEqualTo(expected);
                if (expected == BookState.LIVE) {
                    assertThat(Updates.sizes(book.yes())).as(told).isEqualTo(truth);
                }
                steps += reading.size();
            }
            live += expected == BookState.LIVE ? 1 : 0;
            stale += expected == BookState.STALE ? 1 : 0;
        }
        assertThat(live).isGreaterThan(STEPS / 1_000);
        assertThat(stale).isGreaterThan(STEPS / 1_000);
    }

    /** A market's records in the order of their publication, the first a snapshot. */
    private List<TopicRecord> publish(boolean connectionTold) {
        truth.clear();
        long[] offsets = new long[2];
        List<TopicRecord> published = new ArrayList<>();
        int records = 2 + random.nextInt(MAX_RECORDS - 1);
        for (int seq = 1; seq <= records; seq++) {
            boolean snapshot = seq == 1 || random.nextInt(4) == 0;
            ProxyMessage message = snapshot
                    ? ProxyMessage.snapshot(TICKER, new TreeMap<>(truth), new TreeMap<>())
                    : change();
            long nowMs = START_MS + 10L * seq;
            message = message.at(1, seq).received(OptionalLong.of(nowMs))
                    .connection(connectionTold ? OptionalLong.of(7) : OptionalLong.empty());
            int partition = random.nextInt(5) == 0 ? OTHER : OF_THE_KEY;
            published.add(new TopicRecord(partition, offsets[partition]++, nowMs, message));
        }
        return published;
    }

    private ProxyMessage change() {
        int price = 100 * (40 + random.nextInt(5));
        long there = truth.getOrDefault(price, 0L);
        long delta = there > 0 && random.nextBoolean() ? -there : 1 + random.nextInt(500);
        if (there + delta == 0) {
            truth.remove(price);
        } else {
            truth.put(price, there + delta);
        }
        return ProxyMessage.delta(TICKER, Side.YES, price, delta);
    }

    private static BookState expected(List<TopicRecord> published) {
        if (published.stream().mapToInt(TopicRecord::partition).distinct().count() == 1) {
            // its publisher may assign keys to partitions in its own way: nothing is spread
            return BookState.LIVE;
        }
        boolean trusted = false;
        for (TopicRecord record : published) {
            if (record.partition() == OTHER) {
                trusted = false;
            } else if (record.message().kind() == ProxyMessage.Kind.SNAPSHOT) {
                trusted = true;
            }
        }
        return trusted ? BookState.LIVE : BookState.STALE;
    }

    /** One partition after the other, in either order, or mixed; the order within each is kept. */
    private List<TopicRecord> order(List<TopicRecord> published, int how) {
        List<List<TopicRecord>> partitions = List.of(new ArrayList<>(), new ArrayList<>());
        published.forEach(record -> partitions.get(record.partition()).add(record));
        List<TopicRecord> reading = new ArrayList<>();
        while (reading.size() < published.size()) {
            int next = how < 2 ? how : random.nextInt(2);
            reading.add(partitions.get(partitions.get(next).isEmpty() ? 1 - next : next).remove(0));
        }
        return reading;
    }

    private static BookSnapshot read(List<TopicRecord> records) {
        ServedBooks served = new ServedBooks(() -> START_MS + 60_000);
        served.registry().keysBelongTo(ticker -> OF_THE_KEY);
        records.forEach(served::read);
        return served.market(TICKER).book();
    }
}

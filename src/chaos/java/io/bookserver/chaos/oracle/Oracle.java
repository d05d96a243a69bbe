package io.bookserver.chaos.oracle;

import io.bookserver.book.BookState;
import io.bookserver.book.TopicRecord;
import io.bookserver.chaos.oracle.History.Seen;
import io.bookserver.chaos.oracle.History.State;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Utils;

/**
 * Knows for every market which books may be shown as live, by the contract and the records of the topic alone, and for
 * the scripted exchange's markets also by the exchange's own books. Judges what readers saw once it has itself read
 * everything that they can have seen.
 *
 * <p><i>Thread-safe: one lock; readers only queue.</i>
 */
public final class Oracle {
    /** Rule 9: so long a connection may be silent, and so long a busy machine takes to notice. */
    private static final long MAX_SILENCE_MS = 5_000 + 5_000;
    private static final long READ_LATER_MS = 5_000;
    private static final long CATCHES_UP_WITHIN_MS = 3_000;
    private static final long SAME_SILENCE_MS = 2_000;
    /** A follower's message may be so old where it promises no time. */
    private static final long LATEST_SHOWN_MS = 60_000;
    private static final long AT_ONCE_MS = 1_000;
    private static final int REPORTED = 25;
    /** Numbers of partitions of two topics of the same name differ by a multiple of this. */
    static final int TOPICS_APART = 1_000;

    /** What it found so far. */
    public record Score(long judged, long wrong, long late, long silent, long unclear, long waiting) {
        public boolean isClean() {
            return wrong + late + silent == 0;
        }
    }

    private final Map<String, ModelMarket> markets = new HashMap<>();
    private final Map<String, ExchangeBook> exchange = new HashMap<>();
    /** When each connection was heard in a partition, epoch ms. */
    private final Map<String, TreeSet<Long>> heard = new HashMap<>();
    /** Of a reader and a connection: when it first and last saw a live book on it though it was silent. */
    private final Map<String, long[]> silences = new HashMap<>();
    /** By the time at which it was published, when the exchange was last heard by any connection, epoch ms. */
    private final TreeMap<Long, Long> exchangeHeard = new TreeMap<>();
    /** From when to when a clock may have been wrong, epoch ms. */
    private final TreeMap<Long, Long> distrusted = new TreeMap<>();
    private final ArrayDeque<Observation> waiting = new ArrayDeque<>();
    private final List<String> violations = new ArrayList<>();
    private int partitions;
    private long completeToMs;
    private long judged;
    private long wrong;
    private long late;
    private long silent;
    private long unclear;

    // --- what happened -------------------------------------------------------------------------------------------------

    /** A record of the topic. {@code partition} is a number that no other topic of that name has had. */
    synchronized void record(int partition, long offset, long kafkaMs, byte[] key, byte[] value, long readMs) {
        Reading reading = Reading.of(key, value, kafkaMs);
        switch (reading.kind()) {
            case BOOK -> {
                if (markets.containsKey(reading.ticker()) || !reading.message().isRefused()) {
                    market(reading.ticker()).apply(new TopicRecord(partition, offset, kafkaMs, reading.message()),
                            reading.provenance(), readMs, partitionOf(reading.ticker()));
                }
            }
            case GAP -> markets.forEach((ticker, market) -> {
                if (market.partition() == partition % TOPICS_APART) {
                    market.gap(new TopicRecord(partition, offset, kafkaMs, reading.message()), readMs);
                }
            });
            case STATUS -> {
                exchangeHeard.merge(kafkaMs, reading.exchangeHeardMs(), Math::max);
                if (reading.connected()) {
                    heard.computeIfAbsent(reading.connection() + "/" + partition % TOPICS_APART, name -> new TreeSet<>()).add(readMs);
                }
            }
            case UNCLEAR -> {
                unclear++;
                reading.named().forEach(ticker -> market(ticker).isNamedBy(partition, offset, kafkaMs, readMs));
            }
            case OTHER -> { }
        }
    }

    /** Whether the contract leaves no doubt that a record is refused, and is about the market of its key. */
    public static boolean isRefused(byte[] key, byte[] value) {
        Reading reading = Reading.of(key, value, 0);
        return reading.kind() == Reading.Kind.BOOK && reading.message().isRefused();
    }

    /** How many partitions the topic has from here on. */
    synchronized void partitionsAre(int count) {
        partitions = count;
    }

    /** To which a market's key belongs: that of Kafka's own producers. */
    private int partitionOf(String ticker) {
        return Utils.toPositive(Utils.murmur2(ticker.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    private ModelMarket market(String ticker) {
        return markets.computeIfAbsent(ticker, name -> new ModelMarket());
    }

    /** The topic's reader has all that was published before that time. */
    synchronized void completeTo(long ms) {
        completeToMs = ms;
        judge();
    }

    /** A book of the exchange itself, after a change. */
    public synchronized void exchangeHas(String ticker, Map<Integer, Long> yes, Map<Integer, Long> no) {
        exchange.computeIfAbsent(ticker, name -> new ExchangeBook()).add(sizes(yes, no), System.currentTimeMillis());
    }

    /** Nothing of the topic is known from here on, until each market's next snapshot: it is made anew. */
    public synchronized void topicIsMadeAnew() {
        markets.values().forEach(market -> {
            market.lose(System.currentTimeMillis());
            market.becomeUnknown(System.currentTimeMillis());
            market.forgetPartitions();
        });
    }

    // --- what was seen -------------------------------------------------------------------------------------------------

    public synchronized void saw(Observation observation) {
        waiting.add(observation);
    }

    /** For so long the times that servers tell prove nothing: a clock is wrong, or was. */
    public synchronized void distrustTimes(long ms) {
        distrusted.put(System.currentTimeMillis(), System.currentTimeMillis() + ms);
    }

    /** A reader was promised that all up to that time is there. */
    public synchronized void promised(String who, long completeToMs) {
        long nowMs = System.currentTimeMillis();
        if (completeToMs > nowMs + AT_ONCE_MS && isTrusted(nowMs, nowMs)) {
            violated(who + " was promised the future: complete_to_ms=" + completeToMs);
        }
    }

    /** Something that is wrong whatever the books are. */
    public synchronized void violated(String text) {
        wrong++;
        report(text);
    }

    private void judge() {
        while (!waiting.isEmpty() && waiting.peek().answeredMs() < completeToMs) {
            judge(waiting.poll());
        }
    }

    private void judge(Observation seen) {
        judged++;
        boolean tellsItsTime = isTrusted(seen.askedMs(), seen.answeredMs());
        if (tellsItsTime && isAheadOfTheExchange(seen) && lasts("ahead " + seen.who(), seen.askedMs())) {
            late++;
            report("complete_to_ms is later than any exchange_heard_ms: " + seen);
        }
        ModelMarket market = markets.get(seen.ticker());
        if (market == null) {
            wrong++;
            report("live, but no record names it: " + seen);
            return;
        }
        State reached = market.history.reached(seen.completeToMs());
        if (market.history.wasUnknownSince(seen.completeToMs() > 0 ? seen.completeToMs() - 1_000 : seen.askedMs() - LATEST_SHOWN_MS)) {
            return;
        }
        Optional<State> state = market.history.live(seen.seen(), seen.fingerprint());
        if (state.isEmpty()) {
            wrong++;
            report("wrong and live: " + seen + market.history);
        } else if (tellsItsTime && seen.completeToMs() > 0 && state.get().number() < reached.number() && !staysLiveAlike(market, seen, reached)) {
            late++;
            report("behind its complete_to_ms: " + seen + "\n  shows " + state.get() + "\n  must have " + reached + market.history);
        } else if ((tellsItsTime || seen.seen() == Seen.FULL) && isSilent(state.get().connection(), market.partition(), seen.askedMs())
                && lasts(seen.who() + state.get().connection(), seen.askedMs())) {
            silent++;
            report("live, but its connection " + state.get().connection() + " was not heard: " + seen + market.history);
        } else if (seen.seen() == Seen.SIZES && exchange.containsKey(seen.ticker())
                && !exchange.get(seen.ticker()).had(seen.fingerprint())) {
            wrong++;
            report("live, but the exchange never had it: " + seen + market.history);
        }
    }

    /** Whether the state to be reached is the one shown, but for what cannot be seen. */
    private static boolean staysLiveAlike(ModelMarket market, Observation seen, State reached) {
        return reached.mayBeLive() && seen.fingerprint() == switch (seen.seen()) {
            case SIZES -> reached.sizes();
            case FULL -> reached.full();
            case TOPS -> reached.tops();
        };
    }

    /** Whether no clock was wrong in that time. */
    synchronized boolean isTrusted(long fromMs, long toMs) {
        return distrusted.headMap(toMs, true).values().stream().noneMatch(untilMs -> untilMs >= fromMs);
    }

    private boolean isSilent(long connection, int partition, long atMs) {
        TreeSet<Long> times = heard.get(connection + "/" + partition);
        if (times == null || times.first() > atMs) {
            return false;
        }
        // the oracle itself may hear a little later
        return times.floor(atMs + READ_LATER_MS) < atMs - MAX_SILENCE_MS;
    }

    /** Where the topic has {@code feed_status}, no answer is complete beyond what the connections have heard. */
    private boolean isAheadOfTheExchange(Observation seen) {
        Collection<Long> before = exchangeHeard.headMap(seen.answeredMs(), true).descendingMap().values();
        return seen.completeToMs() > 0 && !before.isEmpty() && before.stream().noneMatch(heardMs -> heardMs >= seen.completeToMs());
    }

    /** A server that catches up after it was held up shows for a moment what it reads: silence counts that lasts. */
    private boolean lasts(String silence, long atMs) {
        long[] times = silences.computeIfAbsent(silence, name -> new long[] {atMs, atMs});
        if (atMs - times[1] > SAME_SILENCE_MS) {
            times[0] = atMs;
        }
        times[1] = atMs;
        return atMs - times[0] > CATCHES_UP_WITHIN_MS;
    }

    private void report(String text) {
        if (violations.size() < REPORTED) {
            String begin = text.substring(0, Math.min(text.length(), 2_500));
            violations.add(begin);
            System.out.println("VIOLATION " + begin);
        }
    }

    // --- at the end ----------------------------------------------------------------------------------------------------

    public synchronized Score score() {
        return new Score(judged, wrong, late, silent, unclear, waiting.size());
    }

    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** Up to which time it has read, epoch ms. */
    public synchronized long completeToMs() {
        return completeToMs;
    }

    /** All that it knows of a market, for the report. */
    public synchronized String told(String ticker) {
        return "key_of_partition=" + partitionOf(ticker) + " " + markets.get(ticker);
    }

    /** How many markets have records in several partitions of the topic. */
    public synchronized long spread() {
        return markets.values().stream().filter(ModelMarket::isSpread).count();
    }

    /** The markets whose book it knows, and whether that is live. */
    public synchronized Map<String, Boolean> expected() {
        Map<String, Boolean> expected = new TreeMap<>();
        markets.forEach((ticker, market) -> {
            if (!market.isUnknown() && market.state() != BookState.AWAITING_SNAPSHOT) {
                expected.put(ticker, market.state() == BookState.LIVE);
            }
        });
        return expected;
    }

    /** Whether that is the market's book as it stands, with all provenance. */
    public synchronized boolean isCurrent(String ticker, long fullFingerprint) {
        return markets.get(ticker).history.last().orElseThrow().full() == fullFingerprint;
    }

    /** Whether that is what the exchange has; also where the exchange does not have the market. */
    public synchronized boolean isTheExchanges(String ticker, long sizesFingerprint) {
        return !exchange.containsKey(ticker) || exchange.get(ticker).current == sizesFingerprint;
    }

    /** The fingerprint of prices in ticks and quantities in hundredths of a contract. */
    public static long sizes(Map<Integer, Long> yes, Map<Integer, Long> no) {
        long sum = 0;
        for (Map.Entry<Integer, Long> level : yes.entrySet()) {
            sum += Fingerprint.level(true, level.getKey(), level.getValue(), 0);
        }
        for (Map.Entry<Integer, Long> level : no.entrySet()) {
            sum += Fingerprint.level(false, level.getKey(), level.getValue(), 0);
        }
        return sum;
    }

    /** Every state of one of the exchange's books. */
    private static final class ExchangeBook {
        private final Map<Long, Long> lastMs = new HashMap<>();
        private long current;

        void add(long sizes, long nowMs) {
            current = sizes;
            lastMs.put(sizes, nowMs);
        }

        boolean had(long sizes) {
            return lastMs.containsKey(sizes);
        }
    }
}

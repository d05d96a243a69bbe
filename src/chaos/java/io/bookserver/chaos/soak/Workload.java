package io.bookserver.chaos.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A proxy without fault that publishes the exchange's days in fast motion: markets are made, get a snapshot, change,
 * close, are determined and settled, and for each that closes another one is made; combinations come and go without a
 * book.
 *
 * <p><i>Thread-safe: one lock; a thread of its own publishes.</i>
 */
public final class Workload implements AutoCloseable {
    /** How many markets there must be in a server that has read everything. */
    public record Bounds(long least, long most) {}

    /** What happens to a market at that time; a combination has no {@code market}. */
    private record Event(long atMs, Step step, String ticker, SoakMarket market) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return Long.compare(atMs, other.atMs);
        }

        private boolean isCombination() {
            return market == null;
        }

        /**
         * Whether the market is there for sure: one that nobody has named for long goes as soon as its close time has
         * passed, and comes back when it is determined.
         */
        private boolean isCertain(long nowMs) {
            return isCombination() || step == Step.SETTLE || step == Step.CLOSE && atMs > nowMs;
        }
    }

    private enum Step { CLOSE, DETERMINE, SETTLE }

    private static final int TICK_MS = 5;
    /** How fast the first ones are published. */
    private static final int MARKETS_A_MS = 8;
    private static final int HOT = 1_000;
    /** Of a hundred messages: this many trades, and as many tickers. */
    private static final int TRADES = 5;
    private static final long SLACK_MS = 3_000;
    private static final long SAMPLED_OPEN_MS = 90_000;

    public final TopicProxy proxy;
    public final AtomicLong opened = new AtomicLong();
    public final AtomicLong settled = new AtomicLong();
    public final AtomicLong combinations = new AtomicLong();
    private final Scale scale;
    private final boolean losesChanges;
    private final SplittableRandom random;
    private final Payloads payloads = new Payloads();
    /** Snapshots that servers asked for. */
    public final AtomicLong resent = new AtomicLong();
    private final List<SoakMarket> open = new ArrayList<>();
    private final Map<String, SoakMarket> openByTicker = new HashMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    /** When each market that has settled was named last, ascending. */
    private final ArrayDeque<Long> ended = new ArrayDeque<>();
    private final Thread thread = new Thread(this::run, "workload");
    private double changesDue;
    private double combinationsDue;
    private long lastTickMs;
    private long lastStatusMs;
    private long number;
    private long changes;
    private boolean quiet;
    private volatile boolean closed;

    /** @param losesChanges planted: some changes are not published, though this side believes that they were */
    public Workload(String bootstrapServers, String topic, int partitions, Scale scale, long seed,
            boolean losesChanges) {
        this.scale = scale;
        this.losesChanges = losesChanges;
        this.random = new SplittableRandom(seed);
        this.proxy = new TopicProxy(bootstrapServers, topic, partitions);
    }

    /**
     * Publishes the markets that are open when the run begins, as if it had been going on: they end one after the
     * other, the first when this returns. From then on time goes by.
     */
    public void begin() throws InterruptedException {
        long nowMs = System.currentTimeMillis();
        long startMs = nowMs + 1_000 + scale.markets() / MARKETS_A_MS;
        synchronized (this) {
            for (int i = 0; i < scale.markets(); i++) {
                open(nowMs, startMs + random.nextLong(scale.lifeMs()));
            }
            lastTickMs = startMs;
            thread.setDaemon(true);
            thread.start();
        }
        Thread.sleep(Math.max(0, startMs - System.currentTimeMillis()));
    }

    /** From now on nothing happens any more but that the connection lives; everything so far is with the broker. */
    public synchronized void beQuiet() {
        quiet = true;
        proxy.flush();
    }

    /** So many open markets, half of them much traded. */
    public synchronized List<String> choose(int count, SplittableRandom by) {
        return Stream.generate(() -> any(by).ticker).distinct().limit(Math.min(count, hot() / 2)).toList();
    }

    /** Some of the markets that are open for a while yet, all if they are not so many. */
    synchronized List<SoakMarket> sample(int count) {
        long afterS = (System.currentTimeMillis() + Math.min(SAMPLED_OPEN_MS, scale.lifeMs() / 2)) / 1_000;
        List<SoakMarket> some = new ArrayList<>(open.stream().filter(market -> market.closeS > afterS).toList());
        Collections.shuffle(some, new Random(random.nextLong()));
        return some.subList(0, Math.min(count, some.size()));
    }

    /**
     * How many markets a server may have that forgets one when it has not been named for so long.
     *
     * @param lookMs how often it looks for such ones
     */
    public synchronized Bounds bounds(long keepMs, long lookMs) {
        long nowMs = System.currentTimeMillis();
        ended.removeIf(lastMs -> lastMs < nowMs - keepMs - lookMs - SLACK_MS);
        long certain = events.stream().filter(event -> event.isCertain(nowMs)).count();
        long within = ended.stream().filter(lastMs -> lastMs > nowMs - keepMs).count();
        return new Bounds(certain + within, events.size() + ended.size());
    }

    private void run() {
        while (!closed) {
            try {
                Thread.sleep(TICK_MS);
            } catch (InterruptedException e) {
                return;
            }
            tick(System.currentTimeMillis());
        }
    }

    private synchronized void tick(long nowMs) {
        if (nowMs - lastStatusMs >= 1_000) {
            status(nowMs);
        }
        if (quiet || nowMs <= lastTickMs) {
            return;
        }
        long passedMs = nowMs - lastTickMs;
        lastTickMs = nowMs;
        while (!events.isEmpty() && events.peek().atMs <= nowMs) {
            happen(events.poll(), nowMs);
        }
        for (combinationsDue += scale.combinationsPerMs() * passedMs; combinationsDue >= 1; combinationsDue--) {
            combine(nowMs);
        }
        for (changesDue += scale.changesPerSecond() * passedMs / 1_000.0; changesDue >= 1; changesDue--) {
            change(nowMs);
        }
    }

    private void happen(Event event, long nowMs) {
        String type = Payloads.type(event.isCombination());
        switch (event.step) {
            case CLOSE -> {
                // the exchange says nothing of it
                leave(event.market);
                events.add(new Event(later(nowMs), Step.DETERMINE, event.ticker, event.market));
                open(nowMs, nowMs + scale.lifeMs());
            }
            case DETERMINE -> {
                send(event.ticker, type, payloads.determined(event.ticker, event.isCombination(), nowMs));
                events.add(new Event(later(nowMs), Step.SETTLE, event.ticker, event.market));
            }
            case SETTLE -> {
                send(event.ticker, type, payloads.settled(event.ticker, event.isCombination(), nowMs));
                ended.add(nowMs);
                settled.incrementAndGet();
            }
        }
    }

    private long later(long nowMs) {
        return nowMs + 1 + random.nextLong(Math.max(1, scale.hourMs()));
    }

    private void open(long nowMs, long closeMs) {
        SoakMarket market = new SoakMarket("KXSOAK-" + number / 10 + "-M" + number % 10, number++, random);
        market.closeS = closeMs / 1_000 + 1;
        market.place = open.size();
        open.add(market);
        openByTicker.put(market.ticker, market);
        events.add(new Event(1_000 * market.closeS, Step.CLOSE, market.ticker, market));
        send(market.ticker, Payloads.type(false), payloads.created(market.ticker, false, nowMs / 1_000, market.closeS));
        send(market.ticker, "orderbook_snapshot", payloads.snapshot(market));
        opened.incrementAndGet();
    }

    /** The last one takes its place. */
    private void leave(SoakMarket market) {
        SoakMarket last = open.remove(open.size() - 1);
        if (last != market) {
            open.set(market.place, last);
            last.place = market.place;
        }
        market.place = -1;
        openByTicker.remove(market.ticker);
    }

    /** Publishes an open market's book once more. */
    synchronized void resend(String ticker) {
        SoakMarket market = openByTicker.get(ticker);
        if (market != null && !closed) {
            send(ticker, "orderbook_snapshot", payloads.snapshot(market));
            resent.incrementAndGet();
        }
    }

    private void combine(long nowMs) {
        String ticker = "KXMVESOAK-" + number++ + "-C";
        long endMs = nowMs + scale.combinationLifeMs();
        send(ticker, Payloads.type(true), payloads.created(ticker, true, nowMs / 1_000, endMs / 1_000 + 1));
        events.add(new Event(endMs, Step.DETERMINE, ticker, null));
        combinations.incrementAndGet();
    }

    private void change(long nowMs) {
        SoakMarket market = any(random);
        int kind = random.nextInt(100);
        changes++;
        if (kind < TRADES) {
            send(market.ticker, "trade", payloads.trade(market, changes, nowMs));
        } else if (kind < 2 * TRADES) {
            send(market.ticker, "ticker", payloads.ticker(market, changes, nowMs));
        } else {
            byte[] payload = payloads.delta(market, market.change(random), nowMs);
            if (!losesChanges || changes % 100 != 0) {
                send(market.ticker, "orderbook_delta", payload);
            }
        }
    }

    private SoakMarket any(SplittableRandom by) {
        return open.get(by.nextInt(by.nextBoolean() ? hot() : open.size()));
    }

    private int hot() {
        return Math.min(HOT, open.size());
    }

    private void status(long nowMs) {
        lastStatusMs = nowMs;
        proxy.tellAll(payloads.status(nowMs, open.size()));
    }

    private void send(String ticker, String channel, byte[] payload) {
        proxy.send(ticker, channel, payload,
                channel.equals("ticker") ? OptionalLong.empty() : OptionalLong.of(payloads.lastSeq()));
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(10_000);
        proxy.close();
    }
}

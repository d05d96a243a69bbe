package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Records;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Markets that one thread updates as fast as it can. It remembers a digest of every version of every book, so that a
 * client can be checked at every frame, not only in the end.
 *
 * <p><i>One thread writes; {@link #check} is thread-safe.</i>
 */
final class BusyMarkets implements PublicationListener, AutoCloseable {
    private static final int PRICES = 12;
    private static final long WITHIN_NANOS = 20_000_000_000L;

    private final List<String> tickers = new ArrayList<>();
    private final Map<String, AtomicLongArray> books = new HashMap<>();
    private final Map<String, AtomicLongArray> tops = new HashMap<>();
    private final BookRegistry registry;
    private final FanOut fanOut;
    private final Records records;
    private final Random random;
    private final int maxVersions;
    private final long[][] resting;
    private final int[] versions;
    private long updates;

    /**
     * New markets, each with a book.
     *
     * @param maxVersions the number of versions of one market after which writing ends
     */
    BusyMarkets(BookRegistry registry, FanOut fanOut, String prefix, int count, int maxVersions, long seed) {
        this.registry = registry;
        this.fanOut = fanOut;
        this.records = new Records(registry);
        this.random = new Random(seed);
        this.maxVersions = maxVersions;
        this.resting = new long[count][2 * PRICES];
        this.versions = new int[count];
        for (int market = 0; market < count; market++) {
            String ticker = prefix + market;
            tickers.add(ticker);
            books.put(ticker, new AtomicLongArray(maxVersions + 8));
            tops.put(ticker, new AtomicLongArray(maxVersions + 8));
        }
        // before the fan-out: whatever a client is notified of is already remembered
        registry.removeListener(fanOut);
        registry.addListener(this);
        registry.addListener(fanOut);
        for (int market = 0; market < count; market++) {
            snapshot(market);
        }
    }

    List<String> tickers() {
        return tickers;
    }

    String any(Random choice) {
        return tickers.get(choice.nextInt(tickers.size()));
    }

    long updates() {
        return updates;
    }

    /** Writes until stopped, or until a market has had all its versions. */
    void writeUntil(BooleanSupplier stop) {
        while (!stop.getAsBoolean() && update()) {
            updates++;
        }
    }

    /** Writes that many updates; false if a market has had all its versions. */
    boolean write(int count) {
        for (int i = 0; i < count; i++) {
            if (!update()) {
                return false;
            }
            updates++;
        }
        return true;
    }

    /** Changes every market once more. */
    void touchAll() {
        for (int market = 0; market < tickers.size(); market++) {
            level(market, random.nextInt(2 * PRICES), 100);
        }
    }

    private boolean update() {
        int market = random.nextInt(tickers.size());
        if (versions[market] >= maxVersions) {
            return false;
        }
        int kind = random.nextInt(1_000);
        if (kind < 4) {
            snapshot(market);
        } else if (kind < 7) {
            records.apply("market_status", tickers.get(market),
                    random.nextBoolean() ? "\"status\":\"open\"" : "\"status\":\"paused\"");
            versions[market]++;
        } else {
            int at = random.nextInt(2 * PRICES);
            boolean removes = resting[market][at] > 0 && random.nextInt(3) == 0;
            // one in five hundred removes more than there is
            level(market, at, kind < 9 ? -resting[market][at] - 100
                    : removes ? -resting[market][at] : 1 + random.nextInt(1_000));
        }
        return true;
    }

    private void level(int market, int at, long deltaHundredths) {
        boolean yes = at < PRICES;
        resting[market][at] = Math.max(0, resting[market][at] + deltaHundredths);
        versions[market]++;
        records.delta(tickers.get(market), yes ? "yes" : "no", price(at), RecordText.contracts(deltaHundredths));
    }

    private void snapshot(int market) {
        StringBuilder yes = new StringBuilder();
        StringBuilder no = new StringBuilder();
        for (int at = 0; at < 2 * PRICES; at++) {
            resting[market][at] = random.nextInt(3) * 1_000L;
            if (resting[market][at] > 0) {
                StringBuilder side = at < PRICES ? yes : no;
                side.append(side.length() == 0 ? "" : ",")
                        .append("[\"").append(price(at)).append("\",\"").append(RecordText.contracts(resting[market][at]))
                        .append("\"]");
            }
        }
        versions[market]++;
        records.snapshot(tickers.get(market), yes.toString(), no.toString());
    }

    private static String price(int at) {
        return RecordText.dollars(100 * (20 + at % PRICES));
    }

    @Override
    public void published(MarketSnapshot before, MarketSnapshot after) {
        AtomicLongArray book = books.get(after.ticker());
        if (book != null) {
            book.set((int) after.version(), digest(after));
            tops.get(after.ticker()).set((int) after.version(), topDigest(after));
        }
    }

    /** Fails unless the client has the server's book of that version. */
    void check(StreamClient.Held held) {
        AtomicLongArray known = (held.top().isPresent() ? tops : books).get(held.ticker());
        if (known == null || held.version() == 0) {
            return;
        }
        long expected = recorded(known, (int) held.version());
        long found = held.top().isPresent() ? topDigest(held) : digest(held);
        if (expected != found) {
            throw new AssertionError("not the server's book: market=" + held.ticker() + " version=" + held.version()
                    + " yes=" + held.yes() + " no=" + held.no() + " top=" + held.top());
        }
    }

    /** Reads until the client has the server's current books of these markets: replies overtake waiting data. */
    void awaitNewest(StreamClient client) throws IOException {
        long endNanos = System.nanoTime() + WITHIN_NANOS;
        do {
            client.settle();
        } while (System.nanoTime() < endNanos && held(client).anyMatch(held -> !isNewest(held)));
        held(client).forEach(held -> {
            check(held);
            if (!isNewest(held)) {
                throw new AssertionError("an old book: market=" + held.ticker() + " version=" + held.version() + " now="
                        + registry.market(held.ticker()).orElseThrow().current());
            }
        });
    }

    private Stream<StreamClient.Held> held(StreamClient client) {
        return client.sids().stream().flatMap(sid -> client.held(sid).values().stream())
                .filter(held -> books.containsKey(held.ticker()));
    }

    private boolean isNewest(StreamClient.Held held) {
        MarketSnapshot now = registry.market(held.ticker()).orElseThrow().current();
        return held.top().isPresent() ? topDigest(held) == topDigest(now) : digest(held) == digest(now);
    }

    private static long recorded(AtomicLongArray known, int version) {
        long endNanos = System.nanoTime() + WITHIN_NANOS;
        long digest = known.get(version);
        while (digest == 0 && System.nanoTime() < endNanos) {
            Thread.onSpinWait();
            digest = known.get(version);
        }
        return digest;
    }

    private static long digest(MarketSnapshot market) {
        return nonZero(digest(market.book().yes(), 1) + digest(market.book().no(), 2));
    }

    private static long digest(Ladder ladder, int side) {
        long sum = 0;
        for (int rank = 0; rank < ladder.depth(); rank++) {
            Level level = ladder.level(rank);
            sum += mixed(side, level.priceTicks(), level.quantityHundredths());
        }
        return sum;
    }

    private static long digest(StreamClient.Held held) {
        long[] sum = {0};
        held.yes().forEach((ticks, quantity) -> sum[0] += mixed(1, ticks, quantity));
        held.no().forEach((ticks, quantity) -> sum[0] += mixed(2, ticks, quantity));
        return nonZero(sum[0]);
    }

    private static long topDigest(MarketSnapshot market) {
        Ladder yes = market.book().yes();
        Ladder no = market.book().no();
        return nonZero((yes.isEmpty() ? 0 : mixed(1, yes.best().priceTicks(), yes.best().quantityHundredths()))
                + (no.isEmpty() ? 0 : mixed(2, no.best().priceTicks(), no.best().quantityHundredths()))
                + market.book().state().wireName().hashCode() + market.status().phase().wireName().hashCode());
    }

    private static long topDigest(StreamClient.Held held) {
        var top = held.top().orElseThrow();
        var yes = top.get("yes_bid");
        var no = top.get("no_bid");
        return nonZero((yes.isNull() ? 0 : mixed(1, StreamClient.ticks(yes.get("price_dollars")),
                        StreamClient.hundredths(yes.get("quantity_fp"))))
                + (no.isNull() ? 0 : mixed(2, StreamClient.ticks(no.get("price_dollars")),
                        StreamClient.hundredths(no.get("quantity_fp"))))
                + top.get("state").asText().hashCode() + top.get("status").asText().hashCode());
    }

    private static long nonZero(long digest) {
        return digest == 0 ? 1 : digest;
    }

    /** The finalizer of MurmurHash3. */
    private static long mixed(int side, int ticks, long quantity) {
        long hash = quantity * 31_415_927L + ticks * 2L + side;
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33;
    }

    @Override
    public void close() {
        registry.removeListener(this);
    }
}

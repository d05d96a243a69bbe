package io.bookserver.book;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * An exchange with a few markets, two proxies with their own connections to it, and the partition to which they
 * publish. The exchange is always right. Everything behind it fails at random: connections are replaced, outlive their
 * successors or die, subscriptions are renewed, messages are lost, damaged, sent again and reordered by a producer's
 * retry, and clocks differ or step.
 *
 * <p><i>Not thread-safe; confined to one test.</i>
 */
final class FaultyFeed {
    /** What envelopes say about the connection over which their message came. */
    enum Connections {
        TOLD,
        UNTOLD,
        /** Only one of the two proxies writes it. */
        TOLD_BY_ONE,
        /** And a {@code feed_gap} reports what a connection lost, or that it ended. */
        TOLD_WITH_GAPS
    }

    /** One market at the exchange. */
    static final class Market {
        final String ticker;
        final TreeMap<Integer, Long> yes = new TreeMap<>();
        final TreeMap<Integer, Long> no = new TreeMap<>();
        private final int number;
        /** The number of changes since the beginning. */
        long changes;
        /** Messages about this market that wait in a proxy. */
        int inFlight;

        private Market(int number) {
            this.number = number;
            this.ticker = "KXWORLD-" + number;
        }
    }

    /** One subscription of one connection: all of its markets share one sequence. */
    static final class Subscription implements Comparable<Subscription> {
        final long connection;
        final long sid;
        private final Proxy proxy;
        private final List<Market> markets;
        private final long[] carriedChanges;
        private long seq;

        private Subscription(Proxy proxy, long connection, long sid, List<Market> markets, int allMarkets) {
            this.proxy = proxy;
            this.connection = connection;
            this.sid = sid;
            this.markets = markets;
            this.carriedChanges = new long[allMarkets];
        }

        /**
         * The number of the market's changes that the exchange has sent on this subscription, or had in its snapshot.
         */
        long carriedChanges(Market market) {
            return carriedChanges[market.number];
        }

        @Override
        public int compareTo(Subscription other) {
            int byConnection = Long.compare(connection, other.connection);
            return byConnection != 0 ? byConnection : Long.compare(sid, other.sid);
        }
    }

    /** A message on its way through a proxy, and its original; {@code market} is null for a gap. */
    record Sent(Market market, Subscription from, long seq, ProxyMessage message, boolean retried) {
        private Sent again() {
            return new Sent(market, from, seq, message, true);
        }
    }

    /** A record of the partition and its original. */
    record Delivery(TopicRecord record, Sent sent) {
    }

    private static final class Proxy {
        private final Deque<Sent> waiting = new ArrayDeque<>();
        private final List<Sent> recent = new ArrayList<>();
        private boolean tellsConnection;
        private boolean tellsReceived;
        private long clockAheadMs;
    }

    private static final int MAX_BURST = 12;
    /** Fewer than the seqs that a book remembers: if more overtake a record, it may be taken for a duplicate. */
    private static final int MAX_OVERTAKING = 5;
    private static final int MAX_OPEN = 4;

    private final Random random;
    private final boolean clocksApart;
    /** Whether several connections are open at the same time; else a new one closes all others, of both proxies. */
    private final boolean overlapping;
    private final boolean gapsTold;
    private final List<Market> markets = new ArrayList<>();
    private final List<Proxy> proxies = new ArrayList<>();
    private final List<Subscription> open = new ArrayList<>();
    private final List<Sent> lost = new ArrayList<>();
    private long nowMs = 1_786_085_000_000L;
    /** The rest of a burst; after it, the proxies hand over everything that waits. */
    private int toHappen;
    private long lastConnection;
    private long offset = -1;

    FaultyFeed(Random random, Connections connections) {
        this.random = random;
        this.clocksApart = connections != Connections.UNTOLD || random.nextInt(4) == 0;
        this.overlapping = connections != Connections.UNTOLD || random.nextInt(4) == 0;
        this.gapsTold = connections == Connections.TOLD_WITH_GAPS;
        int all = 1 + random.nextInt(4);
        for (int number = 0; number < all; number++) {
            markets.add(new Market(number));
        }
        for (int number = 0; number < 2; number++) {
            Proxy proxy = new Proxy();
            proxy.tellsConnection = connections == Connections.TOLD || connections == Connections.TOLD_WITH_GAPS
                    || connections == Connections.TOLD_BY_ONE && number == 0;
            proxy.tellsReceived = random.nextInt(10) != 0;
            proxies.add(proxy);
            step(proxy);
        }
        connect(proxies.get(0));
    }

    List<Market> markets() {
        return markets;
    }

    /** The deltas lost since the last call, which no record will report. */
    List<Sent> takeLost() {
        List<Sent> taken = List.copyOf(lost);
        lost.clear();
        return taken;
    }

    /** Lets the exchange and the proxies continue until a record has arrived in the partition. */
    Delivery next() {
        while (true) {
            nowMs += random.nextInt(3);
            Proxy proxy = pick(proxies);
            if (toHappen > 0 && random.nextInt(3) > 0) {
                toHappen--;
                happen(proxy);
            } else if (!proxy.waiting.isEmpty()) {
                return deliver(proxy);
            } else if (toHappen == 0 && proxies.stream().allMatch(each -> each.waiting.isEmpty())) {
                toHappen = 1 + random.nextInt(MAX_BURST);
            }
        }
    }

    private void happen(Proxy proxy) {
        int what = random.nextInt(1_000);
        if (what < 915) {
            change(pick(markets));
        } else if (what < 925) {
            close(subscription -> subscription.proxy == proxy);
            connect(proxy);
        } else if (what < 931) {
            connect(proxy);
        } else if (what < 935 && !open.isEmpty()) {
            long ending = pick(open).connection;
            close(subscription -> subscription.connection == ending);
        } else if (what < 941 && !open.isEmpty()) {
            subscribeAnew(pick(open));
        } else if (what < 980 && !open.isEmpty()) {
            Subscription asked = pick(open);
            sendSnapshot(asked, pick(asked.markets));
        } else if (what < 985 && !open.isEmpty()) {
            pick(open).seq++;
        } else if (what < 990) {
            step(proxy);
        } else if (!proxy.recent.isEmpty()) {
            enqueue(proxy, pick(proxy.recent));
        }
        if (open.isEmpty() && random.nextInt(20) == 0) {
            connect(proxy);
        }
    }

    private void step(Proxy proxy) {
        if (clocksApart) {
            int most = List.of(3, 50, 5_000, 100_000).get(random.nextInt(4));
            proxy.clockAheadMs = random.nextInt(2 * most) - most;
        }
    }

    private void connect(Proxy proxy) {
        if (!overlapping) {
            close(subscription -> true);
        } else if (open.size() >= MAX_OPEN) {
            long oldest = open.get(0).connection;
            close(subscription -> subscription.connection == oldest);
        }
        lastConnection += 1 + random.nextInt(3);
        int split = random.nextInt(3) == 0 ? random.nextInt(markets.size()) : 0;
        subscribe(proxy, lastConnection, 1, markets.subList(split, markets.size()));
        if (split > 0) {
            subscribe(proxy, lastConnection, 2, markets.subList(0, split));
        }
    }

    private void close(Predicate<Subscription> which) {
        for (Subscription subscription : List.copyOf(open)) {
            if (which.test(subscription)) {
                open.remove(subscription);
                if (gapsTold) {
                    boolean wholeConnection = random.nextBoolean();
                    sendGap(subscription, wholeConnection ? OptionalLong.empty() : OptionalLong.of(subscription.sid));
                }
            }
        }
    }

    private void sendGap(Subscription of, OptionalLong sid) {
        enqueue(of.proxy, new Sent(null, of, 0, ProxyMessage.gap(of.connection, sid), false));
    }

    private void subscribeAnew(Subscription before) {
        open.remove(before);
        long highestSid = before.sid;
        for (Subscription other : open) {
            if (other.connection == before.connection) {
                highestSid = Math.max(highestSid, other.sid);
            }
        }
        subscribe(before.proxy, before.connection, highestSid + 1, before.markets);
    }

    private void subscribe(Proxy proxy, long connection, long sid, List<Market> of) {
        Subscription subscription = new Subscription(proxy, connection, sid, of, markets.size());
        open.add(subscription);
        of.forEach(market -> sendSnapshot(subscription, market));
    }

    private void sendSnapshot(Subscription by, Market market) {
        by.carriedChanges[market.number] = market.changes;
        send(by, market, ProxyMessage.snapshot(market.ticker, new TreeMap<>(market.yes), new TreeMap<>(market.no)), 15);
    }

    private void change(Market market) {
        Side side = random.nextBoolean() ? Side.YES : Side.NO;
        TreeMap<Integer, Long> ladder = side == Side.YES ? market.yes : market.no;
        int price = 100 * (40 + random.nextInt(8));
        long there = ladder.getOrDefault(price, 0L);
        long delta = 1 + random.nextInt(500);
        if (there > 0 && random.nextBoolean()) {
            delta = random.nextBoolean() ? -there : -(1 + random.nextInt((int) there));
        }
        if (there + delta == 0) {
            ladder.remove(price);
        } else {
            ladder.put(price, there + delta);
        }
        market.changes++;
        for (Subscription subscription : open) {
            if (subscription.markets.contains(market)) {
                subscription.carriedChanges[market.number] = market.changes;
                send(subscription, market, ProxyMessage.delta(market.ticker, side, price, delta), 400);
            }
        }
    }

    private void send(Subscription by, Market market, ProxyMessage what, int oneLostIn) {
        Proxy proxy = by.proxy;
        by.seq++;
        ProxyMessage message = what.at(by.sid, by.seq)
                .connection(proxy.tellsConnection ? OptionalLong.of(by.connection) : OptionalLong.empty())
                .received(proxy.tellsReceived ? OptionalLong.of(nowMs + proxy.clockAheadMs) : OptionalLong.empty());
        if (random.nextInt(oneLostIn) == 0) {
            lost.add(new Sent(market, by, by.seq, message, false));
            if (gapsTold) {
                sendGap(by, OptionalLong.of(by.sid));
            }
            return;
        }
        if (random.nextInt(400) == 0) {
            message = message.damaged(ProxyMessage.Kind.values()[2 + random.nextInt(3)]);
        }
        enqueue(proxy, new Sent(market, by, by.seq, message, false));
    }

    private void enqueue(Proxy proxy, Sent sent) {
        proxy.waiting.add(sent);
        countInFlight(sent, 1);
    }

    private void countInFlight(Sent sent, int more) {
        for (Market market : sent.market() == null ? markets : List.of(sent.market())) {
            market.inFlight += more;
        }
    }

    private Delivery deliver(Proxy proxy) {
        Sent sent = proxy.waiting.poll();
        if (!sent.retried() && random.nextInt(25) == 0) {
            sent = overtaken(proxy, sent);
        }
        countInFlight(sent, -1);
        proxy.recent.add(sent);
        if (proxy.recent.size() > 50) {
            proxy.recent.remove(random.nextInt(50));
        }
        return new Delivery(new TopicRecord(0, ++offset, nowMs, sent.message()), sent);
    }

    /** A producer's retry: the first waiting record is moved after some of those behind it. */
    private Sent overtaken(Proxy proxy, Sent first) {
        List<Sent> ahead = new ArrayList<>();
        while (ahead.size() < MAX_OVERTAKING && !proxy.waiting.isEmpty()) {
            ahead.add(proxy.waiting.poll());
        }
        ahead.add(random.nextInt(ahead.size() + 1), first.again());
        for (int i = ahead.size() - 1; i > 0; i--) {
            proxy.waiting.addFirst(ahead.get(i));
        }
        return ahead.get(0);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}

package io.bookserver.chaos.workload;

import io.bookserver.book.ProxyMessage;
import io.bookserver.book.Side;
import io.bookserver.chaos.oracle.Oracle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Proxies that write the topic as nobody should: some tell their connection and some do not, they reconnect with numbers
 * that begin anew, lose, repeat, exchange and damage records, and abort transactions. Two more do nothing but damage records and send snapshots after them. What a reader
 * may show then is the oracle's business alone.
 *
 * <p><i>Thread-safe: a thread of its own publishes; the counts may be read at any time.</i>
 */
public final class ProxyFeed implements AutoCloseable {
    /** Of what was not published, because the broker was away or the machine busy, at most so much comes later. */
    private static final double MADE_UP_FOR_SECONDS = 10;
    private static final int DAMAGED_MARKETS = 60;

    /** One proxy's connection to the exchange and its markets. */
    private static final class Proxy {
        private final boolean tellsConnection;
        private final int wanted;
        private final List<Market> markets = new ArrayList<>();
        private long connection;
        private int sid = 1;
        private long seq;

        private Proxy(boolean tellsConnection, int wanted) {
            this.tellsConnection = tellsConnection;
            this.wanted = wanted;
        }
    }

    private static final class Market {
        private final String ticker;
        private final TreeMap<Integer, Long> yes = new TreeMap<>();
        private final TreeMap<Integer, Long> no = new TreeMap<>();
        /** Its last record was damaged, and no snapshot has followed. */
        private boolean isDamaged;

        private Market(String ticker) {
            this.ticker = ticker;
        }
    }

    public final AtomicLong published = new AtomicLong();
    public final AtomicLong confirmed = new AtomicLong();
    public final AtomicLong mutated = new AtomicLong();
    public final AtomicLong repeated = new AtomicLong();
    public final AtomicLong reordered = new AtomicLong();
    public final AtomicLong lost = new AtomicLong();
    public final AtomicLong aborted = new AtomicLong();
    private final String topic;
    private final SplittableRandom random;
    private final List<Proxy> proxies;
    private final List<Proxy> damaging;
    private final List<Proxy> all;
    private final int perSecond;
    private final int damagedPerSecond;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, Object> transactionalSettings;
    /** Confined to the thread of {@link #aborts}, as the broker may make it wait. */
    private Optional<KafkaProducer<byte[], byte[]>> transactional = Optional.empty();
    private final ThreadPoolExecutor aborts = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    private final Thread thread = new Thread(this::run, "proxy-feed");
    private final Object lock = new Object();
    private ProducerRecord<byte[], byte[]> held;
    private long lastStatusMs;
    private int named;
    private boolean faulty = true;
    private volatile boolean paused;
    private volatile boolean quiet;
    private volatile boolean closed;

    /**
     * @param marketsEach of the first four proxies
     * @param perSecond records of these
     * @param damagedPerSecond records of the other two
     */
    public ProxyFeed(String bootstrapServers, String topic, long seed, int marketsEach, int perSecond, int damagedPerSecond) {
        this.topic = topic;
        this.random = new SplittableRandom(seed);
        this.perSecond = perSecond;
        this.damagedPerSecond = damagedPerSecond;
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "2",
                // longer than a broker is away; a record that cannot be written at all must not hold up a flush for ever
                "delivery.timeout.ms", "90000", "request.timeout.ms", "5000", "max.block.ms", "600000",
                "reconnect.backoff.max.ms", "500",
                // how soon it knows of new partitions
                "metadata.max.age.ms", "1000"));
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        transactionalSettings = new HashMap<>(settings);
        transactionalSettings.putAll(Map.of("transactional.id", "chaos-" + seed, "transaction.timeout.ms", "10000", "max.block.ms", "10000",
                "delivery.timeout.ms", "10000"));
        proxies = List.of(new Proxy(true, marketsEach), new Proxy(false, marketsEach), new Proxy(true, marketsEach),
                new Proxy(false, marketsEach));
        damaging = List.of(new Proxy(true, DAMAGED_MARKETS), new Proxy(false, DAMAGED_MARKETS));
        all = Stream.concat(proxies.stream(), damaging.stream()).toList();
        all.forEach(this::connect);
        thread.setDaemon(true);
        thread.start();
    }

    // --- what the run does to it ---------------------------------------------------------------------------------------

    /** Publishes nothing until {@link #resume}; what was published is with the broker. */
    public void pause() {
        paused = true;
        synchronized (lock) {
            producer.flush();
            awaitAborts();
        }
    }

    public void resume() {
        paused = false;
    }

    /** From now on it makes no mistake; every market has a snapshot of a new connection. */
    public void beGood() {
        synchronized (lock) {
            faulty = false;
            flushHeld();
            all.forEach(this::connect);
            producer.flush();
        }
    }

    /** From now on no book changes; the connections still say that they live. */
    public void beQuiet() {
        quiet = true;
        synchronized (lock) {
            producer.flush();
            awaitAborts();
        }
    }

    /** Each proxy's connection begins anew. */
    public void reconnectAll() {
        synchronized (lock) {
            all.forEach(this::connect);
        }
    }

    /** Waits until it publishes to so many partitions. */
    public void awaitPartitions(int count) throws InterruptedException {
        while (partitions() < count) {
            Thread.sleep(50);
        }
    }

    private int partitions() {
        return producer.partitionsFor(topic).size();
    }

    /** The markets that it publishes now. */
    public List<String> tickers() {
        synchronized (lock) {
            return all.stream().flatMap(proxy -> proxy.markets.stream()).map(market -> market.ticker).toList();
        }
    }

    // --- the feed ------------------------------------------------------------------------------------------------------

    private void run() {
        double due = 0;
        double damageDue = 0;
        long lastNanos = System.nanoTime();
        while (!closed) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
            long nowNanos = System.nanoTime();
            double elapsedSeconds = Math.min(MADE_UP_FOR_SECONDS, (nowNanos - lastNanos) / 1e9);
            lastNanos = nowNanos;
            if (paused) {
                continue;
            }
            synchronized (lock) {
                for (due += quiet ? 0 : perSecond * elapsedSeconds; due >= 1 && !closed; due--) {
                    step();
                }
                for (damageDue += faulty ? damagedPerSecond * elapsedSeconds : 0; damageDue >= 1 && !closed; damageDue--) {
                    damage();
                }
                report();
            }
        }
    }

    /** Once a second each connection that is told says that it lives. */
    private void report() {
        long nowMs = System.currentTimeMillis();
        if (nowMs - lastStatusMs < 1_000) {
            return;
        }
        lastStatusMs = nowMs;
        int partitions = partitions();
        for (Proxy proxy : all) {
            for (int partition = 0; partition < partitions && proxy.tellsConnection; partition++) {
                send(new ProducerRecord<>(topic, partition, null, ("{\"payload\":{\"type\":\"feed_status\",\"msg\":{\"connected\":true,"
                        + "\"exchange_heard_ms\":" + nowMs + ",\"markets\":" + proxy.markets.size() + "}},\"connection\":"
                        + proxy.connection + ",\"version\":1}").getBytes(StandardCharsets.US_ASCII)));
            }
        }
    }

    private void step() {
        Proxy proxy = proxies.get(random.nextInt(proxies.size()));
        Market market = proxy.markets.get(random.nextInt(proxy.markets.size()));
        ProxyMessage change = change(proxy, market);
        int chance = faulty ? random.nextInt(1_000) : 1_000;
        if (chance < 4) {
            lost.incrementAndGet();
        } else if (chance < 14) {
            repeated.incrementAndGet();
            send(record(change));
            send(record(change));
        } else if (chance < 24) {
            reordered.incrementAndGet();
            ProducerRecord<byte[], byte[]> later = record(change);
            flushHeld();
            held = later;
            return;
        } else if (chance < 34) {
            mutated.incrementAndGet();
            send(mutated(change));
            retire(proxy, market);
        } else if (chance < 38) {
            send(record(change));
            send(record(snapshot(proxy, market)));
        } else if (chance < 39) {
            connect(proxy);
        } else if (chance < 40 && proxy.tellsConnection) {
            gap(proxy);
            proxy.markets.forEach(one -> send(record(snapshot(proxy, one))));
        } else if (chance < 41) {
            abort(proxy, market);
        } else {
            send(record(change));
        }
        flushHeld();
    }

    /** Damages a record of one market, and has another one, damaged before, recover or at least change. */
    private void damage() {
        Proxy proxy = damaging.get(random.nextInt(damaging.size()));
        Market market = proxy.markets.get(random.nextInt(proxy.markets.size()));
        if (market.isDamaged) {
            recover(proxy, market);
        }
        ProducerRecord<byte[], byte[]> record = mutated(random.nextInt(8) == 0 ? snapshot(proxy, market) : change(proxy, market));
        mutated.incrementAndGet();
        send(record);
        market.isDamaged = true;
        if (!Oracle.isRefused(record.key(), record.value())) {
            retire(proxy, market);
        }
        Market other = proxy.markets.get(random.nextInt(proxy.markets.size()));
        if (other.isDamaged && random.nextBoolean()) {
            recover(proxy, other);
        } else {
            send(record(change(proxy, other)));
        }
    }

    private void recover(Proxy proxy, Market market) {
        send(record(snapshot(proxy, market)));
        market.isDamaged = false;
    }

    private void flushHeld() {
        if (held != null) {
            ProducerRecord<byte[], byte[]> record = held;
            held = null;
            send(record);
        }
    }

    /** The damage may have said anything of the market: it is not used any more, and a new one takes its place. */
    private void retire(Proxy proxy, Market market) {
        if (random.nextInt(4) == 0) {
            // how a damaged record is answered shows in what follows it
            send(record(change(proxy, market)));
            send(record(snapshot(proxy, market)));
        }
        proxy.markets.remove(market);
        list(proxy);
    }

    private void list(Proxy proxy) {
        Market market = new Market("KXPROXY-" + named++);
        for (int i = 0; i < 8; i++) {
            (i % 2 == 0 ? market.yes : market.no).put(100 * (1 + random.nextInt(49)), 100L * (1 + random.nextInt(50)));
        }
        proxy.markets.add(market);
        send(record(snapshot(proxy, market)));
    }

    private void connect(Proxy proxy) {
        proxy.connection = Math.max(proxy.connection + 1, System.currentTimeMillis());
        proxy.sid = 1 + (proxy.tellsConnection ? 0 : random.nextInt(3));
        proxy.seq = random.nextInt(20);
        lastStatusMs = 0;
        List<Market> before = List.copyOf(proxy.markets);
        // with its connection told, a snapshot that never comes is known from the deltas that do
        before.stream().filter(market -> !faulty || !proxy.tellsConnection || random.nextInt(20) > 0)
                .forEach(market -> recover(proxy, market));
        while (proxy.markets.size() < proxy.wanted) {
            list(proxy);
        }
    }

    private void gap(Proxy proxy) {
        for (int partition = 0, count = partitions(); partition < count; partition++) {
            send(new ProducerRecord<>(topic, partition, null, ProxyMessage.gap(proxy.connection, OptionalLong.empty()).value()));
        }
    }

    private ProxyMessage change(Proxy proxy, Market market) {
        boolean isYes = random.nextBoolean();
        TreeMap<Integer, Long> side = isYes ? market.yes : market.no;
        int ticks = 100 * (1 + random.nextInt(49));
        long before = side.getOrDefault(ticks, 0L);
        long after = before > 0 && random.nextInt(3) == 0 ? 0 : before + 100 * (1 + random.nextInt(50));
        if (after == 0) {
            side.remove(ticks);
        } else {
            side.put(ticks, after);
        }
        return placed(proxy, ProxyMessage.delta(market.ticker, isYes ? Side.YES : Side.NO, ticks, after - before));
    }

    private ProxyMessage snapshot(Proxy proxy, Market market) {
        return placed(proxy, ProxyMessage.snapshot(market.ticker, new TreeMap<>(market.yes), new TreeMap<>(market.no)));
    }

    private ProxyMessage placed(Proxy proxy, ProxyMessage message) {
        proxy.seq += 1 + (random.nextInt(4) == 0 ? 1 : 0);
        return message.connection(proxy.tellsConnection ? OptionalLong.of(proxy.connection) : OptionalLong.empty())
                .at(proxy.sid, proxy.seq).received(OptionalLong.of(System.currentTimeMillis()));
    }

    private ProducerRecord<byte[], byte[]> record(ProxyMessage message) {
        return new ProducerRecord<>(topic, message.key(), message.value());
    }

    private ProducerRecord<byte[], byte[]> mutated(ProxyMessage message) {
        return new ProducerRecord<>(topic, message.key(), Mutation.of(message.value(), random));
    }

    /** A change that is taken back before anyone is told; it is left out while the last one still takes its time. */
    private void abort(Proxy proxy, Market market) {
        ProducerRecord<byte[], byte[]> never = record(placed(proxy, ProxyMessage.delta(market.ticker, Side.YES, 5_000, 123_400)));
        if (aborts.getQueue().isEmpty()) {
            aborts.execute(() -> abort(never));
        }
    }

    private void abort(ProducerRecord<byte[], byte[]> never) {
        try {
            if (transactional.isEmpty()) {
                transactional = Optional.of(new KafkaProducer<>(transactionalSettings, new ByteArraySerializer(), new ByteArraySerializer()));
                transactional.get().initTransactions();
            }
            transactional.get().beginTransaction();
            transactional.get().send(never);
            transactional.get().flush();
            transactional.get().abortTransaction();
            aborted.incrementAndGet();
        } catch (KafkaException | IllegalStateException e) {
            // the broker is away: it ends the transaction by its timeout
            transactional.ifPresent(one -> one.close(Duration.ZERO));
            transactional = Optional.empty();
        }
    }

    /** Waits until none is under way, and lets none begin before it returns. */
    private void awaitAborts() {
        try {
            aborts.submit(() -> { }).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        published.incrementAndGet();
        producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                confirmed.incrementAndGet();
            }
        });
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(10_000);
        producer.close(Duration.ofSeconds(10));
        aborts.shutdown();
        aborts.awaitTermination(30, TimeUnit.SECONDS);
        transactional.ifPresent(one -> one.close(Duration.ofSeconds(2)));
    }
}

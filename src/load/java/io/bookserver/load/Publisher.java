package io.bookserver.load;

import io.bookserver.feed.EnvelopeWriter;
import io.bookserver.feed.simulator.Frame;
import io.bookserver.feed.simulator.ReferenceBook;
import io.bookserver.feed.simulator.SimulatedExchange;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes books that look like the exchange's, then planned updates of them, each when it is due, whatever happened
 * to earlier ones. An update's number is sent as the envelope's {@code receivedTimestamp}, which the server passes on;
 * the number of a trade is its id.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class Publisher implements AutoCloseable {
    /** What stands before the number of a trade's update. */
    static final String TRADE_ID = "\"trade_id\":\"00000000-0000-4000-8000-";

    private static final Duration MARKET_LIFETIME = Duration.ofDays(3650);

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final EnvelopeWriter envelopes = new EnvelopeWriter();
    private final List<LoadMarket> markets = new ArrayList<>();
    private final List<byte[]> keys = new ArrayList<>();
    private final SplittableRandom random;
    private final AtomicLong failures = new AtomicLong();
    private long numberBase;
    private long seq;
    private long tradesSeq;
    private int next;

    Publisher(String bootstrap, String topic, LoadOptions options) {
        this.topic = topic;
        this.random = new SplittableRandom(options.seed);
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                ProducerConfig.ACKS_CONFIG, "1",
                ProducerConfig.LINGER_MS_CONFIG, options.rate > 10_000 ? 1 : 0,
                ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        open(options);
    }

    /** The number 0 as {@code feed_received_ms}; it is also the number of the connection. */
    long numberBase() {
        return numberBase;
    }

    List<LoadMarket> markets() {
        return markets;
    }

    LoadPlan plan(LoadOptions options) {
        LoadPlan plan = new LoadPlan(markets, options, next, random);
        next += plan.size();
        return plan;
    }

    /** Sends a whole plan; returns how late the latest send was, in nanoseconds. */
    long publish(LoadPlan plan) {
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        plan.begin(start, System.currentTimeMillis() + 100);
        long latestNanos = 0;
        for (int at = 0; at < plan.size(); at++) {
            long early = plan.dueNanos(at) - System.nanoTime();
            while (early > 0) {
                LockSupport.parkNanos(early);
                early = plan.dueNanos(at) - System.nanoTime();
            }
            latestNanos = Math.max(latestNanos, -early);
            send(plan, at);
        }
        producer.flush();
        if (failures.get() > 0) {
            throw new IllegalStateException("updates that the broker did not take: " + failures);
        }
        return latestNanos;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private void open(LoadOptions options) {
        long nowMs = System.currentTimeMillis();
        numberBase = nowMs;
        var exchange = new SimulatedExchange(options.books, options.seed, Duration.ZERO, MARKET_LIFETIME);
        for (Frame frame : exchange.open(nowMs)) {
            byte[] value = frame.envelope(envelopes, numberBase, numberBase - 1, nowMs);
            producer.send(new ProducerRecord<>(topic, ascii(frame.ticker()), value), this::sent);
            if (frame.type().equals(Frame.SNAPSHOT)) {
                seq = Math.max(seq, frame.seq());
            }
        }
        producer.flush();
        Map<String, ReferenceBook> books = exchange.books();
        books.forEach((ticker, book) -> {
            markets.add(new LoadMarket(ticker, book));
            keys.add(ascii(ticker));
        });
    }

    private void send(LoadPlan plan, int at) {
        int market = plan.market(at);
        String ticker = markets.get(market).ticker();
        boolean trade = plan.isTrade(at);
        long number = trade ? ++tradesSeq : ++seq;
        String payload = trade ? trade(plan, at, number, ticker) : delta(plan, at, number, ticker);
        byte[] value = envelopes.write(ascii(payload), OptionalLong.of(numberBase), numberBase + plan.first() + at,
                System.currentTimeMillis(), trade ? Frame.TRADE : Frame.DELTA, ticker, OptionalLong.of(number));
        producer.send(new ProducerRecord<>(topic, keys.get(market), value), this::sent);
    }

    private static String delta(LoadPlan plan, int at, long number, String ticker) {
        long dueMs = plan.dueMs(at);
        return "{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":" + number + ",\"msg\":{" + market(ticker)
                + ",\"price_dollars\":\"" + dollars(plan.ticks(at)) + "\",\"delta_fp\":\""
                + contracts(plan.deltaHundredths(at)) + "\",\"side\":\"" + (plan.isYes(at) ? "yes" : "no")
                + "\",\"ts\":\"" + Instant.ofEpochMilli(dueMs) + "\",\"ts_ms\":" + dueMs + "}}";
    }

    /** A trade whose id ends with its update's number, since the server hands it on as it is. */
    private static String trade(LoadPlan plan, int at, long number, String ticker) {
        long dueMs = plan.dueMs(at);
        int yesTicks = plan.isYes(at) ? plan.ticks(at) : 10_000 - plan.ticks(at);
        return "{\"type\":\"trade\",\"sid\":3,\"seq\":" + number + ",\"msg\":{" + TRADE_ID
                + digits(plan.first() + at, 12) + "\"," + market(ticker)
                + ",\"yes_price_dollars\":\"" + dollars(yesTicks)
                + "\",\"no_price_dollars\":\"" + dollars(10_000 - yesTicks) + "\",\"count_fp\":\""
                + contracts(plan.deltaHundredths(at)) + "\",\"taker_side\":\"" + (plan.isYes(at) ? "yes" : "no")
                + "\",\"ts\":" + dueMs / 1000 + ",\"ts_ms\":" + dueMs + "}}";
    }

    private static String market(String ticker) {
        return "\"market_ticker\":\"" + ticker + "\",\"market_id\":\"957ed958-9b9b-4a98-b024-16a394cd214c\"";
    }

    private static String dollars(int ticks) {
        return "0." + digits(ticks, 4);
    }

    private static String contracts(long hundredths) {
        long absolute = Math.abs(hundredths);
        return (hundredths < 0 ? "-" : "") + absolute / 100 + "." + digits((int) (absolute % 100), 2);
    }

    private void sent(Object metadata, Exception failure) {
        if (failure != null) {
            failures.incrementAndGet();
        }
    }

    private static String digits(int value, int width) {
        String text = Integer.toString(value);
        return "0".repeat(width - text.length()) + text;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A duration in readable form: {@code 1.23 ms}. */
    static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }
}

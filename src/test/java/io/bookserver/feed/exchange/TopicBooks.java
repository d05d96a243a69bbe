package io.bookserver.feed.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.exchange.ScriptedExchange.Book;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the topic as the contract says and maintains the resulting books with independent code. Each market's records
 * must be in one partition.
 *
 * <p><i>Thread-safe: a separate thread reads, the test queries.</i>
 */
final class TopicBooks implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A market's book and the snapshot on which it is based. */
    static final class Kept {
        private final TreeMap<Integer, Long> yes = new TreeMap<>();
        private final TreeMap<Integer, Long> no = new TreeMap<>();
        private final int partition;
        private boolean live;
        private long connection = -1;
        private long sid;
        private long seq;
        private long staleSinceNanos;

        private Kept(int partition) {
            this.partition = partition;
        }
    }

    private final Map<String, Kept> books = new HashMap<>();
    private final List<String> breaches = new ArrayList<>();
    private final Map<String, Integer> types = new TreeMap<>();
    private final Map<String, JsonNode> lifecycles = new HashMap<>();
    private final TreeSet<Long> connections = new TreeSet<>();
    private final List<Long> staleMs = new ArrayList<>();
    private Histogram publishedAfterMs = new Histogram(3);
    private Histogram readAfterMs = new Histogram(3);
    private final Thread thread;
    private volatile boolean closed;

    TopicBooks(String bootstrapServers, String topic, int partitions) {
        thread = new Thread(() -> read(bootstrapServers, topic, partitions), "topic-books");
        thread.setDaemon(true);
        thread.start();
    }

    private void read(String bootstrapServers, String topic, int partitions) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                all.add(new TopicPartition(topic, partition));
            }
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                    apply(record);
                }
            }
        }
    }

    private synchronized void apply(ConsumerRecord<byte[], byte[]> record) {
        JsonNode envelope = json(record.value());
        JsonNode payload = envelope.get("payload");
        String type = payload.get("type").textValue();
        types.merge(type, 1, Integer::sum);
        long connection = envelope.path("connection").longValue();
        if (connection > 0) {
            connections.add(connection);
        }
        switch (type) {
            case "feed_gap" -> mark(record.partition(), connection, payload.path("sid").longValue());
            case "feed_status" -> {
                if (!payload.get("msg").get("connected").booleanValue()) {
                    mark(record.partition(), connection, 0);
                }
            }
            case "orderbook_snapshot", "orderbook_delta" -> book(record, type, payload, connection);
            default -> lifecycles.put(new String(record.key(), StandardCharsets.UTF_8) + " " + type + " "
                    + payload.get("msg").path("event_type").asText(), payload);
        }
    }

    private void mark(int partition, long connection, long sid) {
        books.values().stream().filter(book -> book.partition == partition && book.connection == connection
                && (sid == 0 || sid == book.sid)).forEach(TopicBooks::stale);
    }

    private static void stale(Kept book) {
        if (book.live) {
            book.live = false;
            book.staleSinceNanos = System.nanoTime();
        }
    }

    private void book(ConsumerRecord<byte[], byte[]> record, String type, JsonNode payload, long connection) {
        JsonNode msg = payload.get("msg");
        String ticker = msg.get("market_ticker").textValue();
        check(ticker.equals(new String(record.key(), StandardCharsets.UTF_8)), "key is not the market", payload);
        Kept book = books.computeIfAbsent(ticker, name -> new Kept(record.partition()));
        check(book.partition == record.partition(), "a market on two partitions", payload);
        long sid = payload.get("sid").longValue();
        long seq = payload.get("seq").longValue();
        if (connection < book.connection) {
            return;
        }
        if (type.equals("orderbook_snapshot")) {
            fill(book.yes, msg.get("yes_dollars_fp"));
            fill(book.no, msg.get("no_dollars_fp"));
            book.connection = connection;
            book.sid = sid;
            book.seq = seq;
            if (!book.live && book.staleSinceNanos != 0) {
                staleMs.add((System.nanoTime() - book.staleSinceNanos) / 1_000_000);
            }
            book.live = true;
        } else if (connection != book.connection || sid != book.sid) {
            check(false, "a delta without its snapshot", payload);
            stale(book);
        } else if (seq > book.seq) {
            measure(record, msg);
            TreeMap<Integer, Long> side = msg.get("side").textValue().equals("yes") ? book.yes : book.no;
            int ticks = units(msg.get("price_dollars").textValue(), 4);
            long quantity = side.merge(ticks, (long) units(msg.get("delta_fp").textValue(), 2), Long::sum);
            if (quantity < 0) {
                stale(book);
            }
            if (quantity <= 0) {
                side.remove(ticks);
            }
            book.seq = seq;
        }
    }

    private void measure(ConsumerRecord<byte[], byte[]> record, JsonNode msg) {
        long saidMs = msg.get("ts_ms").longValue();
        publishedAfterMs.recordValue(Math.max(0, record.timestamp() - saidMs));
        readAfterMs.recordValue(Math.max(0, System.currentTimeMillis() - saidMs));
    }

    private static void fill(TreeMap<Integer, Long> side, JsonNode levels) {
        side.clear();
        if (levels != null) {
            levels.forEach(level -> side.put(units(level.get(0).textValue(), 4), (long) units(level.get(1).textValue(), 2)));
        }
    }

    private static int units(String text, int decimals) {
        return new BigDecimal(text).movePointRight(decimals).intValueExact();
    }

    private void check(boolean kept, String breach, JsonNode payload) {
        if (!kept) {
            breaches.add(breach + ": " + payload);
        }
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of the given books that are not here as live ones, or differ. */
    synchronized List<String> missingOrDifferent(Map<String, Book> exchange) {
        List<String> wrong = new ArrayList<>();
        exchange.forEach((ticker, book) -> {
            Kept kept = books.get(ticker);
            if (kept == null || !kept.live) {
                wrong.add(ticker + " is not live");
            } else if (differs(kept, book)) {
                wrong.add(ticker + " is " + kept.yes + kept.no + " but should be " + book);
            }
        });
        return wrong;
    }

    /** Those of the given books that are here as live ones and differ. */
    synchronized List<String> wrongAndLive(Map<String, Book> exchange) {
        List<String> wrong = new ArrayList<>();
        exchange.forEach((ticker, book) -> {
            Kept kept = books.get(ticker);
            if (kept != null && kept.live && differs(kept, book)) {
                wrong.add(ticker);
            }
        });
        return wrong;
    }

    private static boolean differs(Kept kept, Book book) {
        return !kept.yes.equals(book.yes()) || !kept.no.equals(book.no());
    }

    synchronized List<String> breaches() {
        return List.copyOf(breaches);
    }

    synchronized Map<String, Integer> types() {
        return new TreeMap<>(types);
    }

    synchronized boolean hasTold(String ticker, String type, String event) {
        return lifecycles.containsKey(ticker + " " + type + " " + event);
    }

    synchronized TreeSet<Long> connections() {
        return new TreeSet<>(connections);
    }

    /** How long each book was stale that became live since the last call, milliseconds. */
    synchronized List<Long> takeStaleMs() {
        List<Long> taken = List.copyOf(staleMs);
        staleMs.clear();
        return taken;
    }

    /**
     * From the exchange's time of a change to the producer's send and to a reader of the topic, since the last call.
     */
    synchronized String takeLatencies() {
        String text = "to_producer_p50_ms=" + publishedAfterMs.getValueAtPercentile(50) + " p99="
                + publishedAfterMs.getValueAtPercentile(99) + " to_reader_p50_ms=" + readAfterMs.getValueAtPercentile(50)
                + " p99=" + readAfterMs.getValueAtPercentile(99) + " of=" + readAfterMs.getTotalCount();
        publishedAfterMs = new Histogram(3);
        readAfterMs = new Histogram(3);
        return text;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

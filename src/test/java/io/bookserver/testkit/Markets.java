package io.bookserver.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Simulated markets in a topic: their snapshots, changes at a steady rate, and the reports of their feed.
 *
 * <p><i>Not thread-safe; its periodic work runs on its own thread, to which all other work is handed as well.</i>
 */
public final class Markets implements AutoCloseable {
    private final String topic;
    private final List<Market> markets = new ArrayList<>();
    private final KafkaProducer<String, String> producer;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private int next;
    private long connection;
    private boolean isSilent;

    /** Publishes to that topic. */
    public Markets(String bootstrapServers, String topic) {
        this.topic = topic;
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "2"),
                new StringSerializer(), new StringSerializer());
    }

    /** Sets the number of the connection to the exchange for what is published from now on; numbers must grow. */
    public void connection(long number) throws InterruptedException {
        inTurn(() -> {
            connection = number;
            isSilent = false;
            markets.forEach(market -> market.comesBy(number));
        });
    }

    /** Publishes the snapshots of new markets. */
    public void add(String... tickers) throws InterruptedException {
        inTurn(() -> {
            for (String ticker : tickers) {
                Market market = new Market(ticker, markets.size());
                market.comesBy(connection);
                markets.add(market);
                send(ticker, market.snapshot());
            }
        });
    }

    /** Publishes a market's title. */
    public void created(String ticker, String title) {
        send(ticker, Market.byConnection(RecordText.of("market_lifecycle_v2", ticker).sid(2).fields(
                "\"event_type\":\"created\",\"additional_metadata\":{\"title\":\"" + title.replace("\"", "\\\"") + "\"}"), 0));
    }

    /** Publishes a trade at that yes price. */
    public void trade(String ticker, int yesCents, int contracts, String taker) {
        send(ticker, Market.byConnection(RecordText.of("trade", ticker).sid(3).fields(String.format(
                "\"trade_id\":\"%s\",\"yes_price_dollars\":\"0.%02d00\",\"no_price_dollars\":\"0.%02d00\",\"count_fp\":\"%d.00\","
                        + "\"taker_side\":\"%s\",\"ts_ms\":%d", UUID.randomUUID(), yesCents, 100 - yesCents, contracts, taker,
                System.currentTimeMillis())), 0));
    }

    /** Publishes the snapshots of all markets. */
    public void snapshots() throws InterruptedException {
        inTurn(() -> markets.forEach(market -> send(market.ticker(), market.snapshot())));
    }

    /** Waits until the broker has everything that was published. */
    public void flush() {
        producer.flush();
    }

    private void send(String key, String value) {
        producer.send(new ProducerRecord<>(topic, key, value));
    }

    private void inTurn(Runnable action) throws InterruptedException {
        try {
            thread.submit(action).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Starts to publish that many changes per second, over the markets in turn, each of one of the best levels. */
    public void change(int perSecond, int levels) {
        int perTick = Math.max(1, perSecond / 100);
        thread.scheduleAtFixedRate(() -> {
            for (int i = 0; i < perTick; i++) {
                Market market = markets.get(next++ % markets.size());
                send(market.ticker(), market.change(levels));
            }
        }, 0, TimeUnit.SECONDS.toMicros(perTick) / perSecond, TimeUnit.MICROSECONDS);
    }

    /** Starts to report to each partition once per second that the connection is alive. */
    public void report(int partitions) {
        thread.scheduleAtFixedRate(() -> {
            for (int partition = 0; partition < partitions && !isSilent; partition++) {
                RecordText report = RecordText.of("feed_status").fields("\"connected\":true,\"exchange_heard_ms\":"
                        + System.currentTimeMillis() + ",\"markets\":" + markets.size());
                producer.send(new ProducerRecord<>(topic, partition, null, Market.byConnection(report, connection)));
            }
        }, 0, 1, TimeUnit.SECONDS);
    }

    /** Stops the reports. */
    public void silence() throws InterruptedException {
        inTurn(() -> isSilent = true);
    }

    /** Stops the changes; none follows when it returns. */
    public void rest() throws InterruptedException {
        thread.shutdown();
        thread.awaitTermination(10, TimeUnit.SECONDS);
        producer.flush();
    }

    @Override
    public void close() throws InterruptedException {
        rest();
        producer.close();
    }
}

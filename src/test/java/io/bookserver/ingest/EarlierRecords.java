package io.bookserver.ingest;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A broker with 20,000 records of 100 markets before the application starts, 200 of each. All are two hours old, except
 * the last two of every odd market, a snapshot and a delta, which are new. Odd and even markets share no partition. All
 * records are written in one transaction, so that every partition has a marker after them, which is not a record. An
 * open transaction follows.
 */
public class EarlierRecords implements QuarkusTestResourceLifecycleManager {
    static final int MARKETS = 100;
    static final int RECORDS = 20_000;
    private static final String TOPIC = "market-data-all";
    /** Each ends with a marker, which counts as read and changes no book. */
    static final int PARTITIONS = 4;
    private static final int RECORDS_A_MARKET = RECORDS / MARKETS;

    private EmbeddedBroker broker;
    private KafkaProducer<String, String> open;

    static String ticker(int market) {
        return "EARLIER-" + market;
    }

    /** The quantity at 0.43 on the yes side of every market, in hundredths, after everything was read. */
    static Map<String, Long> quantities() {
        Map<String, Long> quantities = new TreeMap<>();
        for (int market = 0; market < MARKETS; market++) {
            quantities.put(ticker(market), (isOfNow(market) ? 2 : RECORDS_A_MARKET) * 100L);
        }
        return quantities;
    }

    static boolean isOfNow(int market) {
        return market % 2 == 1;
    }

    @Override
    public Map<String, String> start() {
        broker = EmbeddedBroker.start();
        Topics.createMarketData(broker.bootstrapServers(), PARTITIONS);
        long nowMs = System.currentTimeMillis();
        long earlierMs = nowMs - Duration.ofHours(2).toMillis();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "earlier"),
                new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int seq = 1; seq <= RECORDS_A_MARKET; seq++) {
                for (int market = 0; market < MARKETS; market++) {
                    boolean now = isOfNow(market) && seq > RECORDS_A_MARKET - 2;
                    boolean snapshot = seq == 1 || now && seq == RECORDS_A_MARKET - 1;
                    producer.send(new ProducerRecord<>(TOPIC, market % PARTITIONS, now ? nowMs : earlierMs,
                            ticker(market), snapshot ? snapshot(market, seq) : delta(market, seq)));
                }
            }
            producer.commitTransaction();
        }
        leaveATransactionOpen();
        return Map.of("kafka.bootstrap.servers", broker.bootstrapServers());
    }

    /** Its records are neither read nor waited for. */
    private void leaveATransactionOpen() {
        open = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "open",
                "transaction.timeout.ms", "600000"), new StringSerializer(), new StringSerializer());
        open.initTransactions();
        open.beginTransaction();
        for (int market = 0; market < PARTITIONS; market++) {
            open.send(new ProducerRecord<>(TOPIC, market, ticker(market), delta(market, RECORDS_A_MARKET + 1)));
        }
        open.flush();
    }

    private static String snapshot(int market, int seq) {
        return envelope(market, seq, "orderbook_snapshot", "\"yes_dollars_fp\":[[\"0.4300\",\"1.00\"]]");
    }

    private static String delta(int market, int seq) {
        return envelope(market, seq, "orderbook_delta",
                "\"price_dollars\":\"0.4300\",\"delta_fp\":\"1.00\",\"side\":\"yes\"");
    }

    private static String envelope(int market, int seq, String type, String fields) {
        return RecordText.of(type, ticker(market)).sequence(1, seq).fields(fields).receivedMs(seq).version(1).toString();
    }

    @Override
    public void stop() {
        open.close(Duration.ZERO);
        broker.close();
    }
}

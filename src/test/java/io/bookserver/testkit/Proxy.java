package io.bookserver.testkit;

import io.smallrye.reactive.messaging.kafka.companion.ConsumerTask;
import io.smallrye.reactive.messaging.kafka.companion.KafkaCompanion;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.CompressionType;
import org.awaitility.Awaitility;

/**
 * The proxy's side of Kafka: it publishes envelopes and reads dead letters. Its tickers differ in every run, so that a
 * broker may have been used before.
 *
 * <p><i>Not thread-safe.</i>
 */
public final class Proxy implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final AtomicLong lastTicker = new AtomicLong(System.currentTimeMillis());
    private final String bootstrapServers;
    private final KafkaCompanion companion;

    Proxy(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.companion = new KafkaCompanion(bootstrapServers);
    }

    /** A ticker that no record has named yet; later ones sort after earlier ones. */
    public String newTicker() {
        return "PACKAGED-" + lastTicker.incrementAndGet();
    }

    /** Where the broker listens. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Publishes values with one key, in order; waits until the broker has them. */
    public void publish(String key, String... values) {
        publishBy(CompressionType.NONE, key, values);
    }

    /** As {@link #publish}, in batches compressed with that codec. */
    public void publishBy(CompressionType codec, String key, String... values) {
        companion.produceStrings().withProp("compression.type", codec.name).fromRecords(Arrays.stream(values)
                .map(value -> new ProducerRecord<>(Topics.MARKET_DATA, key, value)).toList()).awaitCompletion(SOON);
    }

    /** A whole book with 0.4200 and 0.4300 on the yes side and 0.5500 on the no side. */
    public static String snapshot(String ticker, long seq) {
        return envelope(ticker, RecordText.SNAPSHOT, seq, "\"market_id\":\"id-" + ticker + "\",\"yes_dollars_fp\":"
                + "[[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]],\"no_dollars_fp\":[[\"0.5500\",\"300.00\"]]");
    }

    /** A change of one level of the yes side. */
    public static String delta(String ticker, long seq, String dollars, String contracts) {
        return envelope(ticker, RecordText.DELTA, seq, "\"market_id\":\"id-" + ticker + "\",\"price_dollars\":\""
                + dollars + "\",\"delta_fp\":\"" + contracts + "\",\"side\":\"yes\",\"ts_ms\":1786085188978");
    }

    /** The first {@code count} dead letters with that key. */
    public List<ConsumerRecord<String, String>> deadLetters(String key, int count) {
        try (ConsumerTask<String, String> task = companion.consumeStrings().fromTopics(Topics.DEAD_LETTERS)) {
            return Awaitility.await().atMost(SOON).until(() -> task.getRecords().stream()
                    .filter(letter -> key.equals(letter.key())).toList(), letters -> letters.size() >= count);
        }
    }

    @Override
    public void close() {
        companion.close();
    }

    private static String envelope(String ticker, String type, long seq, String fields) {
        return RecordText.of(type, ticker).sequence(1, seq).fields(fields)
                .receivedMs(1_786_085_189_148L).publishedMs(1_786_085_189_149L).version(1).toString();
    }
}

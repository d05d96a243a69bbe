package io.bookserver.feed.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.feed.FeedClock;
import io.bookserver.feed.KafkaProducers;
import io.bookserver.testkit.Topics;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FeedThroughBrokerTest {
    private static final String TOPIC = "market-data-all";
    private static final int MARKETS = 20;
    private static final int RECORDS = 3000;

    private record Settings(
            int markets, long updatesPerSecond, long seed, Duration snapshotInterval, Duration marketLifetime)
            implements SimulatorConfig {}

    @Test
    @Timeout(value = 90, unit = TimeUnit.SECONDS)
    void simulator_throughARealBroker_arrivesWithoutAHole_andStopsWhenInterrupted() throws InterruptedException {
        try (var broker = EmbeddedBroker.start()) {
            Topics.create(broker.bootstrapServers(), TOPIC, 3);
            var config = new SmallRyeConfigBuilder()
                    .withSources(new PropertiesConfigSource(
                            Map.of("kafka.bootstrap.servers", broker.bootstrapServers()), "test", 100))
                    .build();
            var settings = new Settings(MARKETS, 2000, 1, Duration.ofMinutes(2), Duration.ofMinutes(10));
            var producers = new KafkaProducers(config, 1, Duration.ofSeconds(15));
            var feed = new SimulatorFeed(settings, TOPIC, producers::make, FeedClock.SYSTEM);
            var thread = new Thread(() -> runUntilInterrupted(feed), "feed-under-test");
            thread.start();

            var seqs = Map.of(1, new TreeSet<Long>(), 2, new TreeSet<Long>(), 3, new TreeSet<Long>());
            var partitionOfMarket = new TreeMap<String, TreeSet<Integer>>();
            readWhile(thread, broker.bootstrapServers(), seqs, partitionOfMarket);
            thread.join();

            for (TreeSet<Long> seqsOfSid : seqs.values()) {
                assertEquals(List.of(1L, (long) seqsOfSid.size()), List.of(seqsOfSid.first(), seqsOfSid.last()));
            }
            assertEquals(MARKETS, partitionOfMarket.size());
            assertTrue(partitionOfMarket.values().stream().allMatch(partitions -> partitions.size() == 1));
        }
    }

    /** Reads until there are enough records, then stops the feed and reads what it had already sent. */
    private static void readWhile(
            Thread feed,
            String bootstrapServers,
            Map<Integer, TreeSet<Long>> seqs,
            Map<String, TreeSet<Integer>> partitionOfMarket) {
        Map<String, Object> reading = Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = List.of(0, 1, 2).stream().map(number -> new TopicPartition(TOPIC, number)).toList();
            consumer.assign(partitions);
            int count = 0;
            while (feed.isAlive() || remains(consumer, partitions)) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    JsonNode payload = BookReader.parse(text(record.value())).get("payload");
                    seqs.get(payload.get("sid").intValue()).add(payload.get("seq").longValue());
                    partitionOfMarket.computeIfAbsent(text(record.key()), key -> new TreeSet<>())
                            .add(record.partition());
                    count++;
                }
                if (count >= RECORDS) {
                    feed.interrupt();
                }
            }
        }
    }

    private static boolean remains(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        return partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void runUntilInterrupted(SimulatorFeed feed) {
        try {
            feed.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

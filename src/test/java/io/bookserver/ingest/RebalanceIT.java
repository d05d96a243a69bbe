package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.bookserver.testkit.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Another member of the group takes partitions away in the middle of the records, and gives them back. */
@QuarkusTest
@TestProfile(RebalanceIT.SmallPolls.class)
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class RebalanceIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int PARTITIONS = 4;
    private static final int MARKETS = 40;
    private static final int DELTAS_A_TIME = 1_000;
    private static final int TIMES = 3;

    /** Many batches, and a group that detects changes soon. */
    public static class SmallPolls implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.incoming.market-data.max.poll.records", "50",
                    "mp.messaging.incoming.market-data.heartbeat.interval.ms", "100");
        }
    }

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    @Inject
    KafkaClientService clients;

    @Inject
    MeterRegistry meters;

    private static String record(int market, int seq) {
        String ticker = "MOVED-" + market;
        return (seq == 1
                ? RecordText.of(RecordText.SNAPSHOT, ticker).sides(Map.of(4300, 100L), Map.of())
                : RecordText.of(RecordText.DELTA, ticker).level(true, 4300, 100))
                .sequence(1, seq).receivedMs(seq).toString();
    }

    private void publish(KafkaProducer<String, String> producer, int fromSeq, int beforeSeq) {
        for (int seq = fromSeq; seq < beforeSeq; seq++) {
            for (int market = 0; market < MARKETS; market++) {
                producer.send(new ProducerRecord<>(
                        Topics.MARKET_DATA, market % PARTITIONS, "MOVED-" + market, record(market, seq)));
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> stranger() {
        String channel = clients.getConsumerChannels().stream()
                .filter(name -> name.startsWith(MarketDataConsumer.CHANNEL)).findFirst().orElseThrow();
        Map<String, Object> settings = new HashMap<>(clients.getConsumers(channel).get(0).configuration());
        settings.keySet().retainAll(ConsumerConfig.configNames());
        settings.remove(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG);
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "stranger");
        return new KafkaConsumer<>(settings);
    }

    private Map<String, Long> versions() {
        return registry.list("", "MOVED-", market -> true, 1_000).stream()
                .collect(Collectors.toMap(MarketSnapshot::ticker, MarketSnapshot::version));
    }

    @Test
    void partitionsThatAreTakenAwayAndGivenBack_loseNothing_andNothingIsAppliedTwice() {
        await().atMost(LONG).until(completeness::isRebuilt);
        double applied = meters.counter("orderbook.updates", "outcome", "applied").count();
        int last = TIMES * DELTAS_A_TIME;
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            publish(producer, 1, 2);
            for (int time = 0; time < TIMES; time++) {
                try (KafkaConsumer<byte[], byte[]> stranger = stranger()) {
                    stranger.subscribe(List.of(Topics.MARKET_DATA));
                    int seq = 2 + time * DELTAS_A_TIME;
                    publish(producer, seq, seq + DELTAS_A_TIME / 2);
                    await().atMost(LONG).until(() -> {
                        stranger.poll(Duration.ofMillis(50));
                        return !stranger.assignment().isEmpty();
                    });
                    publish(producer, seq + DELTAS_A_TIME / 2, seq + DELTAS_A_TIME);
                }
            }
        }
        Map<String, Long> all = IntStream.range(0, MARKETS).boxed()
                .collect(Collectors.toMap(market -> "MOVED-" + market, market -> last + 1L));
        await().atMost(LONG).untilAsserted(() -> assertThat(versions()).isEqualTo(all));
        assertThat(registry.list("", "MOVED-", market -> true, 1_000)).allMatch(market ->
                market.book().state() == BookState.LIVE
                        && market.book().yes().quantityHundredthsAt(4300) == (last + 1L) * 100);
        assertThat(meters.counter("orderbook.updates", "outcome", "applied").count() - applied)
                .isEqualTo(MARKETS * (last + 1.0));
        assertThat(meters.counter("orderbook.lost.ranges").count()).isZero();
    }
}

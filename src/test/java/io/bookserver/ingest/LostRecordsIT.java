package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.book.Market;
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
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract's rule 10, with a broker whose log changes. All records go to one partition. */
@QuarkusTest
@TestProfile(LostRecordsIT.OwnApplication.class)
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class LostRecordsIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final TopicPartition PARTITION = new TopicPartition("market-data-all", 0);

    /** A separate profile, so that this test has its own application, and therefore its own books. */
    public static class OwnApplication implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("mp.messaging.incoming.market-data.metadata.max.age.ms", "500");
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

    private Admin admin;
    private KafkaProducer<String, String> producer;

    @BeforeEach
    void connect() {
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        producer = producer(Map.of());
        await().atMost(SOON).until(completeness::isRebuilt);
    }

    @AfterEach
    void disconnect() {
        forEachConsumer(consumer -> consumer.resume().await().atMost(SOON));
        producer.close();
        admin.close();
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private void forEachConsumer(Consumer<KafkaConsumer<byte[], byte[]>> action) {
        for (String channel : clients.getConsumerChannels()) {
            clients.<byte[], byte[]>getConsumers(channel).forEach(action);
        }
    }

    private static ProducerRecord<String, String> record(String ticker, String type, long seq, String fields) {
        return new ProducerRecord<>(PARTITION.topic(), PARTITION.partition(), ticker,
                RecordText.of(type, ticker).sequence(1, seq).fields(fields).receivedMs(seq).toString());
    }

    private static ProducerRecord<String, String> snapshot(String ticker, long seq) {
        return record(ticker, "orderbook_snapshot", seq, "\"yes\":[[43,1]]");
    }

    private static ProducerRecord<String, String> delta(String ticker, long seq) {
        return record(ticker, "orderbook_delta", seq, "\"price\":43,\"delta\":1,\"side\":\"yes\"");
    }

    private void send(ProducerRecord<String, String> record) {
        try {
            producer.send(record).get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String shown(String ticker) {
        return registry.market(ticker).map(Market::current).map(market ->
                market.book().state() + " " + market.book().yes().quantityHundredthsAt(4300)).orElse("");
    }

    private void awaitShown(String ticker, BookState state, long quantityHundredths) {
        await().atMost(SOON).until(() -> shown(ticker), (state + " " + quantityHundredths)::equals);
    }

    private double count(String counter) {
        return meters.counter(counter).count();
    }

    @Test
    void logStartThatPassesTheConsumer_makesThePartitionsBooksStale_andReadingGoesOnAtTheFirstRecord() throws Exception {
        double lost = count("orderbook.lost.ranges");
        send(snapshot("LOST-A", 1));
        send(snapshot("LOST-B", 2));
        awaitShown("LOST-B", BookState.LIVE, 100);
        forEachConsumer(consumer -> consumer.pause().await().atMost(SOON));
        // a fetch that was in progress returns the first new record; nothing after it is fetched
        send(snapshot("LOST-FETCHED", 2));
        await().pollDelay(Duration.ofSeconds(1)).atMost(SOON).until(() -> true);
        send(delta("LOST-A", 3));
        long end = admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).partitionResult(PARTITION).get().offset();
        admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(end))).all().get();
        send(delta("LOST-B", 4));
        send(snapshot("LOST-C", 5));
        forEachConsumer(consumer -> consumer.resume().await().atMost(SOON));
        awaitShown("LOST-C", BookState.LIVE, 100);
        awaitShown("LOST-A", BookState.STALE, 100);
        awaitShown("LOST-B", BookState.STALE, 200);
        assertThat(count("orderbook.lost.ranges")).isEqualTo(lost + 1);
        send(snapshot("LOST-A", 6));
        awaitShown("LOST-A", BookState.LIVE, 100);
    }

    @Test
    void abortedTransactions_doNotCount_andTheHolesThatTheyLeaveProveNothing() {
        double lost = count("orderbook.lost.ranges");
        send(snapshot("TX-A", 1));
        try (KafkaProducer<String, String> transactional = producer(Map.of("transactional.id", "aborts"))) {
            transactional.initTransactions();
            for (int seq = 2; seq < 22; seq++) {
                transactional.beginTransaction();
                transactional.send(delta("TX-A", seq));
                transactional.flush();
                if (seq % 2 == 0) {
                    transactional.abortTransaction();
                } else {
                    transactional.commitTransaction();
                }
            }
        }
        send(delta("TX-A", 30));
        awaitShown("TX-A", BookState.LIVE, 1_200);
        assertThat(count("orderbook.lost.ranges")).isEqualTo(lost);
    }

    /** It has more records than were read of the old one, so offsets alone do not show the difference. */
    @Test
    void topicMadeAnewBehindTheConsumersBack_countsFromItsVeryBeginning() throws Exception {
        send(snapshot("ANEW-A", 1));
        awaitShown("ANEW-A", BookState.LIVE, 100);
        forEachConsumer(consumer -> consumer.pause().await().atMost(SOON));
        long read = admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).partitionResult(PARTITION).get().offset();
        admin.deleteTopics(List.of(PARTITION.topic())).all().get();
        await().atMost(SOON).until(() -> !admin.listTopics().names().get().contains(PARTITION.topic()));
        Topics.create(broker.bootstrapServers(), PARTITION.topic(), 4);
        producer.close();
        producer = producer(Map.of());
        send(snapshot("ANEW-B", 1));
        for (int seq = 2; seq <= read + 50; seq++) {
            send(delta("ANEW-B", seq));
        }
        forEachConsumer(consumer -> consumer.resume().await().atMost(SOON));
        awaitShown("ANEW-A", BookState.STALE, 100);
        awaitShown("ANEW-B", BookState.LIVE, (read + 50) * 100);
        send(snapshot("ANEW-A", 1_000));
        awaitShown("ANEW-A", BookState.LIVE, 100);
    }

    @Test
    void topicMadeAnewWithFewerPartitions_leavesNoBookOfTheOthersLive_andIsComplete() throws Exception {
        send(new ProducerRecord<>(PARTITION.topic(), 3, "FEW-A", snapshot("FEW-A", 1).value()));
        awaitShown("FEW-A", BookState.LIVE, 100);
        admin.deleteTopics(List.of(PARTITION.topic())).all().get();
        await().atMost(SOON).until(() -> !admin.listTopics().names().get().contains(PARTITION.topic()));
        Topics.create(broker.bootstrapServers(), PARTITION.topic(), 2);
        long createdMs = System.currentTimeMillis();
        producer.close();
        producer = producer(Map.of());
        awaitShown("FEW-A", BookState.STALE, 100);
        send(snapshot("FEW-B", 1));
        awaitShown("FEW-B", BookState.LIVE, 100);
        await().atMost(SOON).until(() -> completeness.completeToMs() > createdMs);
        send(snapshot("FEW-A", 2));
        awaitShown("FEW-A", BookState.LIVE, 100);
    }

    @Test
    void idleTopic_isCompleteToThePresent_andAStoppedConsumerPromisesNothingMore() {
        await().atMost(SOON).until(() -> System.currentTimeMillis() - completeness.completeToMs() < 2_000);
        long before = completeness.completeToMs();
        await().atMost(SOON).until(() -> completeness.completeToMs() > before);
        forEachConsumer(consumer -> consumer.pause().await().atMost(SOON));
        long sentMs = System.currentTimeMillis();
        send(snapshot("STOPPED-A", 1));
        await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> completeness.completeToMs() <= sentMs + 5);
        forEachConsumer(consumer -> consumer.resume().await().atMost(SOON));
        await().atMost(SOON).until(() -> completeness.completeToMs() > sentMs + 5);
        assertThat(shown("STOPPED-A")).isEqualTo("LIVE 100");
    }
}

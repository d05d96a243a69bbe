package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.book.PublicationListener;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.RecordText;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** A server that applies fewer records than are published: its connections report all the time, but late. */
@QuarkusTest
@TestProfile(LaggingConsumerIT.ShortSilence.class)
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class LaggingConsumerIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TOPIC = "market-data-all";
    private static final String LAGGING = "LAG-A";
    private static final String OTHER = "LAG-B";
    private static final int CHANGES = 2_000;
    private static final int CHANGES_PER_REPORT = 10;

    /** Also its own application, and therefore its own books. */
    public static class ShortSilence implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orderbook.ingest.max-feed-silence", "PT2S", "orderbook.ingest.max-stall", "PT30S");
        }
    }

    EmbeddedBroker broker;

    @Inject
    BookRegistry registry;

    @Inject
    Completeness completeness;

    private static ProducerRecord<String, String> report(int partition, long connection) {
        return new ProducerRecord<>(TOPIC, partition, null,
                RecordText.of("feed_status").fields("\"connected\":true").connection(connection).toString());
    }

    private static ProducerRecord<String, String> report(int partition) {
        return report(partition, 7);
    }

    private static ProducerRecord<String, String> snapshot(int partition, String ticker, long connection) {
        return new ProducerRecord<>(TOPIC, partition, ticker, RecordText.of(RecordText.SNAPSHOT, ticker).sequence(1, 1)
                .fields("\"yes\":[[43,1]]").connection(connection).toString());
    }

    private static ProducerRecord<String, String> snapshot(int partition, String ticker) {
        return snapshot(partition, ticker, 7);
    }

    private static ProducerRecord<String, String> delta(int partition, String ticker, long seq, long connection) {
        return new ProducerRecord<>(TOPIC, partition, ticker, RecordText.of(RecordText.DELTA, ticker).sequence(1, seq)
                .fields("\"price\":43,\"delta\":1,\"side\":\"yes\"").connection(connection).toString());
    }

    private static ProducerRecord<String, String> delta(int partition, String ticker, long seq) {
        return delta(partition, ticker, seq, 7);
    }

    private BookState state(String ticker) {
        return registry.market(ticker).map(market -> market.current().book().state()).orElse(BookState.AWAITING_SNAPSHOT);
    }

    @Test
    void consumerThatLags_showsItsBooksAsStale_untilItHasCaughtUp_withoutAnotherSnapshot() throws Exception {
        await().atMost(SOON).until(completeness::isRebuilt);
        List<BookState> shown = new CopyOnWriteArrayList<>();
        PublicationListener slow = (before, after) -> {
            if (after.ticker().equals(LAGGING)) {
                shown.add(after.topOfBook().state());
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
        };
        registry.addListener(slow);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            producer.send(report(0));
            producer.send(report(1));
            producer.send(snapshot(0, LAGGING));
            producer.send(snapshot(1, OTHER)).get();
            await().atMost(SOON).until(() -> state(LAGGING) == BookState.LIVE && state(OTHER) == BookState.LIVE);
            for (int seq = 2; seq <= 1 + CHANGES; seq++) {
                producer.send(delta(0, LAGGING, seq));
                if (seq % CHANGES_PER_REPORT == 0) {
                    producer.send(report(0));
                    producer.send(report(1));
                    LockSupport.parkNanos(Duration.ofMillis(25).toNanos());
                }
            }
            producer.flush();
            await().pollInterval(Duration.ofMillis(100)).atMost(SOON).until(() -> {
                producer.send(report(0));
                producer.send(report(1));
                return registry.market(LAGGING).orElseThrow().current().book().yes().quantityHundredthsAt(4300)
                        == 100L * (1 + CHANGES) && state(LAGGING) == BookState.LIVE;
            });
        } finally {
            registry.removeListener(slow);
        }
        assertThat(shown).contains(BookState.STALE);
        assertThat(shown.get(0)).isEqualTo(BookState.LIVE);
        assertThat(shown.get(shown.size() - 1)).isEqualTo(BookState.LIVE);
        assertThat(state(OTHER)).isEqualTo(BookState.LIVE);
        assertThat(registry.booksIn(BookState.LATE)).isZero();
    }

    /** Its last report is read when this server has caught up, and nothing behind it tells how old it is. */
    @Test
    void connectionThatFellSilentWhileTheConsumerLagged_isNotShownAsLiveAgain() throws Exception {
        String ticker = "LAG-C";
        long connection = 8;
        await().atMost(SOON).until(completeness::isRebuilt);
        List<BookState> shown = new CopyOnWriteArrayList<>();
        AtomicBoolean lagged = new AtomicBoolean();
        PublicationListener slowOnce = (before, after) -> {
            if (after.ticker().equals(ticker)) {
                shown.add(after.topOfBook().state());
                if (quantity(ticker) == 200 && !lagged.getAndSet(true)) {
                    await().atMost(SOON).until(() -> registry.booksIn(BookState.LATE) > 0);
                    // longer than a connection may be silent
                    LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
                }
            }
        };
        registry.addListener(slowOnce);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            producer.send(report(0, connection));
            producer.send(snapshot(0, ticker, connection)).get();
            await().atMost(SOON).until(() -> state(ticker) == BookState.LIVE);
            producer.send(delta(0, ticker, 2, connection)).get();
            producer.send(report(0, connection));
            producer.send(delta(0, ticker, 3, connection)).get();
            await().atMost(SOON).until(() -> quantity(ticker) == 300 && registry.booksIn(BookState.LATE) == 0
                    && state(ticker) == BookState.STALE);
        } finally {
            registry.removeListener(slowOnce);
        }
        assertThat(shown).contains(BookState.LIVE);
        assertThat(shown.subList(shown.indexOf(BookState.STALE), shown.size())).containsOnly(BookState.STALE);
    }

    private long quantity(String ticker) {
        return registry.market(ticker).orElseThrow().current().book().yes().quantityHundredthsAt(4300);
    }
}

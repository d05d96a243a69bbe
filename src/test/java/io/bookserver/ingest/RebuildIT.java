package io.bookserver.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.ingest.ReadinessDiary.Entry;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** A start with records in the topic: the server is ready only after the books are built. */
@QuarkusTest
@TestProfile(RebuildIT.Watched.class)
@WithTestResource(value = EarlierRecords.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class RebuildIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Small batches and frequent checks, so that a check happens during the rebuild. */
    public static class Watched implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.incoming.market-data.max.poll.records", "100",
                    "orderbook.ingest.watch-interval", "PT0.25S");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(ReadinessDiary.class);
        }
    }

    @Inject
    BookRegistry registry;

    @Inject
    ReadinessDiary diary;

    @Test
    void start_besideAFullTopic_isReadyWhenEveryRecordIsApplied_andTellsHowFarItIs() {
        await().atMost(LONG).until(() -> given().get("/q/health/ready").statusCode() == 200);
        List<MarketSnapshot> markets = registry.list("", "", market -> true, 1_000);
        assertThat(markets.stream().collect(Collectors.toMap(
                MarketSnapshot::ticker, market -> market.book().yes().quantityHundredthsAt(4300))))
                .isEqualTo(EarlierRecords.quantities());
        assertThat(markets).allMatch(market -> market.book().state() == BookState.LIVE
                && market.version() == EarlierRecords.RECORDS / EarlierRecords.MARKETS);

        await().atMost(LONG).until(() -> diary.entries().stream().anyMatch(entry -> entry.status() == Status.UP));
        List<Entry> entries = diary.entries();
        Entry first = entries.get(0);
        Entry last = entries.get(entries.size() - 1);
        assertThat(first.waitingFor()).isEqualTo(Optional.of("the broker and its topic"));
        assertThat(entries).filteredOn(entry -> entry.status() == Status.DOWN)
                .allMatch(entry -> entry.waitingFor().isPresent() && entry.updatesVisible() + EarlierRecords.PARTITIONS >= entry.read())
                .anyMatch(entry -> entry.read() > 0 && entry.read() < entry.toRead()
                        && entry.waitingFor().orElseThrow().toString().matches("partitions( ?\\d:\\d+/\\d+)+"));
        assertThat(last.status()).isEqualTo(Status.UP);
        assertThat(last.updatesVisible()).isEqualTo(EarlierRecords.RECORDS);
        assertThat(last.waitingFor()).isEmpty();
    }
}

package io.bookserver.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A start that reads one hour back: two partitions have newer records, two have none and are read from their ends. */
@QuarkusTest
@TestProfile(RebuildFromIT.OneHourBack.class)
@WithTestResource(value = EarlierRecords.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class RebuildFromIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    public static class OneHourBack implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orderbook.ingest.rebuild-from", "PT1H");
        }
    }

    @Inject
    BookRegistry registry;

    @Test
    void start_thatReadsOneHourBack_isReady_withTheMarketsOfThatHour() {
        await().atMost(LONG).until(() -> given().get("/q/health/ready").statusCode() == 200);
        Map<String, Long> ofNow = IntStream.range(0, EarlierRecords.MARKETS).filter(EarlierRecords::isOfNow).boxed()
                .collect(Collectors.toMap(EarlierRecords::ticker, market -> 2L));
        assertThat(registry.list("", "", market -> true, 1_000).stream()
                .collect(Collectors.toMap(MarketSnapshot::ticker, MarketSnapshot::version))).isEqualTo(ofNow);
        assertThat(registry.list("", "", market -> true, 1_000))
                .allMatch(market -> market.book().yes().quantityHundredthsAt(4300) == 200);
    }
}

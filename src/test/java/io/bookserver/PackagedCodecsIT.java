package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.record.CompressionType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The packaged server, jar or executable, and every codec of Kafka: records in, dead letters out. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedCodecsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern COMPRESSION_RATE =
            Pattern.compile("(?m)^kafka_producer_compression_rate_avg\\{.* ([0-9.]+)$");

    Proxy proxy;

    @ParameterizedTest
    @EnumSource
    void records_ofEveryCodec_areRead(CompressionType codec) {
        String ticker = proxy.newTicker();
        proxy.publishBy(codec, ticker, Proxy.snapshot(ticker, 1), Proxy.delta(ticker, 2, "0.4300", "-20.00"));
        await().atMost(SOON).until(() -> {
            var books = given().get("/api/v1/top-of-book?market_tickers=" + ticker).jsonPath();
            return "100.00".equals(books.getString("books[0]?.yes_bid?.quantity_fp"));
        });
    }

    /**
     * The codec is a producer's from its start, so each has its own server, which first reads the others' records.
     */
    @ParameterizedTest
    @EnumSource
    void deadLetters_ofEveryCodec_areWritten(CompressionType codec) throws Exception {
        String ticker = proxy.newTicker();
        String rubbish = "rubbish ".repeat(500);
        try (PackagedServer server = PackagedServer.start(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "orderbook.dead-letter-topic", Topics.DEAD_LETTERS,
                "mp.messaging.outgoing.dead-letters.compression.type", codec.name), List.of())) {
            await().atMost(SOON).until(server::isReady);
            proxy.publish(ticker, rubbish);
            // two servers read the record, and this one compresses the dead letter
            assertThat(proxy.deadLetters(ticker, 2)).allMatch(letter -> letter.value().equals(rubbish));
            await().atMost(SOON).until(() -> !Double.isNaN(compressionRate(server.get("/q/metrics"))));
            assertThat(compressionRate(server.get("/q/metrics"))).matches(
                    rate -> codec == CompressionType.NONE ? rate == 1 : rate < 0.5, "compressed by " + codec);
        }
    }

    private static double compressionRate(String metrics) {
        return COMPRESSION_RATE.matcher(metrics).results().mapToDouble(found -> Double.parseDouble(found.group(1)))
                .max().orElse(Double.NaN);
    }
}

package io.bookserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failing starts and ends of the packaged server, jar or executable. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedStartIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int EXIT_AFTER_OUT_OF_MEMORY = 3;
    private static final int MARKETS_BEYOND_MEMORY = 200_000;
    private static final int TICKER_LENGTH = 100;

    @TempDir
    Path folder;

    Proxy proxy;

    private static List<String> optionsOfTheImage() throws Exception {
        String kind = PackagedServer.isExecutable() ? "native" : "jvm";
        String file = Files.readString(Path.of("src/main/docker/Dockerfile." + kind));
        String entrypoint = file.substring(file.lastIndexOf("\nENTRYPOINT"));
        return Pattern.compile("-XX:\\+\\w*OutOfMemory\\w*").matcher(entrypoint).results()
                .map(MatchResult::group).toList();
    }

    @Test
    void temporaryFolderThatCannotBeWritten_isNamed_andEndsTheStart() throws Exception {
        Path file = Files.createFile(folder.resolve("a-file"));
        try (PackagedServer server = PackagedServer.start(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "java.io.tmpdir", file.toString()), List.of())) {
            assertThat(server.process().awaitEnd(SOON)).isEqualTo(1);
            assertThat(server.log().lines().filter(line -> line.startsWith("The server does not start")))
                    .singleElement().asString()
                    .contains("temporary folder " + file, "java.io.tmpdir", "Vert.x and the codecs snappy and zstd");
            assertThat(server.log()).doesNotContain("\tat ");
        }
    }

    /** As if nothing could be executed from the temporary folder: neither library can be unpacked. */
    @Test
    void codecsThatCannotLoad_areNamed_andTheOthersRead() throws Exception {
        String file = Files.createFile(folder.resolve("a-file")).toString();
        try (PackagedServer server = PackagedServer.start(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "org.xerial.snappy.tempdir", file, "ZstdTempFolder", file), List.of())) {
            await().atMost(SOON).until(() -> server.log().contains("state=unusable"));
            assertThat(server.log().lines().filter(line -> line.contains("state=unusable"))).singleElement().asString()
                    .contains("ERROR", "codecs=[snappy, zstd]", "java.io.tmpdir", "noexec");
            await().atMost(SOON).until(() -> server.get("/q/health/live").contains("\"status\": \"UP\""));
        }
    }

    @Test
    void feed_runsInAJar_andEndsTheStartOfAnExecutable_beforeARecordIsRead() throws Exception {
        try (PackagedServer server = PackagedServer.start(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "orderbook.feed.mode", "replay",
                "orderbook.feed.replay.file", folder.resolve("none").toString()), List.of())) {
            if (PackagedServer.isExecutable()) {
                assertThat(server.process().awaitEnd(SOON)).isEqualTo(1);
                assertThat(server.log()).contains("orderbook.feed.mode must be none or exchange in a native executable")
                        .doesNotContain("partitions assigned");
            } else {
                await().atMost(SOON).until(() -> server.log().contains("feed=REPLAY state=started"));
            }
        }
    }

    /** With the options that the corresponding image sets. */
    @Test
    void serverOutOfMemory_ends() throws Exception {
        List<String> options = new ArrayList<>(optionsOfTheImage());
        assertThat(options).containsExactly("-XX:+ExitOnOutOfMemoryError");
        options.add("-Xmx96m");
        String topic = proxy.newTicker();
        Topics.create(proxy.bootstrapServers(), topic, 1);
        try (PackagedServer server = PackagedServer.start(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "orderbook.topic", topic), options)) {
            await().atMost(SOON).until(server::isReady);
            publishMoreThanFits(topic);
            assertThat(server.process().awaitEnd(SOON)).isEqualTo(EXIT_AFTER_OUT_OF_MEMORY);
            assertThat(server.log()).contains("java.lang.OutOfMemoryError");
        }
    }

    private void publishMoreThanFits(String topic) {
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", proxy.bootstrapServers()),
                new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < MARKETS_BEYOND_MEMORY; i++) {
                String ticker = "M-" + i + "-" + "x".repeat(TICKER_LENGTH);
                producer.send(new ProducerRecord<>(topic, ticker, Proxy.snapshot(ticker, 1)));
            }
        }
    }
}

package io.bookserver.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.testkit.Metrics;
import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged server, jar or executable, with few file descriptors and more clients than that. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedDescriptorsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int DESCRIPTORS = 640;
    private static final int FOR_CLIENTS = 320;
    private static final int CLIENTS = 900;

    Proxy proxy;

    @Test
    void connections_neverUseUpTheDescriptors() throws Exception {
        List<RestSocket> flood = new ArrayList<>();
        try (PackagedServer server = PackagedServer.start(
                Map.of("kafka.bootstrap.servers", proxy.bootstrapServers()), List.of(), DESCRIPTORS)) {
            await().atMost(SOON).until(() -> server.log().contains("event=few_descriptors"));
            assertThat(server.log().lines().filter(line -> line.contains("event=few_descriptors"))).singleElement().asString()
                    .contains("WARN", "descriptors=" + DESCRIPTORS, "max_connections=" + FOR_CLIENTS, "configured=25000");
            try (RestSocket before = RestSocket.open(server.uri("/"))) {
                for (int i = 0; i < CLIENTS; i++) {
                    flood.add(RestSocket.open(server.uri("/")));
                }
                await().atMost(SOON).until(() -> refused(before) > CLIENTS - FOR_CLIENTS);
                assertThat(server.process().openDescriptors()).isBetween((long) FOR_CLIENTS, DESCRIPTORS - 20L);
                for (String path : List.of("/api/v1/status", "/trade-api/v2/exchange/schedule", "/q/openapi", "/")) {
                    assertThat(before.get(path).read().status()).as(path).isIn(200, 503);
                }
                assertThat(refused(before)).isEqualTo(CLIENTS - FOR_CLIENTS + 1);
            } finally {
                for (RestSocket each : flood) {
                    each.close();
                }
            }
            await().atMost(SOON).until(server::isReady);
        }
    }

    private static double refused(RestSocket client) throws IOException {
        return Metrics.sum(client.get("/q/metrics").read().text(), "orderbook_query_closed_total", "reason=\"descriptors\"");
    }
}

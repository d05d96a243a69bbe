package io.bookserver.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.Records;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections in {@code GET /api/v1/clients} and {@code /status}, over sockets, on several event loops. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class ClientsTest extends StreamServer {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<StreamClient> clients = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() throws IOException {
        for (StreamClient client : clients) {
            client.close();
        }
        await().atMost(SOON).until(() -> fanOut.sessions() == 0 && Loops.areEmpty(fanOut));
    }

    private void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.add(StreamClient.connect(uri));
        }
        await().atMost(SOON).until(() -> fanOut.sessions() == clients.size());
    }

    private static JsonNode get(String path) throws IOException {
        return StreamClient.json(given().get(path).then().statusCode(200).extract().asString());
    }

    @Test
    void connections_ofAllLoops_areListedOnce_byTheirAddresses() throws IOException {
        connect(300);
        JsonNode listed = get("/api/v1/clients").get("clients");
        Set<String> addresses = new HashSet<>();
        listed.forEach(client -> addresses.add(client.get("address").asText()));
        Set<String> expected = new HashSet<>();
        for (StreamClient client : clients) {
            expected.add("127.0.0.1:" + client.wire().localPort());
        }
        assertThat(addresses).isEqualTo(expected);
        assertThat(listed).hasSize(300);
        assertThat(fanOut.shards().size()).as("event loops").isGreaterThan(1);
    }

    @Test
    void client_isToldByListAndStatus_untilItGoes() throws IOException {
        new Records(registry).book("CL-A");
        connect(1);
        clients.get(0).send("subscribe", "\"channels\":[\"top_of_book\"],\"market_tickers\":[\"CL-A\",\"CL-B\"]");
        clients.get(0).next(3);
        JsonNode client = get("/api/v1/clients").at("/clients/0");
        assertThat(client.get("subscriptions").toString())
                .isEqualTo("[{\"channel\":\"top_of_book\",\"sid\":1,\"markets\":2}]");
        assertThat(client.get("messages").asInt()).isEqualTo(3);
        assertThat(client.get("since_ms").asLong()).isBetween(registry.nowMs() - SOON.toMillis(), registry.nowMs());
        JsonNode status = get("/api/v1/status").get("clients");
        assertThat(List.of(status.get("connections").asInt(), status.get("followed_markets").asInt()))
                .isEqualTo(List.of(1, 2));
        await().atMost(SOON).until(() -> get("/api/v1/status").at("/clients/messages_per_second").asLong() == 0);
        clients.get(0).close();
        await().atMost(SOON).until(() -> get("/api/v1/clients").get("clients").isEmpty());
        assertThat(get("/api/v1/status").at("/clients/connections").asInt()).isZero();
    }
}

package io.bookserver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.Proxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * Compares the alerts and the dashboard with the metrics of the packaged server, jar or executable: of every
 * expression, at least one side of its {@code or} uses only metrics that this server has. An executable has no
 * {@code jvm_gc_*}, for instance.
 */
@QuarkusIntegrationTest
@Tag("packaged")
@TestProfile(PackagedMetricsIT.WithCheckpoints.class)
@WithTestResource(PackagedBroker.class)
class PackagedMetricsIT {
    private static final Path ALERTS = Path.of("deploy/observability/alerts.yml");
    private static final Path DASHBOARD = Path.of("deploy/observability/grafana/dashboards/orderbook-server.json");
    private static final Pattern METRIC =
            Pattern.compile("\\b(?:orderbook|jvm|process|system|http|netty|kafka)_[a-z0-9_]+");
    private static final Pattern LABELS = Pattern.compile("\\{[^}]*}|\\b(?:on|by|without|ignoring) *\\([^)]*\\)");
    private static final Duration SOON = Duration.ofSeconds(30);

    /** As in all deployments. */
    public static class WithCheckpoints implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orderbook.checkpoint.mode", "write");
        }
    }

    Proxy proxy;

    @Test
    void everyAlertAndPanel_saysSomethingOfThisServer() throws IOException {
        // a market, a rejected record, a request and a handshake that fail: these metrics exist from their first event
        // on
        String ticker = proxy.newTicker();
        proxy.publish(ticker, Proxy.snapshot(ticker, 1), "rubbish");
        await().atMost(SOON).until(() -> given().get("/api/v1/books/" + ticker).statusCode() == 200);
        List<String> expressions = new ArrayList<>(alerts());
        expressions.addAll(panels());
        // present if a connector runs: ConnectedServerIT checks them
        expressions.removeIf(expression -> expression.contains("orderbook_connector_"));
        assertThat(expressions).hasSizeGreaterThan(30);
        await().atMost(SOON).untilAsserted(() -> {
            Set<String> present = present();
            assertThat(expressions.stream().filter(expression -> !isAnswered(expression, present::contains))).isEmpty();
        });
    }

    @Test
    void sidesOfAnExpression_areTakenApart() {
        String expression = "jvm_a{job=\"x\"} > 1\n or (rate(orderbook_b[2m]) > 0.1 unless on (instance) jvm_a)";
        assertThat(isAnswered(expression, "jvm_a"::equals)).isTrue();
        assertThat(isAnswered(expression, "orderbook_b"::equals)).isTrue();
        assertThat(isAnswered(expression, "orderbook_c"::equals)).isFalse();
        assertThat(isAnswered("orderbook_a / orderbook_b", "orderbook_a"::equals)).isFalse();
    }

    /** Whether all metrics of one side exist; those after {@code unless} need not. */
    private static boolean isAnswered(String expression, Predicate<String> present) {
        for (String side : LABELS.matcher(expression).replaceAll("").split("\\bor\\b")) {
            Set<String> metrics = METRIC.matcher(side.split("\\bunless\\b")[0]).results().map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (metrics.stream().allMatch(present)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> present() {
        return given().get("/q/metrics").asString().lines().filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]")[0]).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> alerts() throws IOException {
        List<String> expressions = new ArrayList<>();
        JsonNode file = new ObjectMapper().valueToTree(new Yaml().load(Files.readString(ALERTS)));
        file.findValues("expr").forEach(expression -> expressions.add(expression.asText()));
        return expressions;
    }

    private static List<String> panels() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).get("panels")) {
            // a single target with data is enough for a panel
            List<String> targets = panel.get("targets").findValuesAsText("expr");
            expressions.add(targets.stream().map(target -> "(" + target + ")").collect(Collectors.joining(" or ")));
        }
        return expressions;
    }
}

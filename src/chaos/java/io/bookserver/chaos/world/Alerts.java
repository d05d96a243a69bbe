package io.bookserver.chaos.world;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.devbroker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Prometheus (Debian: {@code prometheus}) with the rules that are delivered, which looks at both servers each second.
 *
 * <p><i>Thread-safe.</i>
 */
public final class Alerts implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/prometheus");
    private static final Path RULES = Path.of("deploy", "observability", "alerts.yml");
    /** What says how it is now, and not what was in the last minutes. */
    private static final String OF_NOW = "Orderbook(ServerDown|NotRebuilt|BrokerSilent|Incomplete|PartitionStalled|ConnectorDown|ConnectorSilent"
            + "|ConnectorPaused|Lag)";

    private final Optional<Child> prometheus;
    private final URI url;

    /** Begins to look, unless that program, or the rules, are not there. */
    Alerts(Path folder, List<URI> servers) {
        int port = EmbeddedBroker.freePort();
        url = URI.create("http://127.0.0.1:" + port);
        if (!Files.isExecutable(PROGRAM) || !Files.exists(RULES)) {
            prometheus = Optional.empty();
            return;
        }
        Path settings = folder.resolve("prometheus.yml");
        String targets = servers.stream().map(server -> '"' + server.getAuthority() + '"').collect(Collectors.joining(", "));
        try {
            Files.writeString(settings, "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: ["
                    + RULES.toAbsolutePath() + "]\nscrape_configs:\n  - job_name: orderbook-server\n    metrics_path: /q/metrics\n"
                    + "    static_configs: [{targets: [" + targets + "]}]\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        prometheus = Optional.of(new Child("prometheus", List.of(PROGRAM.toString(), "--config.file=" + settings, "--log.level=error",
                "--storage.tsdb.path=" + folder.resolve("prometheus"), "--web.listen-address=127.0.0.1:" + port),
                folder.resolve("prometheus.log")));
        prometheus.get().start();
    }

    /** Whether it looks. */
    public boolean isThere() {
        return prometheus.isPresent();
    }

    /** The alerts that have fired at any time. */
    public Set<String> fired() throws InterruptedException {
        return names("count by (alertname) (count_over_time(ALERTS{alertstate=\"firing\"}[3h]))");
    }

    /** The alerts that fire now, of those that say how it is now. */
    public Set<String> firing() throws InterruptedException {
        return names("count by (alertname) (ALERTS{alertstate=\"firing\",alertname=~\"" + OF_NOW + "\"})");
    }

    private Set<String> names(String query) throws InterruptedException {
        JsonNode result = Http.get(url.resolve("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))).body()
                .path("data").path("result");
        if (!result.isArray()) {
            throw new IllegalStateException("Prometheus does not answer; see " + prometheus.map(Child::log));
        }
        Set<String> names = new TreeSet<>();
        result.forEach(one -> names.add(one.path("metric").path("alertname").asText()));
        return names;
    }

    @Override
    public void close() {
        prometheus.ifPresent(Child::kill);
    }
}

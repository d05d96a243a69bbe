package io.bookserver.chaos.world;

import io.bookserver.devbroker.EmbeddedBroker;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A broker and a packaged server, each a process of its own, with nothing between them that breaks.
 *
 * <p><i>Thread-safe as far as its parts are.</i>
 */
public final class Stand implements AutoCloseable {
    public static final String CHECKPOINTS = "market-data-books";
    private static final Duration START = Duration.ofSeconds(180);

    public final Child broker;
    public final Child server;
    private final int brokerPort = EmbeddedBroker.freePort();
    private final int serverPort = EmbeddedBroker.freePort();

    /**
     * Starts the broker and makes the topics.
     *
     * @param folder for logs and the broker's data; empty
     * @param jvm the server's JVM options
     * @param settings of the server
     */
    public Stand(Path folder, List<NewTopic> topics, List<String> jvm, Map<String, String> settings)
            throws InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String serverListener = Integer.toString(EmbeddedBroker.freePort());
        String connectorListener = Integer.toString(EmbeddedBroker.freePort());
        broker = new Child("broker", List.of(java, "-Xmx512m", "-cp", System.getProperty("java.class.path"),
                BrokerMain.class.getName(), folder.resolve("broker").toString(), Integer.toString(brokerPort),
                serverListener, serverListener, connectorListener, connectorListener,
                Integer.toString(EmbeddedBroker.freePort())), folder.resolve("broker.log"));
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(jvm);
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-Dkafka.bootstrap.servers=" + bootstrapServers(), "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + serverPort, "-Dquarkus.shutdown.delay=0S",
                "-jar", Path.of("target", "quarkus-app", "quarkus-run.jar").toString()));
        server = new Child("server", command, folder.resolve("server.log"));
        broker.start();
        try (Admin admin = admin()) {
            admin.createTopics(topics).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("topics could not be made: " + topics, e.getCause());
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + serverPort);
    }

    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers(), "default.api.timeout.ms", "60000"));
    }

    /** Starts the server and waits until it has read what is there. */
    public void startServer() throws InterruptedException {
        server.start();
        long endNanos = System.nanoTime() + START.toNanos();
        while (!Http.isReady(url())) {
            if (!server.isAlive() || System.nanoTime() > endNanos) {
                throw new IllegalStateException("not ready within " + START + "; see " + server.log());
            }
            Thread.sleep(100);
        }
    }

    @Override
    public void close() {
        server.kill();
        broker.kill();
    }
}

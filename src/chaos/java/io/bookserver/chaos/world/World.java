package io.bookserver.chaos.world;

import io.bookserver.chaos.oracle.Oracle;
import io.bookserver.chaos.oracle.TopicReader;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.netcrusher.core.reactor.NioReactor;

/**
 * Everything that a run consists of: a broker, a server that reads the topic, a connector that writes it (a server, too),
 * each a process of its own; the scripted exchange and the oracle in this one; and a breakable link between any two.
 *
 * <p><i>Thread-safe as far as its parts are; confined to the run otherwise.</i>
 */
public final class World implements AutoCloseable {
    public static final String TOPIC = "market-data-all";
    public static final int PARTITIONS = 4;
    private static final long LIVE_WITHIN_MS = 30_000;
    private static final Duration START = Duration.ofSeconds(150);

    public final Oracle oracle = new Oracle();
    public final ScriptedExchange exchange;
    public final Child broker;
    public final Child server;
    public final Child connector;
    public final Link serverToBroker;
    public final Link connectorToBroker;
    public final Link connectorToExchange;
    public final TlsGate tlsOfExchange;
    public final Link clientsToServer;
    public final TopicReader reader;
    public final Disk disk;
    public final Clock clockOfBroker;
    public final Clock clockOfServer;
    public final Clock clockOfConnector;
    public final Alerts alerts;
    /** How often the server was ended because it did not answer the question whether it lives. */
    public final AtomicLong notLive = new AtomicLong();
    private final NioReactor reactor;
    private boolean isRetentionShort;
    private volatile int partitions = PARTITIONS;
    private final Path folder;
    private final int brokerPort = EmbeddedBroker.freePort();
    private final int serverPort = EmbeddedBroker.freePort();
    private final int connectorPort = EmbeddedBroker.freePort();

    /**
     * Starts all of it and waits until both servers are ready.
     *
     * @param folder for logs and the broker's data; empty
     */
    public World(Path folder, long seed, int exchangeMarkets) throws InterruptedException {
        this.folder = folder;
        try {
            reactor = new NioReactor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        exchange = ScriptedExchange.start(seed);
        exchange.watch(oracle::exchangeHas);
        exchange.addMarkets("KXCHAOS", exchangeMarkets);
        int toServer = EmbeddedBroker.freePort();
        int toConnector = EmbeddedBroker.freePort();
        serverToBroker = new Link(reactor, "server-broker", toServer);
        connectorToBroker = new Link(reactor, "connector-broker", toConnector);
        tlsOfExchange = new TlsGate(folder, URI.create(exchange.wsUrl()).getPort());
        connectorToExchange = new Link(reactor, "connector-exchange", tlsOfExchange.port());
        clientsToServer = new Link(reactor, "clients-server", serverPort);
        disk = Disk.at(folder.resolve("broker"));
        clockOfBroker = new Clock(folder.resolve("broker.clock"));
        clockOfServer = new Clock(folder.resolve("server.clock"));
        clockOfConnector = new Clock(folder.resolve("connector.clock"));
        // it is not what is tested: it is to be there soon and to take little
        broker = new Child("broker", java("-Xmx256m", List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), "-cp", System.getProperty("java.class.path"),
                BrokerMain.class.getName(), folder.resolve("broker").toString(), Integer.toString(brokerPort),
                Integer.toString(toServer), Integer.toString(serverToBroker.port()), Integer.toString(toConnector),
                Integer.toString(connectorToBroker.port()), Integer.toString(EmbeddedBroker.freePort())),
                folder.resolve("broker.log"), clockOfBroker.environment());
        broker.start();
        createTopics();
        reader = new TopicReader(bootstrapServers(), TOPIC, PARTITIONS, oracle);
        server = server("server", serverPort, serverToBroker, clockOfServer, List.of("-Dorderbook.checkpoint.mode=write",
                "-Dorderbook.checkpoint.interval=PT2S"));
        String throughTheLink = "127.0.0.1:" + connectorToExchange.port();
        List<String> ofConnector = new ArrayList<>(tlsOfExchange.trust());
        ofConnector.addAll(List.of("-Dorderbook.feed.mode=exchange",
                "-Dorderbook.feed.exchange.ws-url=wss://" + throughTheLink + URI.create(exchange.wsUrl()).getPath(),
                "-Dorderbook.feed.exchange.rest-url=https://" + throughTheLink + URI.create(exchange.restUrl()).getPath(),
                "-Dorderbook.feed.exchange.connections=2"));
        connector = server("connector", connectorPort, connectorToBroker, clockOfConnector, ofConnector);
        alerts = new Alerts(folder, List.of(server(), connector()));
        try {
            server.start();
            connector.start();
            awaitReady(server());
            awaitReady(connector());
        } catch (IllegalStateException e) {
            close();
            throw e;
        }
    }

    private static List<String> java(String heap, List<String> properties, String... more) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), heap,
                "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(properties);
        command.addAll(List.of(more));
        return command;
    }

    private Child server(String name, int port, Link toBroker, Clock clock, List<String> more) {
        List<String> properties = new ArrayList<>(List.of("-Dkafka.bootstrap.servers=127.0.0.1:" + toBroker.port(),
                "-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=" + port, "-Dquarkus.shutdown.delay=0S",
                "-Dorderbook.topic=" + TOPIC,
                // after so long a producer publishes to new partitions; by default after five minutes
                "-Dkafka.metadata.max.age.ms=2000"));
        properties.addAll(more);
        Path executable = Path.of("target", "orderbook-server-runner");
        if (Files.isExecutable(executable)) {
            List<String> command = new ArrayList<>(List.of(executable.toString(), "-Xmx256m"));
            command.addAll(properties);
            return new Child(name, command, folder.resolve(name + ".log"), clock.environment());
        }
        return new Child(name, java("-Xmx256m", properties, "-jar", Path.of("target", "quarkus-app", "quarkus-run.jar").toString()),
                folder.resolve(name + ".log"), clock.environment());
    }

    /** Where nothing disturbs. */
    public String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    /** The server, past the link that clients use. */
    public URI server() {
        return URI.create("http://127.0.0.1:" + serverPort);
    }

    public URI connector() {
        return URI.create("http://127.0.0.1:" + connectorPort);
    }

    /** The server by the link that faults disturb. */
    public URI serverForClients() {
        return URI.create("http://127.0.0.1:" + clientsToServer.port());
    }

    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers(), "default.api.timeout.ms", "30000"));
    }

    private void createTopics() throws InterruptedException {
        Map<String, String> compacted = Map.of("cleanup.policy", "compact");
        create(new NewTopic("market-data-books", PARTITIONS, (short) 1).configs(compacted));
        create(new NewTopic("market-data-resync", PARTITIONS, (short) 1));
        create(new NewTopic("market-data-dead-letter", 1, (short) 1));
        createTopic();
    }

    /** The topic of the records. */
    public void createTopic() throws InterruptedException {
        create(new NewTopic(TOPIC, partitions, (short) 1));
    }

    /** How many partitions the topic of the records has. */
    public int partitions() {
        return partitions;
    }

    /** The topic of the records has so many partitions from now on. */
    public void growTo(int then) throws InterruptedException {
        reader.add(() -> {
            try (Admin admin = admin()) {
                admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(then))).all().get();
                partitions = then;
            } catch (ExecutionException e) {
                throw new IllegalStateException("partitions could not be added", e.getCause());
            }
        }, then);
    }

    /** The topic's records are kept for so long, in segments as short; for ever if it is 0. */
    public synchronized void keepRecordsFor(long ms) throws InterruptedException {
        isRetentionShort = true;
        List<AlterConfigOp> changes = Stream.of("retention.ms", "segment.ms").map(name -> new AlterConfigOp(
                new ConfigEntry(name, ms == 0 ? null : Long.toString(ms)), ms == 0 ? OpType.DELETE : OpType.SET)).toList();
        try (Admin admin = admin()) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, TOPIC), changes)).all().get();
            isRetentionShort = ms != 0;
        } catch (ExecutionException e) {
            throw new IllegalStateException("retention could not be set", e.getCause());
        }
    }

    private void create(NewTopic topic) throws InterruptedException {
        try (Admin admin = admin()) {
            long endNanos = System.nanoTime() + START.toNanos();
            while (true) {
                try {
                    admin.createTopics(List.of(topic)).all().get();
                    return;
                } catch (ExecutionException e) {
                    // the broker starts, or the old topic of that name still goes
                    if (System.nanoTime() > endNanos) {
                        throw new IllegalStateException("topic could not be made: " + topic.name(), e.getCause());
                    }
                    Thread.sleep(100);
                }
            }
        }
    }

    /** Waits until a server says that it is ready. */
    public void awaitReady(URI url) throws InterruptedException {
        long endNanos = System.nanoTime() + START.toNanos();
        while (!Http.isReady(url)) {
            if (System.nanoTime() > endNanos) {
                throw new IllegalStateException("not ready within " + START + ": " + url + ": " + Http.text(url.resolve("/q/health/ready")));
            }
            Thread.sleep(100);
        }
    }

    /** As Kubernetes does it: who does not say for half a minute that it lives is ended, and started again. */
    public void restartUnlessLive() throws InterruptedException {
        long endMs = System.currentTimeMillis() + LIVE_WITHIN_MS;
        while (!Http.isLive(server())) {
            if (System.currentTimeMillis() > endMs) {
                System.out.println("not live, and started again: " + server.name());
                notLive.incrementAndGet();
                server.kill();
                server.start();
                return;
            }
            Thread.sleep(500);
        }
    }

    /** Everything runs and is connected again, whatever a fault has left. */
    public synchronized void mend() throws InterruptedException {
        for (Child child : List.of(broker, server, connector)) {
            child.thaw();
            child.start();
        }
        for (Link link : List.of(serverToBroker, connectorToBroker, connectorToExchange, clientsToServer)) {
            link.restore();
        }
        List.of(clockOfBroker, clockOfServer, clockOfConnector).forEach(clock -> clock.set(0));
        tlsOfExchange.renew();
        if (isRetentionShort) {
            keepRecordsFor(0);
        }
    }

    @Override
    public void close() throws InterruptedException {
        alerts.close();
        reader.close();
        server.kill();
        connector.kill();
        broker.kill();
        List.of(serverToBroker, connectorToBroker, connectorToExchange, clientsToServer).forEach(Link::close);
        reactor.close();
        tlsOfExchange.close();
        exchange.close();
        disk.close();
    }
}

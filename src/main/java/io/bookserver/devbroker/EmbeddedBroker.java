package io.bookserver.devbroker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real single-node Kafka broker inside this JVM, on loopback, for development and tests. Topics are never created
 * automatically, so that a missing one is noticed.
 *
 * <p>SmallRye's {@code EmbeddedKafkaBroker} is no replacement: it is in a test library, which dev mode does not have,
 * and would save only the start of the server, not the settings.
 *
 * <p><i>Thread-safe once started; {@link #close()} is for one thread.</i>
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int NODE = 1;
    private static final int FIRST_PORT = 20_000;
    /** Where Linux begins with the ports of outgoing connections; other systems begin higher. */
    private static final int FIRST_EPHEMERAL_PORT = 32_768;
    private static final int PORT_ATTEMPTS = 1_000;
    /** Constant, so that a broker can be started with the data of an earlier one. */
    private static final String CLUSTER = "orderbook-embedded-xxx";

    private final KafkaRaftServer server;
    private final int port;
    private final Optional<Path> deletedOnClose;

    private EmbeddedBroker(KafkaRaftServer server, int port, Optional<Path> deletedOnClose) {
        this.server = server;
        this.port = port;
        this.deletedOnClose = deletedOnClose;
    }

    /** Starts a broker on a free port with its own empty folder, which is deleted on close. */
    public static EmbeddedBroker start() {
        return startInFolderOfItsOwn("", Map.of());
    }

    /**
     * Starts a broker as {@link #start()} does, with an additional {@code SASL_SSL} listener on that port.
     *
     * @param settings of the broker: the listener's keys and mechanisms, and what they require
     */
    public static EmbeddedBroker startSecured(int securedPort, Map<String, String> settings) {
        return startInFolderOfItsOwn(",SASL_SSL://" + HOST + ":" + securedPort, settings);
    }

    /**
     * Starts a broker on that port with the data in that folder; both may be those of a closed broker.
     *
     * @throws IllegalStateException if the broker does not start
     */
    public static EmbeddedBroker start(Path logDir, int port) {
        return start(logDir, port, Optional.empty(), "", Map.of());
    }

    /**
     * Starts a broker as {@link #start(Path, int)} does, with further settings, which take precedence over the
     * defaults.
     */
    public static EmbeddedBroker start(Path logDir, int port, Map<String, String> settings) {
        return start(logDir, port, Optional.empty(), "", settings);
    }

    /**
     * A port of the loopback interface that was free just now. It is below those that systems give to outgoing
     * connections, so that no connection takes it before the caller listens on it.
     */
    public static int freePort() {
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, FIRST_EPHEMERAL_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // in use: the next one
            }
        }
        throw new IllegalStateException("no free port on " + HOST);
    }

    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** Creates a topic of this broker unless it exists. */
    public void createTopic(String name, int partitions, Map<String, String> config) {
        createTopic(bootstrapServers(), name, partitions, config);
    }

    /** Creates a topic of any broker, with one replica, unless it exists. */
    public static void createTopic(String bootstrapServers, String name, int partitions, Map<String, String> config) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(config))).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("cannot create topic=" + name, e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topic=" + name, e);
        }
    }

    /** Stops the broker and waits for it. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        deletedOnClose.ifPresent(EmbeddedBroker::deleteTree);
    }

    /** Deletes a folder and everything below it. */
    static void deleteTree(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("folder not deleted: " + folder, e);
        }
    }

    private static EmbeddedBroker startInFolderOfItsOwn(String furtherListener, Map<String, String> settings) {
        try {
            Path folder = Files.createTempDirectory("embedded-broker-");
            return start(folder, freePort(), Optional.of(folder), furtherListener, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the broker's log", e);
        }
    }

    private static EmbeddedBroker start(Path logDir, int port, Optional<Path> deletedOnClose, String furtherListener,
            Map<String, String> settings) {
        try {
            Files.createDirectories(logDir);
            new Formatter()
                    .setClusterId(CLUSTER)
                    .setNodeId(NODE)
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setIgnoreFormatted(true)
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                    .addDirectory(logDir.toString())
                    .setMetadataLogDirectory(logDir.toString())
                    .run();
            Properties properties = properties(logDir, port, freePort(), furtherListener);
            properties.putAll(settings);
            KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
            server.startup();
            return new EmbeddedBroker(server, port, deletedOnClose);
        } catch (Exception e) {
            throw new IllegalStateException("the embedded broker did not start port=" + port + " logDir=" + logDir, e);
        }
    }

    private static Properties properties(Path logDir, int port, int controllerPort, String furtherListener) {
        String clients = "PLAINTEXT://" + HOST + ":" + port + furtherListener;
        Properties properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(NODE));
        properties.put("controller.quorum.voters", NODE + "@" + HOST + ":" + controllerPort);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        properties.put("listeners", clients + ",CONTROLLER://" + HOST + ":" + controllerPort);
        properties.put("advertised.listeners", clients);
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL");
        properties.put("log.dirs", logDir.toString());
        properties.put("auto.create.topics.enable", "false");
        // a single node: one replica of everything, and no waiting for a second member
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "1");
        // transactions of a killed process are aborted soon after their timeout
        properties.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        // a development topic retains minutes, so the cleaner must run often
        properties.put("log.retention.check.interval.ms", "10000");
        // nobody waits for a closed broker
        properties.put("controlled.shutdown.enable", "false");
        return properties;
    }
}

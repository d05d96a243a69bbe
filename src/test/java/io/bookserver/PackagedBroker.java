package io.bookserver;

import io.bookserver.devbroker.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * A broker for a server in a process of its own: the one that the system property {@code test.kafka.bootstrap.servers}
 * or the variable {@code TEST_KAFKA_BOOTSTRAP_SERVERS} names, else an embedded one. A test's field of type
 * {@link Proxy} receives a producer on it.
 */
public class PackagedBroker implements QuarkusTestResourceLifecycleManager {
    private static final int PARTITIONS = 4;

    private Optional<EmbeddedBroker> embedded = Optional.empty();
    private Proxy proxy;

    @Override
    public Map<String, String> start() {
        String given = System.getProperty("test.kafka.bootstrap.servers", System.getenv("TEST_KAFKA_BOOTSTRAP_SERVERS"));
        if (given == null) {
            embedded = Optional.of(EmbeddedBroker.start());
        }
        String bootstrapServers = given == null ? embedded.orElseThrow().bootstrapServers() : given;
        createTopic(bootstrapServers, Proxy.TOPIC, PARTITIONS);
        createTopic(bootstrapServers, Proxy.DEAD_LETTER_TOPIC, 1);
        proxy = new Proxy(bootstrapServers);
        return Map.of("kafka.bootstrap.servers", bootstrapServers);
    }

    @Override
    public void inject(TestInjector testInjector) {
        testInjector.injectIntoFields(proxy, new TestInjector.MatchesType(Proxy.class));
    }

    @Override
    public void stop() {
        if (proxy != null) {
            proxy.close();
        }
        embedded.ifPresent(EmbeddedBroker::close);
    }

    public static void createTopic(String bootstrapServers, String name, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("topic could not be made topic=" + name, e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making topic=" + name, e);
        }
    }
}

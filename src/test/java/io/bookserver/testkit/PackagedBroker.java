package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import java.util.Optional;

/**
 * A broker for a server in a separate process: the one in the system property {@code test.kafka.bootstrap.servers} or
 * the environment variable {@code TEST_KAFKA_BOOTSTRAP_SERVERS}, else an embedded one. A test's field of type
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
        Topics.createMarketData(bootstrapServers, PARTITIONS);
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
}

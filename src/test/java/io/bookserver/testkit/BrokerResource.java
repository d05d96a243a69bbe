package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** An embedded broker with all topics for a Quarkus test; a test's field of type EmbeddedBroker receives it. */
public class BrokerResource implements QuarkusTestResourceLifecycleManager {
    private EmbeddedBroker broker;
    private int partitions = 4;

    @Override
    public void init(Map<String, String> initArgs) {
        partitions = Integer.parseInt(initArgs.getOrDefault("partitions", "4"));
    }

    @Override
    public Map<String, String> start() {
        broker = EmbeddedBroker.start();
        Topics.createMarketData(broker.bootstrapServers(), partitions);
        Topics.create(broker.bootstrapServers(), Topics.RESYNC, partitions);
        return Map.of("kafka.bootstrap.servers", broker.bootstrapServers());
    }

    @Override
    public void inject(TestInjector testInjector) {
        testInjector.injectIntoFields(broker, new TestInjector.MatchesType(EmbeddedBroker.class));
    }

    @Override
    public void stop() {
        broker.close();
    }
}

package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import java.util.Map;

/** The server's topics by their standard names. */
public final class Topics {
    public static final String MARKET_DATA = "market-data-all";
    public static final String DEAD_LETTERS = "market-data-dead-letter";
    public static final String RESYNC = "market-data-resync";

    private Topics() {}

    /** Creates a topic unless it exists, and waits until the broker has it. */
    public static void create(String bootstrapServers, String name, int partitions) {
        EmbeddedBroker.createTopic(bootstrapServers, name, partitions, Map.of());
    }

    /** Creates the topic of market data, with that many partitions, and the dead-letter topic. */
    public static void createMarketData(String bootstrapServers, int partitions) {
        create(bootstrapServers, MARKET_DATA, partitions);
        create(bootstrapServers, DEAD_LETTERS, 1);
    }

    /** Creates a topic and the topic for its snapshot requests, with the same number of partitions. */
    public static void createWithResync(String bootstrapServers, String name, int partitions) {
        create(bootstrapServers, name, partitions);
        create(bootstrapServers, name + "-resync", partitions);
    }
}

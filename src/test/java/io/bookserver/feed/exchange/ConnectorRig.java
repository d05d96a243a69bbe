package io.bookserver.feed.exchange;

import io.bookserver.book.BookRegistry;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.feed.Feed;
import io.bookserver.feed.FeedClock;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/** A connector between a scripted exchange and a broker, with the threads and sockets that it has in production. */
final class ConnectorRig implements AutoCloseable {
    final ConnectorFigures figures = new ConnectorFigures();
    private final Vertx vertx = Vertx.vertx();
    private final Thread thread;

    /** @param settings below {@code orderbook.feed.exchange.} */
    ConnectorRig(ScriptedExchange exchange, String bootstrapServers, String topic, Map<String, String> settings) {
        this(exchange.wsUrl(), exchange.restUrl(), bootstrapServers, topic, settings);
    }

    /** @param settings below {@code orderbook.feed.exchange.} */
    ConnectorRig(String wsUrl, String restUrl, String bootstrapServers, String topic, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>();
        all.put("kafka.bootstrap.servers", bootstrapServers);
        all.put("orderbook.feed.exchange.ws-url", wsUrl);
        all.put("orderbook.feed.exchange.rest-url", restUrl);
        all.put("orderbook.feed.exchange.resync-topic", topic + "-resync");
        all.put("orderbook.feed.exchange.group", topic + "-connector");
        settings.forEach((key, value) -> all.put("orderbook.feed.exchange." + key, value));
        SmallRyeConfig config = new SmallRyeConfigBuilder().withMapping(ExchangeConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100)).build();
        Feed feed = ExchangeSource.open(config.getConfigMapping(ExchangeConfig.class), topic, config, vertx,
                new BookRegistry(), figures, FeedClock.SYSTEM);
        thread = new Thread(() -> {
            try {
                feed.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "connector-under-test");
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(15_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
        if (thread.isAlive()) {
            throw new IllegalStateException("the connector did not stop");
        }
    }
}

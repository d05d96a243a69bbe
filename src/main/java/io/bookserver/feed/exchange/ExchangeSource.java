package io.bookserver.feed.exchange;

import io.bookserver.book.BookRegistry;
import io.bookserver.feed.Feed;
import io.bookserver.feed.FeedClock;
import io.bookserver.feed.FeedConfig;
import io.bookserver.feed.FeedSource;
import io.bookserver.feed.KafkaProducers;
import io.bookserver.feed.exchange.ExchangeFeed.Parts;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Creates the connector.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class ExchangeSource implements FeedSource {
    private static final int LINGER_MS = 1;
    /** Memory of the producer's batches beyond what is counted as pending. */
    private static final long BATCH_ALLOWANCE_BYTES = 32L << 20;

    private final FeedConfig feed;
    private final ExchangeConfig config;
    private final Vertx vertx;
    private final BookRegistry registry;
    private final MeterRegistry meters;
    private final ConnectorStatus status;

    @Inject
    ExchangeSource(FeedConfig feed, ExchangeConfig config, Vertx vertx, BookRegistry registry, MeterRegistry meters,
            ConnectorStatus status) {
        this.feed = feed;
        this.config = config;
        this.vertx = vertx;
        this.registry = registry;
        this.meters = meters;
        this.status = status;
    }

    @Override
    public FeedConfig.Mode mode() {
        return FeedConfig.Mode.EXCHANGE;
    }

    @Override
    public boolean isReady() {
        return config.keyId().isPresent();
    }

    @Override
    public Feed open() {
        ConnectorFigures figures = new ConnectorFigures();
        Feed opened =
                open(config, feed.topic(), ConfigProvider.getConfig(), vertx, registry, figures, FeedClock.SYSTEM);
        ConnectorMetrics.show(figures, meters);
        status.show(figures);
        return opened;
    }

    /** @throws IllegalArgumentException if the configuration is invalid; the message names the key */
    static Feed open(ExchangeConfig config, String topic, Config settings, Vertx vertx, BookRegistry registry,
            ConnectorFigures figures, FeedClock clock) {
        Optional<Login> login = login(config);
        URI rest = url("rest-url", config.restUrl().orElse(config.environment().restUrl()), "http");
        URI socket = url("ws-url", config.wsUrl().orElse(config.environment().wsUrl()), "ws");
        check(config);
        return new ExchangeFeed(clock, inbox -> {
            RandomGenerator random = new SplittableRandom();
            PendingBytes pending = new PendingBytes(config.maxPendingBytes(), figures.pendingBytes);
            ExchangeTime time = new ExchangeTime(clock);
            ExchangeSockets sockets = new ExchangeSockets(vertx, socket, login, clock, time, inbox, pending);
            ExchangeRest asked = new ExchangeRest(vertx, rest, login, time, inbox);
            TopicOutput output = new TopicOutput(producers(config, settings), topic, clock, random, pending, figures);
            ExchangeFeed.ShareListener listener = new ExchangeFeed.ShareListener(inbox);
            MarketShare share = new MarketShare(consumers(config, settings), config.resyncTopic(), clock::epochMs,
                    figures.pendingBytes, listener);
            Connector connector = new Connector(config, new Connector.Surroundings(clock, random, sockets, share, asked,
                    new BookWatch(registry), output, figures));
            listener.tell(connector);
            return new Parts(connector, output, share, pending, sockets, asked);
        });
    }

    private static Optional<Login> login(ExchangeConfig config) {
        if (config.keyId().isPresent() != config.privateKey().isPresent()) {
            throw new IllegalArgumentException("orderbook.feed.exchange.key-id and orderbook.feed.exchange.private-key must be"
                    + " set together, or neither");
        }
        if (config.keyId().isEmpty() && config.wsUrl().isEmpty()) {
            throw new IllegalArgumentException("the exchange needs a login: orderbook.feed.exchange.key-id (or KALSHI_KEY_ID)"
                    + " must be the id of an API key, orderbook.feed.exchange.private-key (or KALSHI_PRIVATE_KEY) the path of"
                    + " its PEM file. Create a key in the exchange's account settings, under API keys; one for the demo"
                    + " environment on its own site, with orderbook.feed.exchange.environment=demo");
        }
        return config.keyId().map(id -> new Login(id, PrivateKeyFile.read(config.privateKey().orElseThrow())));
    }

    private static URI url(String key, String text, String scheme) {
        URI url = URI.create(text);
        if (url.getScheme() == null || url.getHost() == null || url.getPath() == null
                || !url.getScheme().equals(scheme) && !url.getScheme().equals(scheme + "s")) {
            throw new IllegalArgumentException("orderbook.feed.exchange." + key + " must begin with " + scheme + ":// or "
                    + scheme + "s:// and name a host: " + text);
        }
        return url;
    }

    private static void check(ExchangeConfig config) {
        range("connections", config.connections(), 1, 100);
        range("markets-per-command", config.marketsPerCommand(), 1, 10_000);
        range("audit-markets", config.auditMarkets(), 1, 100);
        range("rest-tokens-per-second", config.restTokensPerSecond(), 1, 1_000_000);
        range("rest-token-bucket", config.restTokenBucket(), RestBudget.TOKENS_A_REQUEST, 1_000_000);
        if (config.maxPendingBytes() < 1 << 20) {
            throw new IllegalArgumentException("orderbook.feed.exchange.max-pending-bytes must be at least 1048576: "
                    + config.maxPendingBytes());
        }
    }

    private static void range(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "orderbook.feed.exchange." + key + " must be in " + least + ".." + most + ": " + value);
        }
    }

    private static Supplier<Producer<byte[], byte[]>> producers(ExchangeConfig config, Config settings) {
        KafkaProducers producers = new KafkaProducers(settings, LINGER_MS, config.kafkaPatience(),
                OptionalLong.of(config.maxPendingBytes() + BATCH_ALLOWANCE_BYTES));
        return producers::make;
    }

    private static Supplier<Consumer<byte[], byte[]>> consumers(ExchangeConfig config, Config settings) {
        return () -> {
            Map<String, Object> all = KafkaProducers.ofApplication(settings, ConsumerConfig.configNames());
            all.put(ConsumerConfig.GROUP_ID_CONFIG, config.group());
            all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
            all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
            all.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
            // the minimum that a broker allows by default: another connector takes over after this time
            all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
            all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_500);
            all.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
            return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        };
    }
}

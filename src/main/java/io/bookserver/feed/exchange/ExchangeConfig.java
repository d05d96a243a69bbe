package io.bookserver.feed.exchange;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The connection to the exchange, or to anything that speaks its protocol, such as another instance of this server. */
@ConfigMapping(prefix = "orderbook.feed.exchange")
interface ExchangeConfig {
    /**
     * The environment whose hosts are the defaults of {@code rest-url} and {@code ws-url}: {@code production} or
     * {@code demo}.
     */
    @WithDefault("production")
    Environment environment();

    /** The REST interface, with the path before {@code /markets}: {@code https://host/trade-api/v2}. */
    Optional<String> restUrl();

    /** The WebSocket's address: {@code wss://host/trade-api/ws/v2}. */
    Optional<String> wsUrl();

    /** The id of the API key. Without it no login headers are sent, which a relay does not need. */
    Optional<String> keyId();

    /** The PEM file of the API key's private part: RSA (PKCS#1 or PKCS#8) or Ed25519 (PKCS#8), not encrypted. */
    Optional<Path> privateKey();

    /**
     * The markets to follow: {@code open} for all but combinations, or tickers, {@code series:KX...} and
     * {@code event:KX...}, separated by commas.
     */
    @WithDefault("open")
    List<String> markets();

    /** The maximum number of markets to follow; absent for no limit. Further ones are counted and left out. */
    OptionalInt maxMarkets();

    /**
     * The number of connections over which the markets are spread, by partition and then by hash; 1 to 100. With as
     * many connections as partitions, a rebalance ends only the connections of the partitions that move.
     */
    @WithDefault("1")
    int connections();

    /** The maximum number of markets in one command, 1 to 10000. */
    @WithDefault("500")
    int marketsPerCommand();

    /** The exchange's channels to publish. {@code orderbook_delta} must be among them. */
    @WithDefault("orderbook_delta,trade,ticker,market_lifecycle_v2")
    List<String> channels();

    /** The time from the end of one pass through REST's list of markets to the beginning of the next. */
    @WithDefault("PT10M")
    Duration discoveryInterval();

    /** Tokens per second for REST requests; one request costs 10. */
    @WithDefault("200")
    int restTokensPerSecond();

    /** The capacity of the token bucket, at least 10. */
    @WithDefault("600")
    int restTokenBucket();

    /** How often books are compared with the exchange's REST books; zero: never. */
    @WithDefault("PT10S")
    Duration auditInterval();

    /** The number of markets compared each time, 1 to 100. */
    @WithDefault("100")
    int auditMarkets();

    /**
     * Bytes of messages that were received and not yet accepted by Kafka. Beyond this the sockets are not read, until
     * half of it is left (backpressure).
     */
    @WithDefault("67108864")
    long maxPendingBytes();

    /** How long Kafka may take to accept a record before it counts as lost. */
    @WithDefault("PT2M")
    Duration kafkaPatience();

    /** The topic through which servers request snapshots, with as many partitions as the topic that is published to. */
    @WithName("resync-topic")
    @WithDefault("${orderbook.resync.topic:market-data-resync}")
    String resyncTopic();

    /** The consumer group in which the connectors of one topic share its markets. */
    @WithDefault("orderbook-connector")
    String group();

    /** The exchange's environments; an API key belongs to one of them. */
    enum Environment {
        PRODUCTION("external-api.kalshi.com", "external-api-ws.kalshi.com"),
        DEMO("external-api.demo.kalshi.co", "external-api-ws.demo.kalshi.co");

        private final String restHost;
        private final String wsHost;

        Environment(String restHost, String wsHost) {
            this.restHost = restHost;
            this.wsHost = wsHost;
        }

        String restUrl() {
            return "https://" + restHost + "/trade-api/v2";
        }

        String wsUrl() {
            return "wss://" + wsHost + "/trade-api/ws/v2";
        }
    }
}

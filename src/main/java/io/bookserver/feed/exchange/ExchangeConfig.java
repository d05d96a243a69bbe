package io.bookserver.feed.exchange;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The connection to the exchange, or to anything that speaks its protocol: another instance of this server is one. */
@ConfigMapping(prefix = "orderbook.feed.exchange")
interface ExchangeConfig {
    /** Whose hosts are the defaults of {@code rest-url} and {@code ws-url}: {@code production} or {@code demo}. */
    @WithDefault("production")
    Environment environment();

    /** Where REST is asked, with the path before {@code /markets}: {@code https://host/trade-api/v2}. */
    Optional<String> restUrl();

    /** The WebSocket's address: {@code wss://host/trade-api/ws/v2}. */
    Optional<String> wsUrl();

    /** The id of the API key. Without it no login headers are sent, which a relay does not need. */
    Optional<String> keyId();

    /** The PEM file of the API key's private part: RSA (PKCS#1 or PKCS#8) or Ed25519 (PKCS#8), not encrypted. */
    Optional<Path> privateKey();

    /**
     * Which markets are followed: {@code open} for all but combinations, or tickers, {@code series:KX...} and
     * {@code event:KX...}, by commas.
     */
    @WithDefault("open")
    List<String> markets();

    /** How many markets are followed at most; absent for no limit. Further ones are counted and left out. */
    OptionalInt maxMarkets();

    /**
     * Over how many connections the markets are spread, by the partitions of their tickers and then by hash; 1 to 100. With
     * as many as partitions, a change of shares ends only the connections of the partitions that move.
     */
    @WithDefault("1")
    int connections();

    /** How many markets one command names at most, 1 to 10000. */
    @WithDefault("500")
    int marketsPerCommand();

    /** Which of the exchange's channels are published. {@code orderbook_delta} must be among them. */
    @WithDefault("orderbook_delta,trade,ticker,market_lifecycle_v2")
    List<String> channels();

    /** The time between the ends and the beginnings of two walks through REST's list of markets. */
    @WithDefault("PT10M")
    Duration discoveryInterval();

    /** Tokens a second that REST may cost; one request costs 10. */
    @WithDefault("200")
    int restTokensPerSecond();

    /** Tokens that may be saved up while nothing is asked, at least 10. */
    @WithDefault("600")
    int restTokenBucket();

    /** How often books are compared with the exchange's REST books; zero for never. */
    @WithDefault("PT10S")
    Duration auditInterval();

    /** How many markets are compared each time, 1 to 100. */
    @WithDefault("100")
    int auditMarkets();

    /**
     * Bytes of messages that were received and not yet taken by Kafka. Beyond it the sockets are not read, until it is
     * down to half of it.
     */
    @WithDefault("67108864")
    long maxPendingBytes();

    /** How long Kafka may take for a record before it counts as lost. */
    @WithDefault("PT2M")
    Duration kafkaPatience();

    /** The topic by which servers ask for snapshots, with as many partitions as the topic that is published to. */
    @WithName("resync-topic")
    @WithDefault("${orderbook.resync.topic:market-data-resync}")
    String resyncTopic();

    /** The consumer group in which the connectors of one topic share its markets. */
    @WithDefault("orderbook-connector")
    String group();

    /** Which of the exchange's environments is meant; keys belong to one of them. */
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

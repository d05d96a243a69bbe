package io.bookserver.stream;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The WebSocket endpoint's limits. The size of a client's message is {@code quarkus.websockets-next.server.max-message-size}. */
@ConfigMapping(prefix = "orderbook.stream")
public interface StreamConfig {
    /** How many connections may be open; a further one is refused with HTTP 503. */
    @WithDefault("20000")
    int maxConnections();

    /** How many markets the subscriptions of one connection may hold together; beyond that is error 26. */
    @WithDefault("500000")
    int maxMarketsPerConnection();

    /**
     * How many markets the subscriptions of all connections may hold together; beyond that is error 26. Each costs about 200
     * bytes. One followed with ladders counts as 1 + depth / 8. A market that is new and followed by a subscription to all
     * counts, and is never refused.
     */
    @WithDefault("4000000")
    long maxMarkets();

    /** How many of them may be tickers that no record has named; beyond that is error 26. Each costs about 350 bytes. */
    @WithDefault("100000")
    long maxUnknownMarkets();

    /**
     * How many commands, and other frames, a connection may send a second; a further one gets error 27, and beyond twice
     * as many nothing more is read before the next second.
     */
    @WithDefault("1000")
    int maxCommandsPerSecond();

    /** How many bytes of commands, and of other frames, are read of a connection a second, but for the last that is begun. */
    @WithDefault("4M")
    MemorySize maxCommandBytesPerSecond();

    /** How often the server pings, with body {@code heartbeat}; the exchange's is 10 s (doc). */
    @WithDefault("PT10S")
    Duration pingInterval();

    /** How many pings in a row may stay without a pong before the connection is closed. */
    @WithDefault("3")
    int maxMissedPongs();

    /** How long a connection without any subscription may stay. */
    @WithDefault("PT5M")
    Duration idleTimeout();

    /** How long a connection may take not one byte of what waits for it before it is closed with 1008. */
    @WithDefault("PT30S")
    Duration maxUnreadTime();

    /** How long a close frame may wait for a client that does not read before the socket is cut. */
    @WithDefault("PT5S")
    Duration closeGrace();

    /**
     * How many bytes may wait in this server for one connection before its messages are conflated, its replies wait, and
     * no further command is read, until it has read half of them.
     */
    @WithDefault("256K")
    MemorySize writeBufferSize();

    /**
     * The operating system's send buffer of one connection. What lies there can no longer be conflated, so a large one
     * makes a slow client's data old.
     */
    @WithDefault("256K")
    MemorySize socketBufferSize();

    /**
     * How old what waits for one event loop may grow. Beyond that the loop merges what waits by market, so that its
     * subscribers miss steps, which they are told, and are not late.
     */
    @WithDefault("PT0.1S")
    Duration maxQueueDelay();

    /** How many publications may wait for one event loop; beyond that its subscribers get fresh snapshots instead. */
    @WithDefault("65536")
    int maxQueuedPublications();

    /**
     * How many bytes of messages that cannot be conflated (trades, lifecycle) may wait for one connection, beside the write
     * buffer; beyond that its subscription to them ends with error 25.
     */
    @WithDefault("256K")
    MemorySize maxWaitingMessageSize();

    /** How many bytes of such messages may wait for one event loop; beyond that its subscriptions to them end with error 25. */
    @WithDefault("16M")
    MemorySize maxQueuedMessageSize();

    /**
     * How long after readiness went down the clients are told to go (1012); less than {@code quarkus.shutdown.delay}, so
     * that a load balancer has seen it and the server does not wait for them.
     */
    @WithDefault("PT1S")
    Duration drainAfter();

    /**
     * Whether data messages are compressed for clients that offer {@code permessage-deflate}, and commands may be. A message
     * is compressed once for all who follow from one event loop.
     */
    @WithDefault("false")
    boolean compression();

    /** The first name of {@code orderbook.access.api-keys}, which takes its value where it has none of its own. */
    Optional<Set<String>> apiKeys();

    /** The origins that a browser may come from. Absent: any. */
    Optional<Set<String>> allowedOrigins();
}

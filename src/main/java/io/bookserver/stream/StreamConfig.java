package io.bookserver.stream;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Limits of the WebSocket endpoint. A message's maximum size is
 * {@code quarkus.websockets-next.server.max-message-size}.
 */
@ConfigMapping(prefix = "orderbook.stream")
public interface StreamConfig {
    /** The maximum number of open connections; a further one gets HTTP 503. */
    @WithDefault("20000")
    int maxConnections();

    /** The maximum number of markets in the subscriptions of one connection; beyond: error 26. */
    @WithDefault("500000")
    int maxMarketsPerConnection();

    /**
     * The maximum number of markets in the subscriptions of all connections; beyond: error 26. Each costs about 200
     * bytes. One followed with ladders counts as 1 + depth / 8. A new market that a subscription to all follows counts,
     * but is never rejected.
     */
    @WithDefault("4000000")
    long maxMarkets();

    /** How many of them may be tickers that no record has named; beyond: error 26. Each costs about 350 bytes. */
    @WithDefault("100000")
    long maxUnknownMarkets();

    /** How many of them one connection may have; beyond: error 26. */
    @WithDefault("20000")
    int maxUnknownMarketsPerConnection();

    /** How many commands and other frames a connection may send per second, in the long run. */
    @WithDefault("1000")
    int maxCommandsPerSecond();

    /**
     * How many commands and other frames a connection may send at once; beyond: error 27. The exchange allows 10,000
     * commands per second (doc). It refills at {@link #maxCommandsPerSecond()}. After that many rejected
     * frames in one second, nothing more is read until the next second.
     */
    @WithDefault("10000")
    int maxCommandBurst();

    /**
     * How many bytes of commands and other frames are read from a connection per second; a frame once begun is
     * finished.
     */
    @WithDefault("4M")
    MemorySize maxCommandBytesPerSecond();

    /** How often the server pings, with body {@code heartbeat}; the exchange's is 10 s (doc). */
    @WithDefault("PT10S")
    Duration pingInterval();

    /** How many successive pings may remain without a pong before the connection is closed. */
    @WithDefault("3")
    int maxMissedPongs();

    /** How long a connection without a subscription may stay open. */
    @WithDefault("PT5M")
    Duration idleTimeout();

    /** How long a connection may take no byte of what waits for it before it is closed with 1008. */
    @WithDefault("PT30S")
    Duration maxUnreadTime();

    /** How long a close frame may wait for a client that does not read before the socket is closed. */
    @WithDefault("PT5S")
    Duration closeGrace();

    /**
     * How many bytes may wait in this server for one connection. Beyond that its messages are conflated, its replies
     * wait, and no further command is read, until the client has read half of them.
     */
    @WithDefault("256K")
    MemorySize writeBufferSize();

    /**
     * The operating system's send buffer of one connection. Its content can no longer be conflated, so a large one
     * makes a slow client's data old.
     */
    @WithDefault("256K")
    MemorySize socketBufferSize();

    /**
     * How old the queue of one event loop may grow. Beyond that the loop conflates it by market. Its subscribers then
     * skip steps, as {@code conflated_count} shows, but are not late.
     */
    @WithDefault("PT0.1S")
    Duration maxQueueDelay();

    /** How many publications may wait for one event loop; beyond that its subscribers get new snapshots instead. */
    @WithDefault("65536")
    int maxQueuedPublications();

    /**
     * How many bytes of messages that cannot be conflated (trades, lifecycle) may wait for one connection in addition
     * to the write buffer; beyond that its subscription to them ends with error 25.
     */
    @WithDefault("256K")
    MemorySize maxWaitingMessageSize();

    /**
     * How many bytes of such messages may wait for one event loop; beyond that its subscriptions to them end with error
     * 25.
     */
    @WithDefault("16M")
    MemorySize maxQueuedMessageSize();

    /**
     * How long after readiness goes down the connections are closed (1012). It must be less than
     * {@code quarkus.shutdown.delay}: a load balancer has then noticed, and the server does not wait for the clients.
     */
    @WithDefault("PT1S")
    Duration drainAfter();

    /**
     * Whether data messages are compressed for clients that offer {@code permessage-deflate}; these may compress their
     * commands. A message is compressed once for all followers of one event loop.
     */
    @WithDefault("false")
    boolean compression();

    /** The former name of {@code orderbook.access.api-keys}, used if that is not set. */
    Optional<Set<String>> apiKeys();

    /** The origins that are allowed for browsers. Absent: any. */
    Optional<Set<String>> allowedOrigins();
}

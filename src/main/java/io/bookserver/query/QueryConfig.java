package io.bookserver.query;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The limits of one REST request, and of all together. Exceeding one is an error that names it. */
@ConfigMapping(prefix = "orderbook.query")
public interface QueryConfig {
    /** The maximum number of tickers in a request. */
    @WithDefault("10000")
    int maxTickers();

    /** The maximum number of levels per side in a request; depth 0 is always allowed and means all. */
    @WithDefault("1000")
    int maxDepth();

    /** The maximum size of a request's body. */
    @WithDefault("1M")
    MemorySize maxBodySize();

    /** The maximum size of an answer; for whole books an upper bound is compared. Beyond: 413. */
    @WithDefault("64M")
    MemorySize maxAnswerSize();

    /**
     * The maximum number of markets in the answer to a request that names none. Beyond that, list them page by page.
     */
    @WithDefault("50000")
    int maxMarketsWithoutTickers();

    /** The number of markets per page of the list if the request does not say. */
    @WithDefault("1000")
    int defaultPageSize();

    /** The maximum number of markets per page of the list. */
    @WithDefault("10000")
    int maxPageSize();

    /** The maximum number of tickers in a request in the exchange's format; the exchange allows 100 (doc). */
    @WithDefault("100")
    int maxExchangeTickers();

    /** The maximum size of the recent trades of all markets together; each is counted as 1,280 bytes. */
    @WithDefault("32M")
    MemorySize maxTradesSize();

    /** How long a request's body may take to arrive. Beyond: 408, and the connection is closed. */
    @WithDefault("PT10S")
    Duration requestTimeout();

    /** How long a client may leave waiting data unread before its connection is closed. */
    @WithDefault("PT30S")
    Duration maxUnreadTime();

    /** How many bytes of an answer may be buffered for one connection; the rest is written as the client reads. */
    @WithDefault("256K")
    MemorySize writeBufferSize();

    /** The maximum number of REST connections, without WebSockets. A further one gets 503 and is closed. */
    @WithDefault("4096")
    int maxConnections();

    /**
     * How many bytes all large requests together may hold: what exceeds 64 kB of a body, in direct memory while it
     * arrives, or of the list of markets of an answer that has not been read yet. Beyond: 503 with {@code Retry-After}.
     */
    @WithDefault("256M")
    MemorySize maxHeldSize();

    /** Whether answers are compressed with gzip for clients that accept it. */
    @WithDefault("false")
    boolean compression();

    /** The compression level: 1 (fast) to 9 (small). */
    @WithDefault("1")
    int compressionLevel();
}

package io.bookserver.query;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The limits of one REST question, and of all together. Over them is an error that names the limit. */
@ConfigMapping(prefix = "orderbook.query")
public interface QueryConfig {
    /** How many tickers one question may name. */
    @WithDefault("10000")
    int maxTickers();

    /** How many levels of a side may be asked for; depth 0 is always allowed and means all. */
    @WithDefault("1000")
    int maxDepth();

    /** How many bytes the body of a question may have. */
    @WithDefault("1M")
    MemorySize maxBodySize();

    /** How many bytes an answer may have; for whole books an upper bound of them is compared. Beyond that is a 413. */
    @WithDefault("64M")
    MemorySize maxAnswerSize();

    /** How many markets an answer that names none may hold. Beyond that, list the markets page by page. */
    @WithDefault("50000")
    int maxMarketsWithoutTickers();

    /** How many markets one page of the list has if the question does not say. */
    @WithDefault("1000")
    int defaultPageSize();

    /** How many markets one page of the list may have. */
    @WithDefault("10000")
    int maxPageSize();

    /** How many tickers one question in the exchange's own shape may name; the exchange allows 100 (doc). */
    @WithDefault("100")
    int maxExchangeTickers();

    /** How many bytes the last trades, of all markets together, may take up; one is counted as 1,280. */
    @WithDefault("32M")
    MemorySize maxTradesSize();

    /** How long a request's body may take to arrive. Beyond that is a 408, and the connection is closed. */
    @WithDefault("PT10S")
    Duration requestTimeout();

    /** How long a client may not read what waits for it before its connection is closed. */
    @WithDefault("PT30S")
    Duration maxUnreadTime();

    /** How many bytes of an answer may wait in this server for one connection; the rest is written as these are taken. */
    @WithDefault("256K")
    MemorySize writeBufferSize();

    /** How many connections may ask by REST; WebSockets are not counted. A further one gets a 503 and is closed. */
    @WithDefault("4096")
    int maxConnections();

    /**
     * How many bytes large requests under way may hold together: what exceeds 64 kB of a body, or of the list of markets
     * of an answer that is not yet taken. Beyond that is a 503 with {@code Retry-After}.
     */
    @WithDefault("256M")
    MemorySize maxHeldSize();

    /** Whether answers are compressed with gzip for clients that accept it. */
    @WithDefault("false")
    boolean compression();

    /** How hard is compressed: 1 (fast) to 9 (small). */
    @WithDefault("1")
    int compressionLevel();
}

package io.bookserver.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Access to REST and WebSocket: keys and rates. */
@ConfigMapping(prefix = "orderbook.access")
public interface AccessConfig {
    /**
     * The accepted keys. A client sends one in {@code KALSHI-ACCESS-KEY}, as a bearer token, or, for a browser's
     * WebSocket, as the subprotocol {@code key.} followed by the key. Absent: no key is required.
     */
    Optional<Set<String>> apiKeys();

    /**
     * How many requests per second are answered for each key or, without configured keys, each client address. A
     * WebSocket handshake counts as one. Beyond: 429 with {@code Retry-After}. Absent: any number.
     */
    OptionalInt requestsPerSecond();

    /** How many requests may come at once after a pause, in seconds of {@link #requestsPerSecond()}. */
    @WithDefault("2")
    int burstSeconds();

    /** How many client addresses are distinguished; the least recently used one is forgotten first. */
    @WithDefault("100000")
    int maxAddresses();
}

package io.bookserver.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Who may ask, by REST and by WebSocket, and how often. */
@ConfigMapping(prefix = "orderbook.access")
public interface AccessConfig {
    /**
     * The keys that clients must come with: in {@code KALSHI-ACCESS-KEY}, as a bearer token, or, for a browser's
     * WebSocket, as the subprotocol {@code key.} and the key. Absent: anyone may ask.
     */
    Optional<Set<String>> apiKeys();

    /**
     * How many requests a second are answered for each key or, where no keys are configured, each client address. A
     * WebSocket handshake is one. Beyond that is a 429 with {@code Retry-After}. Absent: any number.
     */
    OptionalInt requestsPerSecond();

    /** How many requests may come at once after a pause, in seconds' worth of {@link #requestsPerSecond()}. */
    @WithDefault("2")
    int burstSeconds();

    /** How many client addresses are told apart; the one that has not asked for longest is forgotten first. */
    @WithDefault("100000")
    int maxAddresses();
}

package io.bookserver.book;

import java.util.Arrays;
import java.util.Optional;

/**
 * The phase of a market's life (rule 6).
 *
 * <p><i>Immutable.</i>
 */
public enum MarketPhase {
    INITIALIZED("initialized"),
    OPEN("open"),
    PAUSED("paused"),
    CLOSED("closed"),
    DETERMINED("determined"),
    SETTLED("settled"),
    /** No lifecycle message has been seen. */
    UNKNOWN("unknown");

    private final String wireName;

    MarketPhase(String wireName) {
        this.wireName = wireName;
    }

    /** The name used in JSON and in metric tags. */
    public String wireName() {
        return wireName;
    }

    /** The phase with that JSON name, if there is one. */
    public static Optional<MarketPhase> named(String wireName) {
        return Arrays.stream(values()).filter(phase -> phase.wireName.equals(wireName)).findFirst();
    }
}

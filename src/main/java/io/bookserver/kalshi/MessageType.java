package io.bookserver.kalshi;

import java.util.HashMap;
import java.util.Map;

/**
 * The exchange's message types, by {@code payload.type}.
 *
 * <p><i>Immutable.</i>
 */
public enum MessageType {
    ORDERBOOK_SNAPSHOT("orderbook_snapshot"),
    ORDERBOOK_DELTA("orderbook_delta"),
    MARKET_LIFECYCLE_V2("market_lifecycle_v2"),
    MARKET_LIFECYCLE("market_lifecycle"),
    MULTIVARIATE_MARKET_LIFECYCLE("multivariate_market_lifecycle"),
    MARKET_STATUS("market_status"),
    TICKER("ticker"),
    TRADE("trade"),
    /** Our connector's report on its connection. */
    FEED_STATUS("feed_status"),
    /** Our connector's report of a loss. */
    FEED_GAP("feed_gap"),
    EVENT_LIFECYCLE("event_lifecycle"),
    SUBSCRIBED("subscribed"),
    UNSUBSCRIBED("unsubscribed"),
    OK("ok"),
    ERROR("error"),
    /** Any other name. */
    OTHER("other");

    private static final Map<String, MessageType> BY_NAME = new HashMap<>();

    static {
        for (MessageType type : values()) {
            BY_NAME.put(type.wireName, type);
        }
    }

    private final String wireName;

    MessageType(String wireName) {
        this.wireName = wireName;
    }

    /** The exchange's name, also used as the metric tag. */
    public String wireName() {
        return wireName;
    }

    static MessageType named(String wireName) {
        return BY_NAME.getOrDefault(wireName, OTHER);
    }

    /** Whether its {@code msg} is passed on to subscribers unchanged. */
    boolean isRelayed() {
        switch (this) {
            case TRADE:
            case MARKET_LIFECYCLE_V2:
            case MULTIVARIATE_MARKET_LIFECYCLE:
            case EVENT_LIFECYCLE:
                return true;
            default:
                return false;
        }
    }

    boolean isLifecycle() {
        return this == MARKET_LIFECYCLE_V2 || this == MARKET_LIFECYCLE || this == MULTIVARIATE_MARKET_LIFECYCLE;
    }

    boolean isBook() {
        return this == ORDERBOOK_DELTA || this == ORDERBOOK_SNAPSHOT;
    }
}

package io.bookserver.stream;

/**
 * The kinds of data messages.
 *
 * <p><i>Immutable.</i>
 */
enum DataType {
    TOP_OF_BOOK("top_of_book", true),
    SNAPSHOT("orderbook_snapshot", true),
    DELTA("orderbook_delta", true),
    /** Has no seq (doc). */
    TICKER("ticker", false),
    TRADE("trade", true),
    LIFECYCLE("market_lifecycle_v2", true),
    EVENT_LIFECYCLE("event_lifecycle", true),
    MULTIVARIATE_LIFECYCLE("multivariate_market_lifecycle", true);

    private final String wireName;
    private final boolean sequenced;

    DataType(String wireName, boolean sequenced) {
        this.wireName = wireName;
        this.sequenced = sequenced;
    }

    String wireName() {
        return wireName;
    }

    boolean isSequenced() {
        return sequenced;
    }
}

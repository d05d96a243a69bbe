package io.bookserver.stream;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The channels that can be subscribed to.
 *
 * <p><i>Immutable.</i>
 */
enum ChannelKind {
    TOP_OF_BOOK("top_of_book", Markets.SOME_OR_ALL),
    ORDERBOOK_DELTA("orderbook_delta", Markets.SOME),
    TICKER("ticker", Markets.SOME_OR_ALL),
    TRADE("trade", Markets.SOME_OR_ALL),
    LIFECYCLE("market_lifecycle_v2", Markets.ALL),
    MULTIVARIATE_LIFECYCLE("multivariate_market_lifecycle", Markets.ALL);

    /** Which markets a subscription covers. */
    private enum Markets {
        SOME,
        /** The named ones; all if none is named. */
        SOME_OR_ALL,
        /** Names are ignored, as at the exchange (doc). */
        ALL
    }

    /** The exchange's channels about the user's own account, which this server does not have (doc). */
    private static final Set<String> PRIVATE =
            Set.of("fill", "market_positions", "communications", "order_group_updates", "user_orders");

    private final String wireName;
    private final Markets markets;

    ChannelKind(String wireName, Markets markets) {
        this.wireName = wireName;
        this.markets = markets;
    }

    String wireName() {
        return wireName;
    }

    /** Whether a subscription must name its markets; otherwise no names mean every market. */
    boolean needsMarkets() {
        return markets == Markets.SOME;
    }

    /** Whether a subscription covers every market, whichever it names. */
    boolean ignoresMarkets() {
        return markets == Markets.ALL;
    }

    /** Whether it passes on the exchange's messages unchanged, instead of messages derived from the books. */
    boolean isRelayed() {
        return this == TRADE || markets == Markets.ALL;
    }

    /** Whether its replies and messages have a seq (doc, rec). */
    boolean isSequenced() {
        return this != TICKER;
    }

    static Optional<ChannelKind> named(String wireName) {
        return Arrays.stream(values()).filter(kind -> kind.wireName.equals(wireName)).findFirst();
    }

    static boolean isPrivate(String wireName) {
        return PRIVATE.contains(wireName);
    }
}

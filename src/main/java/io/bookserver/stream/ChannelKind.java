package io.bookserver.stream;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * What can be subscribed to.
 *
 * <p><i>Immutable.</i>
 */
enum ChannelKind {
    TOP_OF_BOOK("top_of_book", false),
    ORDERBOOK_DELTA("orderbook_delta", true),
    TICKER("ticker", false);

    /** The exchange's channels about one's own account, which this server knows nothing of (doc). */
    private static final Set<String> PRIVATE =
            Set.of("fill", "market_positions", "communications", "order_group_updates", "user_orders");

    private final String wireName;
    private final boolean needsMarkets;

    ChannelKind(String wireName, boolean needsMarkets) {
        this.wireName = wireName;
        this.needsMarkets = needsMarkets;
    }

    String wireName() {
        return wireName;
    }

    /** Whether a subscription must name its markets; else none named means every market. */
    boolean needsMarkets() {
        return needsMarkets;
    }

    static Optional<ChannelKind> named(String wireName) {
        return Arrays.stream(values()).filter(kind -> kind.wireName.equals(wireName)).findFirst();
    }

    static boolean isPrivate(String wireName) {
        return PRIVATE.contains(wireName);
    }
}

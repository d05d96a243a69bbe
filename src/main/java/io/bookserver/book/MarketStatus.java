package io.bookserver.book;

import java.util.OptionalLong;

/**
 * A market's phase, and when trading in it ended (epoch milliseconds; empty while it has not).
 *
 * <p><i>Immutable.</i>
 */
public record MarketStatus(MarketPhase phase, OptionalLong closedMs) {
    static final MarketStatus UNKNOWN = new MarketStatus(MarketPhase.UNKNOWN, OptionalLong.empty());
}

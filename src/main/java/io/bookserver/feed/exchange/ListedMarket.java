package io.bookserver.feed.exchange;

import io.bookserver.book.MarketDetails;
import java.util.OptionalLong;

/**
 * What the exchange's REST list tells of one market. Times are epoch seconds.
 *
 * <p><i>Immutable.</i>
 */
record ListedMarket(String ticker, Phase phase, OptionalLong openS, OptionalLong closeS, MarketDetails details) {
    /** A market of which nothing is told but its life. */
    ListedMarket(String ticker, Phase phase, OptionalLong openS, OptionalLong closeS) {
        this(ticker, phase, openS, closeS, MarketDetails.NONE);
    }

    /** Where a market stands, by the names of the REST interface and of the WebSocket. */
    enum Phase {
        UNOPENED("initialized"),
        OPEN("open"),
        PAUSED("paused"),
        CLOSED("closed"),
        DETERMINED("determined"),
        SETTLED("settled"),
        /** A relay does not know it either. */
        UNKNOWN("unknown");

        private final String wireName;

        Phase(String wireName) {
            this.wireName = wireName;
        }

        /** As a {@code market_status} message says it. */
        String wireName() {
            return wireName;
        }

        /** Whether no order can rest there any more, for good. */
        boolean isFinal() {
            return this == DETERMINED || this == SETTLED;
        }

        static Phase named(String status) {
            return switch (status) {
                case "initialized", "unopened" -> UNOPENED;
                case "active", "open" -> OPEN;
                case "inactive", "paused" -> PAUSED;
                case "closed" -> CLOSED;
                case "determined", "disputed", "amended" -> DETERMINED;
                case "settled", "finalized" -> SETTLED;
                default -> UNKNOWN;
            };
        }
    }
}

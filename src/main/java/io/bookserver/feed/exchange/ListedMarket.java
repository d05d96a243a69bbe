package io.bookserver.feed.exchange;

import io.bookserver.book.MarketDetails;
import java.util.OptionalLong;

/**
 * One market in the exchange's REST list. Times are epoch seconds.
 *
 * <p><i>Immutable.</i>
 */
record ListedMarket(String ticker, Phase phase, OptionalLong openS, OptionalLong closeS, MarketDetails details) {
    /** A market without a description. */
    ListedMarket(String ticker, Phase phase, OptionalLong openS, OptionalLong closeS) {
        this(ticker, phase, openS, closeS, MarketDetails.NONE);
    }

    /** A market's phase, by its names in the REST interface and on the WebSocket. */
    enum Phase {
        UNOPENED("initialized"),
        OPEN("open"),
        PAUSED("paused"),
        CLOSED("closed"),
        DETERMINED("determined"),
        SETTLED("settled"),
        /** Reported by a relay that does not know the phase. */
        UNKNOWN("unknown");

        private final String wireName;

        Phase(String wireName) {
            this.wireName = wireName;
        }

        /** The phase's name in a {@code market_status} message. */
        String wireName() {
            return wireName;
        }

        /** Whether trading has ended for good. */
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

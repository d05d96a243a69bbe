package io.bookserver.kalshi;

import java.util.OptionalLong;

/**
 * What a connector says of its connection to the exchange, rather than of a market (contract, section 1).
 *
 * <p><i>Immutable.</i>
 */
public sealed interface FeedReport {

    /**
     * The connection lives, or has ended. One is written to every partition each second (rule 9).
     *
     * @param connection the connection's number, 1 or more
     * @param connected false as the connection's last word
     * @param exchangeHeardMs when the connector last heard the exchange, epoch milliseconds, where it says so
     */
    record FeedStatus(long connection, boolean connected, OptionalLong exchangeHeardMs) implements FeedReport {}

    /**
     * Something was lost on the way from the exchange to Kafka.
     *
     * @param connection the connection's number; empty where the record does not tell it, so that any may be concerned
     * @param sid the subscription; empty for all of the connection
     */
    record FeedGap(OptionalLong connection, OptionalLong sid, String reason) implements FeedReport {}
}

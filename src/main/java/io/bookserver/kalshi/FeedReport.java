package io.bookserver.kalshi;

import java.util.OptionalLong;

/**
 * A connector's report on its connection to the exchange, not on a market (contract, section 1).
 *
 * <p><i>Immutable.</i>
 */
public sealed interface FeedReport {

    /**
     * The connection is alive, or has ended. One is written to every partition per second (rule 9).
     *
     * @param connection the connection's number, 1 or more
     * @param connected false in the connection's last report
     * @param exchangeHeardMs when the connector last heard from the exchange, epoch milliseconds; empty if absent
     */
    record FeedStatus(long connection, boolean connected, OptionalLong exchangeHeardMs) implements FeedReport {}

    /**
     * Something was lost between the exchange and Kafka.
     *
     * @param connection the connection's number; empty if the record has none, so that any may be affected
     * @param sid the subscription; empty for all of the connection
     */
    record FeedGap(OptionalLong connection, OptionalLong sid, String reason) implements FeedReport {}
}

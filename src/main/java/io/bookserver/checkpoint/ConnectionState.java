package io.bookserver.checkpoint;

import java.util.OptionalLong;

/**
 * The state of one connection to the exchange that writes {@code feed_status} (rule 9).
 *
 * <p><i>Immutable.</i>
 *
 * @param number the publisher's number of the connection
 * @param up false once it has reported that it is down, or was silent for too long
 * @param recordMs Kafka's timestamp of its last {@code feed_status}, epoch milliseconds
 * @param exchangeHeardMs when it last heard from the exchange, epoch milliseconds; empty if not reported
 */
public record ConnectionState(long number, boolean up, long recordMs, OptionalLong exchangeHeardMs) {}

package io.bookserver.checkpoint;

import java.util.OptionalLong;

/**
 * What is known of one connection to the exchange that writes {@code feed_status} (rule 9).
 *
 * <p><i>Immutable.</i>
 *
 * @param number the publisher's
 * @param up false once it has said that it is down, or was silent for too long
 * @param recordMs Kafka's timestamp of its last {@code feed_status}, epoch milliseconds
 * @param exchangeHeardMs when it last heard the exchange, epoch milliseconds, where it says so
 */
public record ConnectionState(long number, boolean up, long recordMs, OptionalLong exchangeHeardMs) {}

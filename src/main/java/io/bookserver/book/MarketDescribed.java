package io.bookserver.book;

/**
 * A market's description from a lifecycle message. It changes no book, adds no market and does not increment the
 * version.
 *
 * <p><i>Immutable.</i>
 *
 * @param told the description; its empty fields are absent in the message
 * @param recordMs Kafka's timestamp of the record, epoch milliseconds
 */
public record MarketDescribed(String ticker, MarketDetails told, long recordMs) {}

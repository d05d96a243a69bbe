package io.bookserver.book;

/**
 * A message at its position in Kafka; {@code kafkaMs} is the record's own timestamp, epoch milliseconds.
 *
 * <p><i>Immutable.</i>
 */
public record TopicRecord(int partition, long offset, long kafkaMs, ProxyMessage message) {
}

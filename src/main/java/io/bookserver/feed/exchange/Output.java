package io.bookserver.feed.exchange;

/** The topic. */
interface Output {
    /** The exchange's message, untouched, to the partition of its market. */
    void publish(ExchangeMessage message, long connection);

    /** A message of ours about a market, which came by no connection. */
    void publish(String ticker, String type, byte[] payload);

    /** A message of ours to every partition. */
    void publishToAll(String type, byte[] payload, long connection);
}

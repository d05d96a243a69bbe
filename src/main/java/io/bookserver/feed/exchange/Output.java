package io.bookserver.feed.exchange;

/** The topic. */
interface Output {
    /** Publishes the exchange's message, unchanged, to the partition of its market. */
    void publish(ExchangeMessage message, long connection);

    /** Publishes our own message about a market, which came over no connection. */
    void publish(String ticker, String type, byte[] payload);

    /** Publishes our own message to every partition. */
    void publishToAll(String type, byte[] payload, long connection);
}

package io.bookserver.feed;

import io.bookserver.kalshi.JsonBytes;
import java.util.OptionalLong;

/**
 * The JSON envelope in which a market-data proxy hands the exchange's messages to Kafka, version 1.
 *
 * <p><i>Not thread-safe; confined to one publisher.</i>
 */
public final class EnvelopeWriter {
    /** The name under which these feeds publish. */
    public static final String SOURCE = "kalshi-websocket";

    private final JsonBytes buffer = new JsonBytes(4096);

    /**
     * The envelope's bytes, UTF-8.
     *
     * @param payload the exchange's message, a JSON object, taken over byte for byte
     * @param connection which connection to the exchange it came by, above those of all earlier ones; left out where it
     *     came by none
     * @param receivedMs epoch ms, when the message was read off the exchange's socket
     * @param publishedMs epoch ms, when it is handed to Kafka
     * @param channel the message's type
     * @param marketTicker the market it is about, empty if it is about none: the field is then left out
     * @param sequence the message's seq; the field is left out where it has none
     */
    public byte[] write(
            byte[] payload,
            OptionalLong connection,
            long receivedMs,
            long publishedMs,
            String channel,
            String marketTicker,
            OptionalLong sequence) {
        buffer.clear().ascii("{\"payload\":").raw(payload);
        if (connection.isPresent()) {
            buffer.ascii(",\"connection\":").number(connection.getAsLong());
        }
        buffer.ascii(",\"receivedTimestamp\":").number(receivedMs);
        buffer.ascii(",\"publishedTimestamp\":").number(publishedMs);
        buffer.ascii(",\"channel\":").string(channel);
        if (!marketTicker.isEmpty()) {
            buffer.ascii(",\"marketTicker\":").string(marketTicker);
        }
        if (sequence.isPresent()) {
            buffer.ascii(",\"sequence\":").number(sequence.getAsLong());
        }
        return buffer.ascii(",\"source\":\"" + SOURCE + "\",\"version\":1}").toByteArray();
    }
}

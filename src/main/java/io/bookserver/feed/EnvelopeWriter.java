package io.bookserver.feed;

import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.JsonBytes;
import java.util.OptionalLong;

/**
 * The JSON envelope in which a market-data proxy hands the exchange's messages to Kafka, version 1.
 *
 * <p><i>Not thread-safe; confined to one publisher.</i>
 */
public final class EnvelopeWriter {
    /** The source of what came by the exchange's WebSocket, in the envelopes of these feeds. */
    public static final String SOURCE = "kalshi-websocket";

    private final JsonBytes buffer = new JsonBytes(4096);

    /**
     * The envelope's bytes, UTF-8.
     *
     * @param payload the exchange's message, a JSON object, copied byte for byte
     * @param connection the number of the connection over which it came, above those of all earlier ones; absent if it
     *     came over none
     * @param receivedMs epoch ms, when the message was received from the exchange
     * @param publishedMs epoch ms, when it is handed to Kafka
     * @param channel the message's type
     * @param marketTicker the market of the message; if empty, the field is left out
     * @param sequence the message's seq; if absent, the field is left out
     */
    public byte[] write(
            byte[] payload,
            OptionalLong connection,
            long receivedMs,
            long publishedMs,
            String channel,
            String marketTicker,
            OptionalLong sequence) {
        return write(SOURCE, payload, connection, receivedMs, publishedMs, channel, marketTicker, sequence);
    }

    /** The envelope of a message that REST's list of markets stands for, of which the exchange has sent none. */
    public byte[] writeListed(byte[] payload, long nowMs, String channel, String marketTicker) {
        return write(EnvelopeDecoder.SOURCE_OF_LISTED, payload, OptionalLong.empty(), nowMs, nowMs, channel, marketTicker,
                OptionalLong.empty());
    }

    private byte[] write(
            String source,
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
        return buffer.ascii(",\"source\":").string(source).ascii(",\"version\":1}").toByteArray();
    }
}

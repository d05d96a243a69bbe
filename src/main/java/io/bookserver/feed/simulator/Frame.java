package io.bookserver.feed.simulator;

import io.bookserver.feed.EnvelopeWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * One message of the simulated exchange, as it would arrive on a WebSocket.
 *
 * <p><i>Immutable.</i>
 */
public final class Frame {
    public static final String SNAPSHOT = "orderbook_snapshot";
    public static final String DELTA = "orderbook_delta";
    public static final String LIFECYCLE = "market_lifecycle_v2";
    public static final String TRADE = "trade";

    private final String ticker;
    private final String type;
    private final long seq;
    private final byte[] payload;

    Frame(String ticker, String type, long seq, byte[] payload) {
        this.ticker = ticker;
        this.type = type;
        this.seq = seq;
        this.payload = payload;
    }

    /** The market that it concerns. */
    public String ticker() {
        return ticker;
    }

    /** One of {@link #SNAPSHOT}, {@link #DELTA}, {@link #LIFECYCLE}, {@link #TRADE}. */
    public String type() {
        return type;
    }

    public boolean isDelta() {
        return type.equals(DELTA);
    }

    /** Its sequence number within its subscription (sid), from 1. */
    public long seq() {
        return seq;
    }

    /** A copy of the message's bytes, a JSON object in UTF-8. */
    public byte[] payload() {
        return payload.clone();
    }

    /**
     * The envelope in which a proxy would publish it.
     *
     * @param connection the number of the connection over which it came
     * @param receivedMs epoch ms, when it was received
     * @param publishedMs epoch ms, when it is published
     */
    public byte[] envelope(EnvelopeWriter writer, long connection, long receivedMs, long publishedMs) {
        return writer.write(payload, OptionalLong.of(connection), receivedMs, publishedMs, type, ticker,
                OptionalLong.of(seq));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame that
                && seq == that.seq
                && type.equals(that.type)
                && ticker.equals(that.ticker)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return new String(payload, StandardCharsets.UTF_8);
    }
}

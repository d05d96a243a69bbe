package io.bookserver.kalshi;

import java.util.Arrays;

/**
 * A message of the exchange that is passed on unchanged: its {@code msg} is a range of the record's own bytes.
 *
 * <p><i>Immutable as long as nobody modifies the record.</i>
 */
public final class RelayedMessage {
    private final MessageType type;
    private final String ticker;
    private final byte[] record;
    private final int from;
    private final int end;

    RelayedMessage(MessageType type, String ticker, byte[] record, int from, int end) {
        this.type = type;
        this.ticker = ticker;
        this.record = record;
        this.from = from;
        this.end = end;
    }

    public MessageType type() {
        return type;
    }

    /** The market that it names; empty if it names none, as an event's message. */
    public String ticker() {
        return ticker;
    }

    /** The {@code msg}, byte for byte as the exchange wrote it: a JSON object in UTF-8. A copy. */
    public byte[] msg() {
        return Arrays.copyOfRange(record, from, end);
    }
}

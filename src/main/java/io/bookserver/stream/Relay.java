package io.bookserver.stream;

import io.bookserver.kalshi.MessageType;

/**
 * A message of the exchange to be passed on to the followers of its channel, which all share its bytes.
 *
 * <p><i>Immutable as long as nobody modifies the bytes.</i>
 */
final class Relay {
    private final ChannelKind channel;
    private final DataType type;
    private final String ticker;
    private final byte[] msg;

    Relay(DataType type, String ticker, byte[] msg) {
        this.channel = channelOf(type);
        this.type = type;
        this.ticker = ticker;
        this.msg = msg;
    }

    ChannelKind channel() {
        return channel;
    }

    DataType type() {
        return type;
    }

    String ticker() {
        return ticker;
    }

    byte[] msg() {
        return msg;
    }

    /** The type under which a message is passed on; only for kinds that are. */
    static DataType typeOf(MessageType message) {
        switch (message) {
            case TRADE:
                return DataType.TRADE;
            case MARKET_LIFECYCLE_V2:
                return DataType.LIFECYCLE;
            case EVENT_LIFECYCLE:
                return DataType.EVENT_LIFECYCLE;
            case MULTIVARIATE_MARKET_LIFECYCLE:
                return DataType.MULTIVARIATE_LIFECYCLE;
            default:
                throw new IllegalArgumentException("message must be of a relayed kind: message=" + message);
        }
    }

    /** The exchange announces events on the lifecycle channel of the markets (doc). */
    static ChannelKind channelOf(DataType type) {
        switch (type) {
            case TRADE:
                return ChannelKind.TRADE;
            case MULTIVARIATE_LIFECYCLE:
                return ChannelKind.MULTIVARIATE_LIFECYCLE;
            default:
                return ChannelKind.LIFECYCLE;
        }
    }
}

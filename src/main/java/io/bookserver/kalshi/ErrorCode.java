package io.bookserver.kalshi;

/**
 * The exchange's error codes and texts (doc). 6, 16 and 17 are retired and never sent.
 *
 * <p><i>Immutable.</i>
 */
public enum ErrorCode {
    UNABLE_TO_PROCESS(1, "Unable to process message"),
    PARAMS_REQUIRED(2, "Params required"),
    CHANNELS_REQUIRED(3, "Channels required"),
    SUBSCRIPTION_IDS_REQUIRED(4, "Subscription IDs required"),
    UNKNOWN_COMMAND(5, "Unknown command"),
    UNKNOWN_SUBSCRIPTION(7, "Unknown subscription ID"),
    UNKNOWN_CHANNEL(8, "Unknown channel name"),
    AUTHENTICATION_REQUIRED(9, "Authentication required"),
    INVALID_PARAMETER(11, "Invalid parameter"),
    ONE_SUBSCRIPTION_ID(12, "Exactly one subscription ID is required"),
    UNSUPPORTED_ACTION(13, "Unsupported action"),
    MARKET_TICKER_REQUIRED(14, "Market Ticker required"),
    ACTION_REQUIRED(15, "Action required"),
    BUFFER_OVERFLOW(25, "Subscription buffer overflow"),
    MARKET_LIMIT(26, "Subscription market limit exceeded"),
    TOO_MANY_REQUESTS(27, "Too many requests");

    private final int code;
    private final String text;

    ErrorCode(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }
}

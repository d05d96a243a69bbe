package io.bookserver.kalshi;

/**
 * Why a record was rejected.
 *
 * <p><i>Immutable.</i>
 */
public enum RejectReason {
    /** The record has no value, or an empty one. */
    EMPTY("empty"),
    NOT_JSON("not_json"),
    /** The envelope's version is above the supported one. */
    UNSUPPORTED_VERSION("unsupported_version"),
    MISSING_FIELD("missing_field"),
    WRONG_TYPE("wrong_type"),
    INVALID_TICKER("invalid_ticker"),
    /** Not between 0 and 1 dollar, or finer than 0.0001 dollar. */
    INVALID_PRICE("invalid_price"),
    /** Negative in a snapshot, finer than 0.01 contract, or out of range. */
    INVALID_QUANTITY("invalid_quantity"),
    INVALID_SIDE("invalid_side"),
    INVALID_STATUS("invalid_status"),
    INVALID_TIME("invalid_time"),
    /** A bug of this server, not a fault of the record. */
    INTERNAL("internal");

    private final String wireName;

    RejectReason(String wireName) {
        this.wireName = wireName;
    }

    /** The name used in metric tags and in the dead letter's header. */
    public String wireName() {
        return wireName;
    }
}

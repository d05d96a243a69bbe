package io.bookserver.kalshi;

/**
 * Why a record was refused.
 *
 * <p><i>Immutable.</i>
 */
public enum RejectReason {
    /** The record has no value, or one of no bytes. */
    EMPTY("empty"),
    NOT_JSON("not_json"),
    /** The envelope's version is above the one that is understood. */
    UNSUPPORTED_VERSION("unsupported_version"),
    MISSING_FIELD("missing_field"),
    WRONG_TYPE("wrong_type"),
    INVALID_TICKER("invalid_ticker"),
    /** Not between 0 and 1 dollar, or finer than 0.0001 dollar. */
    INVALID_PRICE("invalid_price"),
    /** Negative where it rests, finer than 0.01 contract, or beyond any range. */
    INVALID_QUANTITY("invalid_quantity"),
    INVALID_SIDE("invalid_side"),
    INVALID_STATUS("invalid_status"),
    INVALID_TIME("invalid_time"),
    /** A fault of this server, not of the record. */
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

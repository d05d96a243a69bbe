package io.bookserver.query;

/**
 * A request that cannot be answered: an HTTP status, a code for programs, and a message that names the field and the
 * reason.
 *
 * <p><i>Immutable.</i>
 */
final class QueryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final long retryAfterSeconds;

    private QueryException(int status, String code, String message, long retryAfterSeconds) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static QueryException of(int status, String code, String message) {
        return new QueryException(status, code, message, 0);
    }

    static QueryException badRequest(String field, String wrong) {
        return of(400, "bad_request", field + ": " + wrong);
    }

    static QueryException unauthorized() {
        return of(401, "unauthorized", "KALSHI-ACCESS-KEY: a valid key is required in that header, as a bearer token or, "
                + "for a WebSocket, as the subprotocol key.<key>");
    }

    static QueryException notFound(String field, String wrong) {
        return of(404, "not_found", field + ": " + wrong);
    }

    static QueryException notAllowed(String method, String allowed) {
        return of(405, "method_not_allowed", "method: must be one of " + allowed + ": " + Call.shortened(method));
    }

    /** @param accept the header; null for none */
    static QueryException notAcceptable(String accept) {
        return of(406, "not_acceptable",
                "Accept: must allow application/json: " + Call.shortened(String.valueOf(accept)));
    }

    static QueryException tooSlow(String field, String wrong) {
        return of(408, "too_slow", field + ": " + wrong);
    }

    static QueryException tooLarge(String field, String wrong) {
        return of(413, "too_large", field + ": " + wrong);
    }

    static QueryException tooMany(long retryAfterSeconds) {
        return new QueryException(429, "too_many_requests", "requests: over the limit for this key or address",
                retryAfterSeconds);
    }

    static QueryException rebuilding(long recordsRead, long recordsToRead) {
        return new QueryException(503, "rebuilding", recordsRead + " of " + recordsToRead + " records", 1);
    }

    static QueryException busy(String what) {
        return new QueryException(503, "busy", what, 1);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** Seconds after which a retry may succeed; 0 if a retry is useless. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}

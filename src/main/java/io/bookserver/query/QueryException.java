package io.bookserver.query;

/** A question that cannot be answered: an HTTP status, a code for programs, and for people which field and why. */
final class QueryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    private QueryException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    static QueryException badRequest(String field, String wrong) {
        return new QueryException(400, "bad_request", field + ": " + wrong);
    }

    static QueryException notFound(String field, String wrong) {
        return new QueryException(404, "not_found", field + ": " + wrong);
    }

    static QueryException tooLarge(String field, String wrong) {
        return new QueryException(413, "too_large", field + ": " + wrong);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}

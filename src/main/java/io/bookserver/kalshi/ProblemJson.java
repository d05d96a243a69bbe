package io.bookserver.kalshi;

/**
 * Errors as JSON: {@code {"code","message"}} on our own paths, the exchange's {@code {"error":{...}}} on its paths.
 *
 * <p><i>Stateless.</i>
 */
public final class ProblemJson {
    /** The prefix of the exchange's paths. */
    public static final String EXCHANGE_PATH = "/trade-api/";

    private ProblemJson() {}

    /**
     * An error in the format of the requested path.
     *
     * @param code for programs
     * @param message for people: which field, what is wrong, what is allowed
     */
    public static byte[] of(String path, String code, String message) {
        boolean exchangeShape = path != null && path.startsWith(EXCHANGE_PATH);
        JsonBytes out = new JsonBytes(256);
        out.ascii(exchangeShape ? "{\"error\":{\"code\":" : "{\"code\":").string(code);
        out.ascii(",\"message\":").string(message);
        return out.ascii(exchangeShape ? ",\"service\":\"orderbook-server\"}}" : "}").toByteArray();
    }
}

package io.bookserver.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The accepted API keys, if any are configured. Otherwise keys are ignored: the exchange's clients always send them.
 *
 * <p>A key is sent in a header, never in a URL, so that no access log contains it.
 *
 * <p>Quarkus Security is not used: a key is a single comparison before a request is routed, for REST and handshakes
 * alike. Roles, realms and identities are not needed.
 *
 * <p><i>Immutable.</i>
 */
@ApplicationScoped
public class ApiKeys {
    /**
     * The prefix of a key in a browser's WebSocket subprotocols: {@code new WebSocket(url, ["orderbook", "key.abc"])}.
     */
    public static final String SUBPROTOCOL_PREFIX = "key.";

    private static final String BEARER = "bearer ";

    private final byte[][] keys;

    ApiKeys(AccessConfig config) {
        keys = config.apiKeys().orElse(Set.of()).stream()
                .map(key -> key.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    }

    /** Whether a key is required. */
    public boolean areRequired() {
        return keys.length > 0;
    }

    /**
     * Finds the key of a request.
     *
     * @param header gives the value of a header by its name, or null
     * @return {@link Caller#UNKNOWN} without a valid key
     */
    public Caller caller(UnaryOperator<String> header) {
        int number = numberOf(header.apply("KALSHI-ACCESS-KEY"));
        String authorization = header.apply("Authorization");
        if (number < 0 && authorization != null
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            number = numberOf(authorization.substring(BEARER.length()).trim());
        }
        String subprotocols = header.apply("Sec-WebSocket-Protocol");
        if (number < 0 && subprotocols != null) {
            for (String subprotocol : subprotocols.split(",")) {
                String name = subprotocol.trim();
                if (number < 0 && name.startsWith(SUBPROTOCOL_PREFIX)) {
                    number = numberOf(name.substring(SUBPROTOCOL_PREFIX.length()));
                }
            }
        }
        return number < 0 ? Caller.UNKNOWN : new Caller(number);
    }

    /** Takes the same time for every wrong key of the same length. */
    private int numberOf(String given) {
        if (given == null) {
            return -1;
        }
        byte[] bytes = given.getBytes(StandardCharsets.UTF_8);
        int found = -1;
        for (int i = 0; i < keys.length; i++) {
            if (MessageDigest.isEqual(keys[i], bytes)) {
                found = i;
            }
        }
        return found;
    }
}

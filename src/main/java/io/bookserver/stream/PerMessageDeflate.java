package io.bookserver.stream;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import java.util.List;
import java.util.Map;

/**
 * The negotiated compression of one connection's messages (RFC 7692).
 *
 * <p>The server compresses each message independently, whatever the client allows, so that followers share a message
 * that is compressed once. The client may refer to its earlier messages unless it offered not to. The server does not
 * ask it not to, since not every client accepts that parameter.
 *
 * <p><i>Immutable.</i>
 *
 * @param isAgreed whether messages may be compressed, in both directions
 * @param clientRefersBack whether a message of the client may refer to its earlier ones (context takeover)
 * @param answer the value of {@code Sec-WebSocket-Extensions} in the handshake's answer; empty if nothing was agreed on
 */
record PerMessageDeflate(boolean isAgreed, boolean clientRefersBack, String answer) {
    static final PerMessageDeflate NONE = new PerMessageDeflate(false, false, "");

    private static final String NAME = "permessage-deflate";
    private static final String SERVER_ALONE = "server_no_context_takeover";
    private static final String CLIENT_ALONE = "client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    /** The only window size with which the JDK compresses. */
    private static final String WIDEST_WINDOW = "15";

    /** Accepts the first acceptable offer. */
    static PerMessageDeflate accept(List<String> offers) {
        for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(String.join(",", offers))) {
            if (offer.name().equals(NAME) && canBeKept(offer.parameters())) {
                return accepted(offer.parameters());
            }
        }
        return NONE;
    }

    private static boolean canBeKept(Map<String, String> parameters) {
        return parameters.entrySet().stream().allMatch(one -> {
            String value = one.getValue();
            switch (one.getKey()) {
                case SERVER_ALONE:
                case CLIENT_ALONE:
                    return value == null;
                case SERVER_WINDOW:
                    return WIDEST_WINDOW.equals(value);
                case CLIENT_WINDOW:
                    return value == null || value.matches("[89]|1[0-5]");
                default:
                    return false;
            }
        });
    }

    private static PerMessageDeflate accepted(Map<String, String> offered) {
        var answer = new StringBuilder(NAME);
        if (offered.containsKey(SERVER_ALONE)) {
            answer.append("; ").append(SERVER_ALONE);
        }
        if (offered.containsKey(CLIENT_ALONE)) {
            answer.append("; ").append(CLIENT_ALONE);
        }
        if (offered.containsKey(SERVER_WINDOW)) {
            answer.append("; ").append(SERVER_WINDOW).append('=').append(WIDEST_WINDOW);
        }
        return new PerMessageDeflate(true, !offered.containsKey(CLIENT_ALONE), answer.toString());
    }
}

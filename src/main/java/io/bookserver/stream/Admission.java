package io.bookserver.stream;

import io.netty.channel.ChannelHandlerContext;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

/**
 * Who may connect: an allowed origin, a known key, where such are configured, and not too many at once. Keys that nobody
 * asked for are ignored: the exchange's clients always send them.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class Admission implements HttpUpgradeCheck {
    /** The socket under the connection, which the WebSocket API does not hand out. */
    static final UserData.TypedKey<ChannelHandlerContext> SOCKET = new UserData.TypedKey<>("orderbook.socket");

    private static final String BEARER = "Bearer ";

    private final FanOut fanOut;
    private final StreamConfig config;
    private final StreamMetrics metrics;
    private volatile boolean closing;

    Admission(FanOut fanOut, StreamConfig config, StreamMetrics metrics) {
        this.fanOut = fanOut;
        this.config = config;
        this.metrics = metrics;
    }

    /** From now on nobody is let in. */
    void close() {
        closing = true;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        HttpServerRequest request = context.httpRequest();
        if (!originAllowed(request.getHeader("Origin"))) {
            return refused(403, "origin");
        }
        if (!keyKnown(request)) {
            return refused(401, "api_key");
        }
        if (closing || fanOut.sessions() >= config.maxConnections()) {
            return refused(503, closing ? "shutdown" : "max_connections");
        }
        context.userData().put(SOCKET, ((ConnectionBase) request.connection()).channelHandlerContext());
        return CheckResult.permitUpgrade();
    }

    private Uni<CheckResult> refused(int status, String reason) {
        metrics.closed("refused_" + reason);
        return CheckResult.rejectUpgrade(status);
    }

    private boolean originAllowed(String origin) {
        Optional<Set<String>> allowed = config.allowedOrigins();
        return allowed.isEmpty() || origin == null || allowed.get().contains(origin);
    }

    private boolean keyKnown(HttpServerRequest request) {
        Optional<Set<String>> keys = config.apiKeys();
        if (keys.isEmpty()) {
            return true;
        }
        String bearer = request.getHeader("Authorization");
        return isOneOf(keys.get(), request.getHeader("KALSHI-ACCESS-KEY"))
                || bearer != null && bearer.startsWith(BEARER) && isOneOf(keys.get(), bearer.substring(BEARER.length()));
    }

    /** Takes the same time for every wrong key. */
    private static boolean isOneOf(Set<String> keys, String given) {
        if (given == null) {
            return false;
        }
        boolean found = false;
        for (String key : keys) {
            found |= MessageDigest.isEqual(
                    key.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
        }
        return found;
    }
}

package io.bookserver.stream;

import io.bookserver.book.Completeness;
import io.bookserver.kalshi.StreamJson;
import io.bookserver.transport.StreamPath;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Admits or rejects WebSocket handshakes. A handshake must be valid (RFC 6455, 4.2.1) and of an allowed origin, if any
 * are configured. There is a maximum number of connections, and nobody is admitted before the books are complete (rule
 * 12). A rejected handshake gets JSON in the exchange's format. The framework's own check can return only a status, so
 * this filter precedes it. Keys are checked earlier, in the filter of all requests.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class Admission implements HttpUpgradeCheck {
    /** The frames of the connection; the WebSocket API offers whole messages only. */
    static final UserData.TypedKey<Wire> WIRE = new UserData.TypedKey<>("orderbook.wire");

    /** Whether the URL asks for the fields that the exchange no longer sends. */
    static final UserData.TypedKey<Boolean> LEGACY = new UserData.TypedKey<>("orderbook.legacy");

    private static final String LEGACY_PARAMETER = "legacy";

    /** Before the upgrade and after the check of keys, whose order is 250. */
    private static final int BEFORE_THE_UPGRADE = 240;
    private static final String VERSION = "13";
    private static final String RETRY_AFTER_SECONDS = "5";

    private final FanOut fanOut;
    private final Completeness completeness;
    private final StreamConfig config;
    private final StreamMetrics metrics;
    private final int maxMessageBytes;
    private volatile boolean closing;

    Admission(
            FanOut fanOut,
            Completeness completeness,
            StreamConfig config,
            StreamMetrics metrics,
            @ConfigProperty(name = "quarkus.websockets-next.server.max-message-size") int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
        this.fanOut = fanOut;
        this.completeness = completeness;
        this.config = config;
        this.metrics = metrics;
    }

    /** Rejects every handshake from now on. */
    void close() {
        closing = true;
    }

    void guard(@Observes Filters filters) {
        filters.register(this::admit, BEFORE_THE_UPGRADE);
    }

    /** Admits everyone who has passed the filter. */
    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        HttpServerRequest request = context.httpRequest();
        context.userData().put(LEGACY, "true".equals(request.getParam(LEGACY_PARAMETER)));
        PerMessageDeflate deflate = config.compression()
                ? PerMessageDeflate.accept(request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS))
                : PerMessageDeflate.NONE;
        context.userData().put(WIRE, Wire.under(request, maxMessageBytes, deflate));
        return deflate.isAgreed()
                ? CheckResult.permitUpgrade(
                        Map.of(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS.toString(), List.of(deflate.answer())))
                : CheckResult.permitUpgrade();
    }

    private void admit(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!StreamPath.is(context.normalizedPath())) {
            context.next();
        } else if (!fault(request).isEmpty()) {
            // the body of a rejected request is not read
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            refuse(context, 400, "bad_request", fault(request));
            request.connection().close();
        } else if (!originAllowed(request.getHeader(HttpHeaders.ORIGIN))) {
            refuse(context, 403, "origin", "Origin: must be one of the configured origins");
        } else if (!request.params().getAll(LEGACY_PARAMETER).stream().allMatch(Admission::isFlag)) {
            refuse(context, 400, "bad_request", "legacy: must be true or false");
        } else if (closing) {
            refuse(context, 503, "shutdown", "the server is shutting down");
        } else if (!completeness.isRebuilt()) {
            refuse(context, 503, "rebuilding", completeness.recordsRead() + " of " + completeness.recordsToRead()
                    + " records");
        } else if (fanOut.sessions() >= config.maxConnections()) {
            refuse(context, 503, "max_connections", "there are " + config.maxConnections() + " connections already");
        } else {
            context.next();
        }
    }

    /** Why the handshake is invalid; empty if it is valid. */
    private static String fault(HttpServerRequest request) {
        if (request.method() != HttpMethod.GET) {
            return "method: must be GET: " + request.method();
        }
        if (!request.headers().contains(HttpHeaders.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !request.headers().contains(HttpHeaders.CONNECTION) || !request.getHeader(HttpHeaders.CONNECTION)
                        .toLowerCase(Locale.ROOT).contains("upgrade")) {
            return "Upgrade, Connection: must be websocket and Upgrade";
        }
        if (!VERSION.equals(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return "Sec-WebSocket-Version: must be " + VERSION;
        }
        if (!request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)) {
            return "Sec-WebSocket-Key: is missing";
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean hasBody = request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || length != null
                && !length.equals("0");
        return hasBody ? "body: must be none" : "";
    }

    private void refuse(RoutingContext context, int status, String reason, String message) {
        metrics.closed("refused_" + reason);
        HttpServerResponse response = context.response().setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        if (status == 503) {
            response.putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response.end(Buffer.buffer(StreamJson.refused(reason, message)));
    }

    private static boolean isFlag(String value) {
        return value.equals("true") || value.equals("false");
    }

    private boolean originAllowed(String origin) {
        Optional<Set<String>> allowed = config.allowedOrigins();
        return allowed.isEmpty() || origin == null || allowed.get().contains(origin);
    }
}

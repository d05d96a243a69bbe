package io.bookserver.query;

import io.bookserver.access.ApiKeys;
import io.bookserver.access.Caller;
import io.bookserver.access.RateLimit;
import io.bookserver.transport.StreamPath;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/**
 * The checks that every request passes first, WebSocket handshakes too: whether it could be decoded, the number of
 * connections, earlier answers that the client has not read, the URL's length and syntax, the key, the rate limit.
 *
 * <p><i>Thread-safe: everything of one connection happens on its event loop.</i>
 */
@ApplicationScoped
class Gate {
    /** Probes, metrics and the page's own files need no key; everything else does. */
    static final String HEALTH = "/q/health";
    static final String METRICS = "/q/metrics";

    /**
     * Folders of the page's files: our own, and those of the libraries' jars. They never change while the server runs.
     */
    private static final List<String> PAGE = List.of("/page/", "/_static/", "/webjars/");

    private static final int FIRST = 1_000;
    /** After the framework's CORS filter (300), whose preflight requests have no key. */
    private static final int BEHIND_CORS = 250;
    /** A little less than {@code quarkus.http.limits.max-initial-line-length} allows. */
    private static final int MAX_ADDRESS_LENGTH = 131_072;

    private final QueryConfig config;
    private final ApiKeys keys;
    private final RateLimit rateLimit;
    private final QueryMetrics metrics;
    private final Problems problems;

    Gate(QueryConfig config, ApiKeys keys, RateLimit rateLimit, QueryMetrics metrics, Problems problems) {
        this.config = config;
        this.keys = keys;
        this.rateLimit = rateLimit;
        this.metrics = metrics;
        this.problems = problems;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::enter, FIRST);
        filters.register(this::identify, BEHIND_CORS);
    }

    private void enter(RoutingContext context) {
        Optional<QueryException> broken = problems.ofDecoding(context.request());
        if (broken.isPresent()) {
            problems.answerLast(context, broken.get());
            return;
        }
        if (!isHandshake(context) && isOneTooMany(context.request())) {
            metrics.closed("max_connections");
            problems.answerAndClose(context, QueryException.busy("connections: the limit of " + config.maxConnections()
                    + " REST connections is reached"));
            return;
        }
        whenTaken(context);
    }

    private boolean isOneTooMany(HttpServerRequest request) {
        boolean isNew = HttpSocket.isNew(request, metrics.connections()::decrementAndGet);
        return isNew && metrics.connections().incrementAndGet() > config.maxConnections();
    }

    /** No answer is begun while earlier ones wait for the client, however many requests it pipelines. */
    private void whenTaken(RoutingContext context) {
        HttpServerResponse response = context.response();
        if (!response.writeQueueFull()) {
            checkAddress(context);
            return;
        }
        HttpSocket.pauseUntilTheEnd(context);
        long timer = HttpSocket.closeUnread(context, config.maxUnreadTime(), metrics);
        response.drainHandler(taken -> {
            response.drainHandler(null);
            context.vertx().cancelTimer(timer);
            checkAddress(context);
        });
    }

    private void checkAddress(RoutingContext context) {
        if (context.request().uri().length() > MAX_ADDRESS_LENGTH) {
            problems.answer(context, QueryException.of(414, "too_long", "address: must have at most "
                    + MAX_ADDRESS_LENGTH + " characters; POST takes more tickers than GET"));
            return;
        }
        if (!isUri(context.request().uri())) {
            problems.answer(context, Problems.ofStatus(400));
            return;
        }
        context.next();
    }

    /** Quarkus itself would reject these without a body; {@code host.Main} tells it to leave them to this filter. */
    private static boolean isUri(String address) {
        try {
            new URI(address);
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private void identify(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.equals(METRICS) || path.equals(HEALTH) || path.startsWith(HEALTH + "/") || isOfThePage(path)) {
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        Caller caller = keys.areRequired() ? keys.caller(request::getHeader) : Caller.UNKNOWN;
        if (keys.areRequired() && !caller.isKnown()) {
            problems.answer(context, QueryException.unauthorized());
            return;
        }
        long secondsToWait = rateLimit.secondsToWait(caller, request.remoteAddress().hostAddress());
        if (secondsToWait > 0) {
            problems.answer(context, QueryException.tooMany(secondsToWait));
            return;
        }
        context.next();
    }

    /** The page contains no data, so it can ask for a key. Its many small files do not count towards the rate limit. */
    private static boolean isOfThePage(String path) {
        return path.equals("/") || PAGE.stream().anyMatch(path::startsWith);
    }

    private static boolean isHandshake(RoutingContext context) {
        String upgrade = context.request().getHeader(HttpHeaders.UPGRADE);
        return upgrade != null && upgrade.equalsIgnoreCase("websocket")
                && isUri(context.request().uri()) && StreamPath.is(context.normalizedPath());
    }
}

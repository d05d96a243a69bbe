package io.bookserver.query;

import io.bookserver.access.ApiKeys;
import io.bookserver.access.Caller;
import io.bookserver.access.RateLimit;
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

/**
 * What every request passes first, WebSocket handshakes too: a place among the connections, the answers before it taken
 * by the client, an address that is a URI of a sane length, a key, its share of requests.
 *
 * <p><i>Thread-safe: everything of one connection happens on its event loop.</i>
 */
@ApplicationScoped
class Gate {
    /** The probes, the metrics and the page's own files need no key; everything else does. */
    static final String HEALTH = "/q/health";
    static final String METRICS = "/q/metrics";

    /** Folders of the page's files: its own, and those of the libraries' jars. They never change while the server runs. */
    private static final List<String> PAGE = List.of("/page/", "/_static/", "/webjars/");

    private static final int FIRST = 1_000;
    /** Behind the framework's CORS (300), whose preflight requests have no key. */
    private static final int BEHIND_CORS = 250;
    /** What {@code quarkus.http.limits.max-initial-line-length} lets through is a little more. */
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
        if (!isHandshake(context.request()) && isOneTooMany(context.request())) {
            metrics.closed("max_connections");
            problems.answerAndClose(context, QueryException.busy("connections: there are " + config.maxConnections()
                    + " that ask by REST, which is the limit"));
            return;
        }
        whenTaken(context);
    }

    private boolean isOneTooMany(HttpServerRequest request) {
        boolean isNew = HttpSocket.isNew(request, metrics.connections()::decrementAndGet);
        return isNew && metrics.connections().incrementAndGet() > config.maxConnections();
    }

    /** No answer is begun while earlier ones wait for the client, however many it asks for in advance. */
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

    /** What Quarkus refuses by itself, without a body, where {@code host.Main} has not told it to leave it to us. */
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

    /** The page holds no data: it asks for a key, and comes with it. Its many small files are no share of its requests. */
    private static boolean isOfThePage(String path) {
        return path.equals("/") || PAGE.stream().anyMatch(path::startsWith);
    }

    private static boolean isHandshake(HttpServerRequest request) {
        String upgrade = request.getHeader(HttpHeaders.UPGRADE);
        return upgrade != null && upgrade.equalsIgnoreCase("websocket");
    }
}

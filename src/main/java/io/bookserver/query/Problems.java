package io.bookserver.query;

import io.bookserver.kalshi.ProblemJson;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The errors outside the resources, in the format of the path: unknown paths, invalid URLs, requests rejected by a
 * filter, and answers that break off.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final int BEFORE_ALL = -100_000;
    private static final int BEHIND_ALL = 1_000_000;
    private static final long DISCARD_MS = 5_000;

    private final QueryMetrics metrics;
    private final int maxLineBytes;
    private final MemorySize maxHeaderSize;

    Problems(
            QueryMetrics metrics,
            @ConfigProperty(name = "quarkus.http.limits.max-initial-line-length") int maxLineBytes,
            @ConfigProperty(name = "quarkus.http.limits.max-header-size",
                    defaultValue = "20K") MemorySize maxHeaderSize) {
        this.metrics = metrics;
        this.maxLineBytes = maxLineBytes;
        this.maxHeaderSize = maxHeaderSize;
    }

    void routes(@Observes Router router) {
        router.route().order(BEFORE_ALL).failureHandler(this::failed);
        router.route().order(BEHIND_ALL).handler(context ->
                answer(context, QueryException.notFound("path", "nothing is served at " + context.request().path())));
        // errors of the router itself, before any route is called
        for (int status : new int[] {400, 404, 405, 406, 415, 500}) {
            router.errorHandler(status, this::failed);
        }
    }

    /** Ends the request with that error. */
    void answer(RoutingContext context, QueryException problem) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        metrics.refused(problem.code());
        if (response.headWritten()) {
            // the answer has begun: only closing the connection shows that it is incomplete
            request.connection().close();
            return;
        }
        response.setStatusCode(problem.status()).putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        if (problem.retryAfterSeconds() > 0) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(problem.retryAfterSeconds()));
        }
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        Buffer body = Buffer.buffer(ProblemJson.of(request.path(), problem.code(), problem.getMessage()));
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (RequestBody.isUnread(context)) {
            response.putHeader(HttpHeaders.CONNECTION, "close").end(body);
            discardRest(context);
        } else {
            response.end(body);
        }
    }

    /** Ends the request with that error, and its connection. */
    void answerAndClose(RoutingContext context, QueryException problem) {
        context.response().putHeader(HttpHeaders.CONNECTION, "close");
        answer(context, problem);
        context.request().connection().close();
    }

    /** What could not be decoded of that request; empty if nothing is known to be wrong. */
    Optional<QueryException> ofDecoding(HttpServerRequest request) {
        return BrokenRequests.of(request, maxLineBytes, maxHeaderSize.asLongValue());
    }

    /**
     * Ends the request with that error. Nothing of its connection can be understood any more, so it is closed once the
     * client has closed it or has had time to read the error.
     */
    void answerLast(RoutingContext context, QueryException problem) {
        context.response().putHeader(HttpHeaders.CONNECTION, "close");
        answer(context, problem);
        HttpSocket.endOutput(context.request());
        context.vertx().setTimer(DISCARD_MS, id -> context.request().connection().close());
    }

    /** A client that is still writing reads the answer only afterwards, so its data are discarded for a while. */
    private static void discardRest(RoutingContext context) {
        HttpServerRequest request = context.request();
        long timer = context.vertx().setTimer(DISCARD_MS, id -> request.connection().close());
        request.endHandler(done -> {
            if (context.vertx().cancelTimer(timer)) {
                request.connection().close();
            }
        });
        request.handler(discarded -> {}).resume();
    }

    private void failed(RoutingContext context) {
        Throwable cause = context.failure();
        if (cause instanceof QueryException) {
            answer(context, (QueryException) cause);
            return;
        }
        int status = context.statusCode() < 400 ? 500 : context.statusCode();
        if (cause instanceof IllegalArgumentException && status == 500 && isBadPath(context)) {
            status = 400;
        }
        answer(context, status == 500 ? fault(context, cause)
                : status == 400 && context.request().authority() == null
                        ? QueryException.badRequest("Host", "must name the server, as HTTP/1.1 demands")
                        : ofStatus(status));
    }

    /** Logs an error of this server. */
    QueryException fault(RoutingContext context, Throwable cause) {
        LOG.errorf(cause, "event=request_failed method=%s path=%s", context.request().method(),
                context.request().path());
        return ofStatus(500);
    }

    /** An error of which only the status is known. */
    static QueryException ofStatus(int status) {
        return QueryException.of(status, codeOf(status), textOf(status));
    }

    private static boolean isBadPath(RoutingContext context) {
        return context.currentRoute() == null;
    }

    private static String codeOf(int status) {
        return HttpResponseStatus.valueOf(status).reasonPhrase().toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_");
    }

    private static String textOf(int status) {
        return status == 400 ? "address: is not a valid, URL-encoded URI"
                : status >= 500 ? "server: the request failed, see the server's log"
                : "request: " + HttpResponseStatus.valueOf(status).reasonPhrase();
    }
}

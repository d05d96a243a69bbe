package io.bookserver.query;

import io.bookserver.kalshi.JsonBytes;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Errors as JSON: {@code {"code","message"}} on our own paths, the exchange's {@code {"error":{...}}} on its paths.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class QueryErrors {
    static final String EXCHANGE_PATH = "/trade-api/";

    private static final int BEFORE_THE_BODY_IS_READ = 1000;
    private static final long DISCARD_MS = 5_000;

    private final QueryConfig config;

    QueryErrors(QueryConfig config) {
        this.config = config;
    }

    @ServerExceptionMapper
    Response answer(QueryException e, UriInfo uri) {
        return Response.status(e.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(body(uri.getPath().startsWith(EXCHANGE_PATH), e))
                .build();
    }

    /** A body that announces itself as too large is not even read. */
    void refuseLargeBodies(@Observes Filters filters) {
        filters.register(this::refuseIfLarge, BEFORE_THE_BODY_IS_READ);
    }

    private void refuseIfLarge(RoutingContext context) {
        String announced = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (announced == null || !isOver(announced, config.maxBodySize().asLongValue())) {
            context.next();
            return;
        }
        QueryException e = QueryException.tooLarge(
                "body", "must have at most " + config.maxBodySize().asLongValue() + " bytes: " + announced);
        context.response().setStatusCode(e.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
                .putHeader(HttpHeaders.CONNECTION, "close")
                .end(Buffer.buffer(body(context.request().path().startsWith(EXCHANGE_PATH), e)));
        // a client that is still writing reads the answer only afterwards: what it writes is thrown away for a while
        HttpServerRequest request = context.request();
        long timer = context.vertx().setTimer(DISCARD_MS, id -> request.connection().close());
        request.endHandler(done -> {
            if (context.vertx().cancelTimer(timer)) {
                request.connection().close();
            }
        });
        request.handler(discarded -> {}).resume();
    }

    private static boolean isOver(String announced, long limit) {
        try {
            return Long.parseLong(announced) > limit;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static byte[] body(boolean exchangeShape, QueryException e) {
        JsonBytes out = new JsonBytes(256);
        out.ascii(exchangeShape ? "{\"error\":{\"code\":" : "{\"code\":").string(e.code());
        out.ascii(",\"message\":").string(e.getMessage());
        return out.ascii(exchangeShape ? ",\"service\":\"orderbook-server\"}}" : "}").toByteArray();
    }
}

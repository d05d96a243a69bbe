package io.bookserver.query;

import io.bookserver.kalshi.ProblemJson;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/**
 * The errors of the resources, and of routing a request to its resource, in the format of the path.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class ResourceProblems {
    private final QueryMetrics metrics;
    private final Problems problems;

    ResourceProblems(QueryMetrics metrics, Problems problems) {
        this.metrics = metrics;
        this.problems = problems;
    }

    @ServerExceptionMapper
    Response question(QueryException problem, RoutingContext context) {
        return answer(problem, context).build();
    }

    @ServerExceptionMapper
    Response method(NotAllowedException refused, RoutingContext context) {
        String allowed = String.join(", ", allowed(CurrentRequestManager.get()));
        return answer(QueryException.notAllowed(context.request().method().name(), allowed), context)
                .header(HttpHeaders.ALLOW, allowed).build();
    }

    @ServerExceptionMapper
    Response type(NotAcceptableException refused, RoutingContext context) {
        return answer(QueryException.notAcceptable(context.request().getHeader(HttpHeaders.ACCEPT)), context).build();
    }

    @ServerExceptionMapper
    Response framework(WebApplicationException refused, RoutingContext context) {
        int status = refused.getResponse().getStatus();
        QueryException problem = status == 404
                ? QueryException.notFound("path", "nothing is served at " + context.request().path())
                : status >= 500 ? problems.fault(context, refused) : Problems.ofStatus(status);
        return answer(problem, context).build();
    }

    @ServerExceptionMapper
    Response fault(RuntimeException fault, RoutingContext context) {
        return answer(problems.fault(context, fault), context).build();
    }

    private Response.ResponseBuilder answer(QueryException problem, RoutingContext context) {
        metrics.refused(problem.code());
        Response.ResponseBuilder response = Response.status(problem.status()).type(MediaType.APPLICATION_JSON_TYPE)
                .entity(ProblemJson.of(context.request().path(), problem.code(), problem.getMessage()));
        return problem.retryAfterSeconds() == 0
                ? response
                : response.header(HttpHeaders.RETRY_AFTER, problem.retryAfterSeconds());
    }

    /** The methods of the resources at that path, which the framework does not report. */
    private static Iterable<String> allowed(ResteasyReactiveRequestContext request) {
        TreeSet<String> methods = new TreeSet<>();
        RequestMapper.RequestMatch<InitialMatch> match =
                new RequestMapper<>(request.getDeployment().getClassMappers()).map(request.getPathWithoutPrefix());
        String below = match.remaining.isEmpty() ? "/" : match.remaining;
        for (ServerRestHandler handler : match.value.handlers) {
            if (handler instanceof ClassRoutingHandler) {
                for (Map.Entry<String, RequestMapper<RuntimeResource>> method
                        : ((ClassRoutingHandler) handler).getMappers().entrySet()) {
                    if (method.getKey() != null && method.getValue().map(below) != null) {
                        methods.add(method.getKey());
                    }
                }
            }
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }
}

package io.bookserver.query;

import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses browsers' requests from origins that CORS does not allow, handshakes too. The framework's filter would do the
 * same, by its own settings and rules, but without a body.
 *
 * <p><i>Immutable.</i>
 */
@ApplicationScoped
class Origins {
    /** Before the framework's filter (300). */
    private static final int BEFORE_CORS = 310;

    private final boolean enabled;
    private final List<String> allowed;
    private final List<Pattern> patterns;
    private final Problems problems;

    Origins(
            @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean enabled,
            @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> allowed,
            Problems problems) {
        this.enabled = enabled && !CORSFilter.isConfiguredWithWildcard(allowed);
        this.allowed = allowed.orElse(List.of());
        this.patterns = CORSFilter.parseAllowedOriginsRegex(allowed);
        this.problems = problems;
    }

    void filter(@Observes Filters filters) {
        if (enabled) {
            filters.register(this::check, BEFORE_CORS);
        }
    }

    private void check(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        if (origin == null || allowed.contains(origin) || CORSFilter.isOriginAllowedByRegex(patterns, origin)
                || isOwn(context.request(), origin)) {
            context.next();
        } else {
            problems.answer(context, QueryException.of(403, "forbidden", "Origin: must be this server's or one of the"
                    + " configured origins: " + Call.shortened(origin)));
        }
    }

    private static boolean isOwn(HttpServerRequest request, String origin) {
        try {
            URI own = URI.create(request.scheme() + "://" + request.authority());
            URI other = URI.create(origin);
            return Objects.equals(own.getScheme(), other.getScheme()) && Objects.equals(own.getHost(), other.getHost())
                    && port(own) == port(other);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }
}

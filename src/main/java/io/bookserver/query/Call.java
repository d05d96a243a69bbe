package io.bookserver.query;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One request: its parameters, all of which are known, and its body.
 *
 * <p><i>Not thread-safe; confined to the request's event loop.</i>
 */
final class Call {
    private final RoutingContext context;
    private final Map<String, List<String>> parameters;

    private Call(RoutingContext context, Map<String, List<String>> parameters) {
        this.context = context;
        this.parameters = parameters;
    }

    /** @throws QueryException if there is an unknown parameter, or the URL is not correctly encoded */
    static Call of(RoutingContext context, Set<String> allowed) {
        HttpServerRequest request = context.request();
        if (request.path().indexOf(';') >= 0) {
            // the framework would cut it off and serve the path before it
            throw QueryException.badRequest("path", "must have no semicolon; write %3B for one in a ticker");
        }
        Map<String, List<String>> parameters = parametersOf(request.query());
        for (String name : parameters.keySet()) {
            if (!allowed.contains(name)) {
                throw QueryException.badRequest(shortened(name), allowed.isEmpty()
                        ? "is not known here, where no parameter is" : "is not known here, allowed: " + String.join(", ",
                                allowed.stream().sorted().toList()));
            }
        }
        return new Call(context, parameters);
    }

    /**
     * The parameters of a query string, decoded, with all values of each.
     *
     * @param query null for none
     */
    static Map<String, List<String>> parametersOf(String query) {
        if (query == null || query.isEmpty()) {
            return Map.of();
        }
        try {
            return new QueryStringDecoder(query, StandardCharsets.UTF_8, false, Integer.MAX_VALUE, true).parameters();
        } catch (IllegalArgumentException e) {
            throw QueryException.badRequest("query", "is not URL-encoded: " + e.getMessage());
        }
    }

    RoutingContext context() {
        return context;
    }

    /** All values of a parameter that may be repeated. */
    List<String> values(String name) {
        return parameters.getOrDefault(name, List.of());
    }

    /** The value of a parameter that may be given once; empty if absent. */
    String value(String name) {
        List<String> values = values(name);
        if (values.size() > 1) {
            throw QueryException.badRequest(name, "must be given once: " + values.size() + " times");
        }
        return values.isEmpty() ? "" : values.get(0);
    }

    /** The value of a filter, which must not be empty if it is given. */
    String filter(String name) {
        String value = value(name);
        if (value.isEmpty() && parameters.containsKey(name)) {
            throw QueryException.badRequest(name, "must not be empty");
        }
        return value;
    }

    byte[] body() {
        return RequestBody.of(context);
    }

    static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}

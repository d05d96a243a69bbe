package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.kalshi.JsonBytes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The one way from a path to a resource and back: methods, accepted types and parameters are checked here, data is
 * refused here until the books are rebuilt, and every answer leaves by here.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class Endpoints {
    /** What one path answers, by method; {@code HEAD} is as {@code GET}. */
    static final class Path {
        private final Map<HttpMethod, Consumer<Call>> byMethod = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
        private final Map<HttpMethod, Set<String>> parameters = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
        private boolean data = true;

        Path get(Consumer<Call> answer, String... parameterNames) {
            return on(HttpMethod.GET, answer, parameterNames).on(HttpMethod.HEAD, answer, parameterNames);
        }

        Path post(Consumer<Call> answer) {
            return on(HttpMethod.POST, answer);
        }

        /** Answered also while the books are being rebuilt. */
        Path always() {
            data = false;
            return this;
        }

        private Path on(HttpMethod method, Consumer<Call> answer, String... parameterNames) {
            byMethod.put(method, answer);
            parameters.put(method, Set.of(parameterNames));
            return this;
        }

        private String allowed() {
            return byMethod.keySet().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        }
    }

    private final Map<String, Path> paths = new ConcurrentHashMap<>();
    private final BookRegistry registry;
    private final Completeness completeness;
    private final QueryConfig config;
    private final QueryMetrics metrics;
    private final Problems problems;

    Endpoints(BookRegistry registry, Completeness completeness, QueryConfig config, QueryMetrics metrics,
            Problems problems) {
        this.registry = registry;
        this.completeness = completeness;
        this.config = config;
        this.metrics = metrics;
        this.problems = problems;
    }

    /** Makes that path answer. */
    Path at(Router router, String path) {
        Path endpoint = new Path();
        paths.put(path, endpoint);
        router.route(path).handler(context -> {
            try {
                call(endpoint, context);
            } catch (QueryException e) {
                problems.answer(context, e);
            }
        });
        return endpoint;
    }

    /** What is answered: the methods of each path. */
    Map<String, List<String>> paths() {
        return paths.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey,
                path -> path.getValue().byMethod.keySet().stream().map(HttpMethod::name).toList()));
    }

    private void call(Path endpoint, RoutingContext context) {
        HttpMethod method = context.request().method();
        Consumer<Call> answer = endpoint.byMethod.get(method);
        if (answer == null) {
            context.response().putHeader(HttpHeaders.ALLOW, endpoint.allowed());
            throw QueryException.of(405, "method_not_allowed",
                    "method: must be one of " + endpoint.allowed() + ": " + Call.shortened(method.name()));
        }
        if (!acceptsJson(context)) {
            throw QueryException.of(406, "not_acceptable", "Accept: must allow application/json: "
                    + Call.shortened(context.request().getHeader(HttpHeaders.ACCEPT)));
        }
        if (endpoint.data && !completeness.isRebuilt()) {
            throw QueryException.rebuilding(completeness.recordsRead(), completeness.recordsToRead());
        }
        answer.accept(Call.of(context, endpoint.parameters.get(method)));
    }

    private static boolean acceptsJson(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept == null || accept.isBlank() || accept.contains("*/*")) {
            return true;
        }
        List<MIMEHeader> accepted = context.parsedHeaders().accept();
        return accepted.stream().anyMatch(type -> type.weight() > 0 && "application".equalsIgnoreCase(type.component())
                && ("json".equalsIgnoreCase(type.subComponent()) || "*".equals(type.subComponent())));
    }

    /** {@code {"as_of_ms":...,"complete_to_ms":...,}}, what every answer of our own begins with. */
    static byte[] head(long asOfMs, long completeToMs) {
        return new JsonBytes(96).ascii("{\"as_of_ms\":").number(asOfMs)
                .ascii(",\"complete_to_ms\":").number(completeToMs).ascii(",").toByteArray();
    }

    /** To be asked before the books are read, so that it never promises more than they hold. */
    long completeToMs() {
        return completeness.completeToMs();
    }

    long nowMs() {
        return registry.nowMs();
    }

    RequestMemory memory(Call call) {
        RequestMemory memory = new RequestMemory(metrics.heldBytes(), config.maxHeldSize().asLongValue());
        call.context().addEndHandler(over -> memory.release());
        return memory;
    }

    /** @throws QueryException if an answer of that size is too large */
    void checkSize(long bytes) {
        if (bytes > config.maxAnswerSize().asLongValue()) {
            throw QueryException.tooLarge("answer", "would have more than " + config.maxAnswerSize().asLongValue()
                    + " bytes: ask for fewer markets or levels");
        }
    }

    void send(Call call, Iterator<byte[]> pieces, OptionalLong length) {
        PagedAnswer.send(call.context(), pieces, length, config, metrics);
    }

    void send(Call call, List<byte[]> pieces) {
        send(call, pieces.iterator(), OptionalLong.of(pieces.stream().mapToLong(piece -> piece.length).sum()));
    }

    void send(Call call, JsonBytes whole) {
        send(call, List.of(whole.toByteArray()));
    }
}

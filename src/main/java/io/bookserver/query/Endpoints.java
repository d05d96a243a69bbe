package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.JsonBytes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/**
 * The common part of all resources: it checks the parameters, rejects requests for data until the books are rebuilt,
 * and enforces the limits of an answer.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class Endpoints {
    private final BookRegistry registry;
    private final Completeness completeness;
    private final QueryConfig config;
    private final QueryMetrics metrics;

    Endpoints(BookRegistry registry, Completeness completeness, QueryConfig config, QueryMetrics metrics) {
        this.registry = registry;
        this.completeness = completeness;
        this.config = config;
        this.metrics = metrics;
    }

    /**
     * A request for data.
     *
     * @param parameters the names of the known parameters
     * @throws QueryException if there is any other, or the books are being rebuilt
     */
    Call data(RoutingContext context, String... parameters) {
        if (!completeness.isRebuilt()) {
            throw QueryException.rebuilding(completeness.recordsRead(), completeness.recordsToRead());
        }
        return always(context, parameters);
    }

    /** A request that is also answered while the books are being rebuilt. */
    Call always(RoutingContext context, String... parameters) {
        checkAccept(context);
        return Call.of(context, Set.of(parameters));
    }

    /** The framework accepts a type with weight 0 like any other. */
    private static void checkAccept(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept != null && accept.contains("q=0") && context.parsedHeaders().accept().stream()
                .noneMatch(type -> type.weight() > 0 && isJson(type.component(), type.subComponent()))) {
            throw QueryException.notAcceptable(accept);
        }
    }

    private static boolean isJson(String type, String subtype) {
        return type.equals("*") || type.equalsIgnoreCase("application")
                && (subtype.equals("*") || subtype.equalsIgnoreCase("json"));
    }

    /** {@code {"as_of_ms":...,"complete_to_ms":...,}}, the beginning of every answer of our own. */
    static byte[] head(long asOfMs, long completeToMs) {
        return new JsonBytes(96).ascii("{\"as_of_ms\":").number(asOfMs)
                .ascii(",\"complete_to_ms\":").number(completeToMs).ascii(",").toByteArray();
    }

    /** Call it before the books are read, so that it never promises more than they contain. */
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

    /** @throws QueryException if that book, at that depth, may be too large an answer */
    void checkSize(MarketSnapshot market, int depth, int levelBytes) {
        checkSize(WholeBooks.maxBytes(market, depth, levelBytes));
    }
}

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
 * What all resources have in common: parameters are checked here, data is refused here until the books are rebuilt, and
 * the limits of an answer stand here.
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
     * A question for data.
     *
     * @param parameters the names of those that are understood
     * @throws QueryException if there is another, or the books are being rebuilt
     */
    Call data(RoutingContext context, String... parameters) {
        if (!completeness.isRebuilt()) {
            throw QueryException.rebuilding(completeness.recordsRead(), completeness.recordsToRead());
        }
        return always(context, parameters);
    }

    /** A question that is answered also while the books are being rebuilt. */
    Call always(RoutingContext context, String... parameters) {
        checkAccept(context);
        return Call.of(context, Set.of(parameters));
    }

    /** The framework finds a type that is accepted with weight 0 as good as another. */
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

    /** @throws QueryException if that book, so deep, may be too large an answer */
    void checkSize(MarketSnapshot market, int depth, int levelBytes) {
        checkSize(WholeBooks.maxBytes(market, depth, levelBytes));
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The best level of both sides of many markets at once.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/api/v1/top-of-book")
@Produces(MediaType.APPLICATION_JSON)
public class TopOfBookResource {
    private static final String TICKERS = "market_tickers";
    private static final int BYTES_PER_TICKER_HELD = 16;
    /** A top of book that has changed meanwhile is held by the answer alone, until the client has read it. */
    private static final int BYTES_PER_TOP_HELD = 112;

    private final BookRegistry registry;
    private final QueryConfig limits;
    private final Endpoints endpoints;

    TopOfBookResource(BookRegistry registry, QueryConfig limits, Endpoints endpoints) {
        this.registry = registry;
        this.limits = limits;
        this.endpoints = endpoints;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    public Uni<Answer> named(@Context RoutingContext context) {
        Call call = endpoints.data(context);
        return answer(call, BookQuestion.ofTops(call.body(), limits).tickers());
    }

    @GET
    public Uni<Answer> listed(@Context RoutingContext context) {
        Call call = endpoints.data(context, TICKERS);
        List<String> given = call.values(TICKERS);
        return given.isEmpty()
                ? answerAll(call)
                : answer(call, BookQuestion.tickersOf(given, TICKERS, limits.maxTickers()));
    }

    private Uni<Answer> answer(Call call, List<String> tickers) {
        NamedMarkets named = new NamedMarkets(registry, tickers);
        return answer(call, tickers.size(), named::next, named::tail);
    }

    private Uni<Answer> answerAll(Call call) {
        if (registry.size() > limits.maxMarketsWithoutTickers()) {
            throw QueryException.tooLarge(TICKERS, "must be given when there are more than "
                    + limits.maxMarketsWithoutTickers() + " markets; GET /api/v1/markets lists them page by page");
        }
        Iterator<Market> all = registry.markets().iterator();
        return answer(call, registry.size(), () -> all.hasNext() ? Optional.of(all.next()) : Optional.empty(),
                () -> NamedMarkets.ALL_FOUND);
    }

    private Uni<Answer> answer(Call call, int expected, Supplier<Optional<Market>> next, Supplier<byte[]> tail) {
        long completeToMs = endpoints.completeToMs();
        RequestMemory memory = endpoints.memory(call);
        memory.hold((long) BYTES_PER_TICKER_HELD * expected);
        TopsOfBook tops = new TopsOfBook(expected);
        return Slices.each(call.context(), next, market -> tops.add(market.current().topOfBook()),
                () -> endpoints.checkSize(tops.bytes()), () -> {
            byte[] head = head(endpoints.nowMs(), completeToMs);
            byte[] end = tail.get();
            long bytes = head.length + tops.bytes() + end.length;
            endpoints.checkSize(bytes);
            memory.hold((long) BYTES_PER_TOP_HELD * tops.count());
            return new Answer(tops.between(head, end), OptionalLong.of(bytes));
        });
    }

    /** What precedes the first book. */
    static byte[] head(long asOfMs, long completeToMs) {
        return new JsonBytes(96).raw(Endpoints.head(asOfMs, completeToMs)).ascii("\"books\":[").toByteArray();
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whole books, or their best levels.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/api/v1/books")
@Produces(MediaType.APPLICATION_JSON)
public class BooksResource {
    private static final int BYTES_PER_TICKER_HELD = 16;
    /** A book that has changed meanwhile is held by the answer alone, until the client has read it. */
    private static final int BYTES_PER_BOOK_HELD = 496;
    /** More than a level with all its timestamps needs. */
    static final int LEVEL_BYTES = 320;

    private final BookRegistry registry;
    private final QueryConfig limits;
    private final Endpoints endpoints;

    BooksResource(BookRegistry registry, QueryConfig limits, Endpoints endpoints) {
        this.registry = registry;
        this.limits = limits;
        this.endpoints = endpoints;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    public Uni<Answer> named(@Context RoutingContext context) {
        Call call = endpoints.data(context);
        BookQuestion question = BookQuestion.ofBooks(call.body(), limits);
        long completeToMs = endpoints.completeToMs();
        RequestMemory memory = endpoints.memory(call);
        memory.hold((long) BYTES_PER_TICKER_HELD * question.tickers().size());
        NamedMarkets named = new NamedMarkets(registry, question.tickers());
        WholeBooks books = new WholeBooks(BookJson::book, LEVEL_BYTES, question.depth());
        return Slices.each(call.context(), named::next, market -> books.add(market.current()),
                () -> endpoints.checkSize(books.maxBytes()), () -> {
            byte[] tail = named.tail();
            endpoints.checkSize(books.maxBytes() + tail.length);
            memory.hold((long) BYTES_PER_BOOK_HELD * books.count());
            byte[] head = TopOfBookResource.head(endpoints.nowMs(), completeToMs);
            return new Answer(books.between(head, tail), OptionalLong.empty());
        });
    }

    @GET
    @Path("{ticker}")
    public Answer one(@PathParam("ticker") String ticker, @Context RoutingContext context) {
        Call call = endpoints.data(context, "depth");
        int depth = BookQuestion.depthOf(call.value("depth"), limits);
        long completeToMs = endpoints.completeToMs();
        MarketSnapshot market = registry.market(ticker)
                .orElseThrow(() -> QueryException.notFound("ticker", "no market with that ticker is known"))
                .current();
        endpoints.checkSize(market, depth, LEVEL_BYTES);
        return Answer.of(pieces(market, depth, endpoints.nowMs(), completeToMs));
    }

    /** One book: the fields of every answer, followed by its own. */
    static List<byte[]> pieces(MarketSnapshot market, int depth, long asOfMs, long completeToMs) {
        JsonBytes book = new JsonBytes(16_384);
        BookJson.book(book, market, depth);
        byte[] own = book.toByteArray();
        return List.of(Endpoints.head(asOfMs, completeToMs), Arrays.copyOfRange(own, 1, own.length));
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The exchange's own REST shapes, so that its clients work here by changing the address. Beside {@code orderbook_fp}
 * stands {@code state}, which the exchange does not have: a stale book says so here too. A market without a snapshot has
 * no book, and is not found.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@Path("/trade-api/v2/markets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "The exchange's shapes")
@APIResponse(responseCode = "400", description = "Bad input", content = @Content(
        schema = @Schema(implementation = Shapes.ExchangeProblem.class)))
public class ExchangeResource {
    private final BookRegistry registry;
    private final QueryConfig limits;

    ExchangeResource(BookRegistry registry, QueryConfig limits) {
        this.registry = registry;
        this.limits = limits;
    }

    @GET
    @Path("/{ticker}/orderbook")
    @NonBlocking
    @Operation(summary = "One book, ladders ascending by price")
    @APIResponse(responseCode = "200", description = "The book", content = @Content(
            mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Shapes.ExchangeBook.class),
            examples = @ExampleObject(name = "two levels", value = Shapes.EXCHANGE_BOOK_EXAMPLE)))
    @APIResponse(responseCode = "404", description = "No book of that market", content = @Content(
            schema = @Schema(implementation = Shapes.ExchangeProblem.class)))
    public Buffer one(
            @PathParam("ticker") String ticker,
            @Parameter(description = "Best levels of each side; 0 or absent: all") @QueryParam("depth") String depth) {
        int levels = BookQuestion.depthOf(depth, limits);
        MarketSnapshot market = book(ticker)
                .orElseThrow(() -> QueryException.notFound("ticker", "no book of that market is known"));
        JsonBytes out = new JsonBytes(4096).ascii("{");
        write(out, market, levels);
        return Buffer.buffer(out.ascii("}").toByteArray());
    }

    @GET
    @Path("/orderbooks")
    @NonBlocking
    @Operation(summary = "Several books at once; markets without a book are left out")
    @APIResponse(responseCode = "200", description = "The books, in the order asked", content = @Content(
            mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Shapes.ExchangeBooks.class)))
    public Buffer many(
            @Parameter(description = "The key repeated, or with commas") @QueryParam("tickers") List<String> tickers,
            @Parameter(description = "Best levels of each side; 0 or absent: all") @QueryParam("depth") String depth) {
        if (tickers.isEmpty()) {
            throw QueryException.badRequest("tickers", "must name 1.." + limits.maxExchangeTickers() + " tickers");
        }
        int levels = BookQuestion.depthOf(depth, limits);
        JsonBytes out = new JsonBytes(16384).ascii("{\"orderbooks\":[");
        for (String ticker : BookQuestion.tickersOf(tickers, "tickers", limits.maxExchangeTickers())) {
            book(ticker).ifPresent(market -> {
                out.ascii("{\"ticker\":\"").ascii(market.ticker()).ascii("\",");
                write(out, market, levels);
                out.ascii("},");
            });
        }
        return Buffer.buffer(out.dropLast(',').ascii("]}").toByteArray());
    }

    private Optional<MarketSnapshot> book(String ticker) {
        return registry.market(ticker).map(Market::current)
                .filter(market -> market.book().state() != BookState.AWAITING_SNAPSHOT);
    }

    private static void write(JsonBytes out, MarketSnapshot market, int depth) {
        out.ascii("\"orderbook_fp\":");
        BookJson.exchangeBook(out, market.book(), depth);
        out.ascii(",\"state\":\"").ascii(market.book().state().wireName()).ascii("\"");
    }
}

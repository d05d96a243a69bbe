package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The best level of both sides of many markets at once.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@Path("/api/v1/top-of-book")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Books")
@APIResponse(responseCode = "200", description = "In the order asked; unknown tickers under not_found",
        content = @Content(mediaType = MediaType.APPLICATION_JSON,
                schema = @Schema(implementation = Shapes.TopsOfBook.class),
                examples = @ExampleObject(name = "one market found", value = Shapes.TOP_OF_BOOK_EXAMPLE)))
@APIResponse(responseCode = "400", description = "Bad input", content = @Content(
        schema = @Schema(implementation = Shapes.Problem.class),
        examples = @ExampleObject(name = "no tickers", value = Shapes.PROBLEM_EXAMPLE)))
@APIResponse(responseCode = "413", description = "Over a limit", content = @Content(
        schema = @Schema(implementation = Shapes.Problem.class)))
public class TopOfBookResource {
    private final BookRegistry registry;
    private final QueryConfig limits;

    TopOfBookResource(BookRegistry registry, QueryConfig limits) {
        this.registry = registry;
        this.limits = limits;
    }

    @POST
    @NonBlocking
    @Consumes(MediaType.WILDCARD)
    @Operation(summary = "Top of book of the markets named in the body")
    public Buffer named(
            @RequestBody(content = @Content(mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(implementation = Shapes.Tickers.class),
                    examples = @ExampleObject(name = "two markets", value = Shapes.TICKERS_EXAMPLE))) byte[] body) {
        return BulkAnswer.topsOfBook(registry, BookQuestion.ofBody(body, limits).tickers());
    }

    /** The answer to GET without its body, which would be collected, and never given back, for nothing. */
    @HEAD
    @NonBlocking
    @Operation(hidden = true)
    public Response head() {
        return Response.ok().build();
    }

    @GET
    @NonBlocking
    @Operation(summary = "Top of book of the markets named, or of all")
    public Buffer listed(
            @Parameter(description = "Tickers, with commas or the key repeated; absent: every market",
                    example = "KXMLBGAME-26AUG071840NYMPIT-NYM,KXMLBGAME-26AUG071840NYMPIT-PIT")
            @QueryParam("market_tickers") List<String> marketTickers) {
        if (!marketTickers.isEmpty()) {
            return BulkAnswer.topsOfBook(
                    registry, BookQuestion.tickersOf(marketTickers, "market_tickers", limits.maxTickers()));
        }
        List<MarketSnapshot> all = registry.list("", "", market -> true, limits.maxMarketsWithoutTickers() + 1);
        if (all.size() > limits.maxMarketsWithoutTickers()) {
            throw QueryException.tooLarge("market_tickers", "must be given when there are more than "
                    + limits.maxMarketsWithoutTickers() + " markets; GET /api/v1/markets lists them page by page");
        }
        return BulkAnswer.topsOfBook(registry.nowMs(), all);
    }
}

package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Whole books, or the best levels of them.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@Path("/api/v1/books")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Books")
@APIResponse(responseCode = "400", description = "Bad input", content = @Content(
        schema = @Schema(implementation = Shapes.Problem.class)))
public class BooksResource {
    private final BookRegistry registry;
    private final QueryConfig limits;

    BooksResource(BookRegistry registry, QueryConfig limits) {
        this.registry = registry;
        this.limits = limits;
    }

    @POST
    @NonBlocking
    @Consumes(MediaType.WILDCARD)
    @Operation(summary = "Books of the markets named in the body, so deep")
    @APIResponse(responseCode = "200", description = "In the order asked; unknown tickers under not_found",
            content = @Content(mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(implementation = Shapes.Books.class)))
    @APIResponse(responseCode = "413", description = "Over a limit", content = @Content(
            schema = @Schema(implementation = Shapes.Problem.class)))
    public Buffer named(
            @RequestBody(content = @Content(mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(implementation = Shapes.Tickers.class),
                    examples = @ExampleObject(name = "five levels", value = Shapes.BOOKS_QUESTION_EXAMPLE))) byte[] body) {
        return BulkAnswer.books(registry, BookQuestion.ofBody(body, limits));
    }

    @GET
    @Path("/{ticker}")
    @NonBlocking
    @Operation(summary = "The book of one market")
    @APIResponse(responseCode = "200", description = "The market with its ladders, best level first",
            content = @Content(mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(implementation = Shapes.Book.class)))
    @APIResponse(responseCode = "404", description = "No record has named this market", content = @Content(
            schema = @Schema(implementation = Shapes.Problem.class)))
    public Buffer one(
            @PathParam("ticker") String ticker,
            @Parameter(description = "Levels of each side; 0 or absent: all") @QueryParam("depth") String depth) {
        int levels = BookQuestion.depthOf(depth, limits);
        MarketSnapshot market = registry.market(ticker)
                .orElseThrow(() -> QueryException.notFound("ticker", "no market of that name is known"))
                .current();
        JsonBytes out = new JsonBytes(16384);
        BookJson.book(out, market, levels);
        return Buffer.buffer(out.toByteArray());
    }
}

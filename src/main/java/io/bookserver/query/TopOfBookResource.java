package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.query.StandingQuestions.Source;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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
    private static final String TICKERS = "market_tickers";
    private static final byte[] NOTHING = {};

    private final BookRegistry registry;
    private final QueryConfig limits;
    private final ThreadLocal<StandingQuestions> standing;

    TopOfBookResource(BookRegistry registry, QueryConfig limits) {
        this.registry = registry;
        this.limits = limits;
        this.standing = ThreadLocal.withInitial(
                () -> new StandingQuestions(registry, limits.rememberedQuestions().asLongValue()));
    }

    @POST
    @NonBlocking
    @Consumes(MediaType.WILDCARD)
    @Operation(summary = "Top of book of the markets named in the body")
    public Buffer named(
            @RequestBody(content = @Content(mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(implementation = Shapes.Tickers.class),
                    examples = @ExampleObject(name = "two markets", value = Shapes.TICKERS_EXAMPLE))) byte[] body) {
        return standing.get().answer(Source.BODY, body == null ? NOTHING : body,
                () -> StandingQuestion.named(registry, BookQuestion.ofBody(body, limits).tickers()));
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
    @Parameter(name = TICKERS, in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.ARRAY, implementation = String.class),
            description = "Tickers, with commas or the key repeated; absent: every market",
            example = "KXMLBGAME-26AUG071840NYMPIT-NYM,KXMLBGAME-26AUG071840NYMPIT-PIT")
    public Buffer listed(@Context HttpServerRequest request) {
        String query = request.query();
        if (query == null || query.isEmpty()) {
            return all();
        }
        // the parameter is not declared to the framework, which would take the query string apart at every asking
        return standing.get().answer(Source.QUERY_STRING, query.getBytes(StandardCharsets.UTF_8), () -> asked(query));
    }

    private Buffer all() {
        return standing.get().answer(Source.NONE, NOTHING, this::everyMarket);
    }

    private StandingQuestion asked(String query) {
        List<String> tickers = BookQuestion.parametersOf(query, TICKERS);
        return tickers.isEmpty()
                ? everyMarket()
                : StandingQuestion.named(registry, BookQuestion.tickersOf(tickers, TICKERS, limits.maxTickers()));
    }

    private StandingQuestion everyMarket() {
        if (registry.size() > limits.maxMarketsWithoutTickers()) {
            throw QueryException.tooLarge(TICKERS, "must be given when there are more than "
                    + limits.maxMarketsWithoutTickers() + " markets; GET /api/v1/markets lists them page by page");
        }
        return StandingQuestion.ofAll(registry);
    }
}

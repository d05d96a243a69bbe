package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What markets are known, with their status.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@Path("/api/v1/markets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Markets")
public class MarketsResource {
    private final BookRegistry registry;
    private final QueryConfig limits;

    MarketsResource(BookRegistry registry, QueryConfig limits) {
        this.registry = registry;
        this.limits = limits;
    }

    @GET
    @NonBlocking
    @Operation(summary = "Markets in ticker order, page by page")
    @APIResponse(responseCode = "200", description = "One page; an empty cursor says that it is the last",
            content = @Content(mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(implementation = Shapes.Markets.class)))
    @APIResponse(responseCode = "400", description = "Bad input", content = @Content(
            schema = @Schema(implementation = Shapes.Problem.class)))
    public Buffer page(
            @Parameter(description = "Only markets of this status", example = "open")
            @QueryParam("status") @DefaultValue("") String status,
            @Parameter(description = "Only tickers that begin so", example = "KXMLB")
            @QueryParam("prefix") @DefaultValue("") String prefix,
            @Parameter(description = "Markets a page") @QueryParam("limit") @DefaultValue("") String limit,
            @Parameter(description = "The cursor of the page before")
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        Predicate<MarketSnapshot> filter = filter(status);
        int size = limit.isEmpty()
                ? limits.defaultPageSize()
                : BookQuestion.wholeNumber(limit, "limit", 1, limits.maxPageSize());
        List<MarketSnapshot> found = registry.list(cursor, prefix, filter, size + 1);
        boolean more = found.size() > size;
        JsonBytes out = new JsonBytes(256 + 200 * found.size());
        out.ascii("{\"as_of_ms\":").number(registry.nowMs()).ascii(",\"markets\":[");
        for (MarketSnapshot market : more ? found.subList(0, size) : found) {
            BookJson.market(out, market);
            out.ascii(",");
        }
        out.dropLast(',').ascii("],\"cursor\":\"").ascii(more ? found.get(size - 1).ticker() : "").ascii("\"}");
        return Buffer.buffer(out.toByteArray());
    }

    private static Predicate<MarketSnapshot> filter(String status) {
        if (status.isEmpty()) {
            return market -> true;
        }
        MarketPhase phase = MarketPhase.named(status).orElseThrow(() -> QueryException.badRequest("status",
                "must be one of " + Arrays.stream(MarketPhase.values()).map(MarketPhase::wireName).toList()));
        return market -> market.status().phase() == phase;
    }
}

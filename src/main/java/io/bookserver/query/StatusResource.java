package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.StatusPart;
import io.quarkus.arc.All;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The state of the server; also answered while the books are being rebuilt.
 *
 * <p><i>Thread-safe: answers on the event loop, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/api/v1/status")
@Produces(MediaType.APPLICATION_JSON)
public class StatusResource {
    private final BookRegistry registry;
    private final Completeness completeness;
    private final MarketCounts counts;
    private final Endpoints endpoints;
    private final List<StatusPart> parts;
    private final String version;

    StatusResource(BookRegistry registry, Completeness completeness, MarketCounts counts, Endpoints endpoints,
            @All List<StatusPart> parts,
            @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown") String version) {
        this.registry = registry;
        this.completeness = completeness;
        this.counts = counts;
        this.endpoints = endpoints;
        this.parts = parts;
        this.version = version;
    }

    @GET
    public Uni<Answer> status(@Context RoutingContext context) {
        Call call = endpoints.always(context);
        long completeToMs = endpoints.completeToMs();
        return counts.byStatus(call).map(byStatus -> {
            JsonBytes out = new JsonBytes(4_096).raw(Endpoints.head(endpoints.nowMs(), completeToMs));
            out.ascii("\"version\":").string(version);
            out.ascii(",\"uptime_ms\":").number(ManagementFactory.getRuntimeMXBean().getUptime());
            out.ascii(",\"rebuild\":{\"complete\":").ascii(Boolean.toString(completeness.isRebuilt()));
            out.ascii(",\"records_read\":").number(completeness.recordsRead());
            out.ascii(",\"records_to_read\":").number(completeness.recordsToRead());
            out.ascii("},\"markets\":{\"total\":").number(registry.size()).ascii(",\"by_status\":").raw(byStatus);
            out.ascii("},\"books\":");
            books(out);
            for (StatusPart part : parts) {
                out.ascii(",").string(part.name()).ascii(":");
                part.write(out);
            }
            return Answer.of(out.ascii("}"));
        });
    }

    private void books(JsonBytes out) {
        out.ascii("{\"by_state\":{");
        for (BookState state : BookState.SHOWN) {
            out.ascii("\"").ascii(state.wireName()).ascii("\":").number(registry.booksIn(state)).ascii(",");
        }
        out.dropLast(',').ascii("},\"crossed\":").number(registry.crossedBooks());
        out.ascii(",\"to_heal\":").number(registry.staleBooksToHeal());
        out.ascii(",\"late\":").number(registry.booksIn(BookState.LATE)).ascii("}");
    }
}

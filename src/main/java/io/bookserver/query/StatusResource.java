package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Completeness;
import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.ConnectedClients;
import io.bookserver.status.StatusPart;
import io.quarkus.arc.All;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How the server fares and who is connected; answered also while the books are being rebuilt.
 *
 * <p><i>Thread-safe: answers on the event loop, without a lock.</i>
 */
@ApplicationScoped
class StatusResource {
    private final BookRegistry registry;
    private final Completeness completeness;
    private final MarketCounts counts;
    private final Endpoints endpoints;
    private final List<StatusPart> parts;
    private final List<ConnectedClients> clients;
    private final String version;

    StatusResource(BookRegistry registry, Completeness completeness, MarketCounts counts, Endpoints endpoints,
            @All List<StatusPart> parts, @All List<ConnectedClients> clients,
            @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown") String version) {
        this.registry = registry;
        this.completeness = completeness;
        this.counts = counts;
        this.endpoints = endpoints;
        this.parts = parts;
        this.clients = clients;
        this.version = version;
    }

    void routes(@Observes Router router) {
        endpoints.at(router, "/api/v1/status").get(this::status).always();
        endpoints.at(router, "/api/v1/clients").get(this::clients).always();
    }

    private void status(Call call) {
        long completeToMs = endpoints.completeToMs();
        counts.byStatus(call, byStatus -> {
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
            endpoints.send(call, out.ascii("}"));
        });
    }

    private void books(JsonBytes out) {
        out.ascii("{\"by_state\":{");
        for (BookState state : BookState.values()) {
            out.ascii("\"").ascii(state.wireName()).ascii("\":").number(registry.booksIn(state)).ascii(",");
        }
        out.dropLast(',').ascii("},\"crossed\":").number(registry.crossedBooks());
        out.ascii(",\"to_heal\":").number(registry.staleBooksToHeal()).ascii("}");
    }

    private void clients(Call call) {
        List<CompletableFuture<byte[]>> lists = clients.stream().map(part -> part.list().toCompletableFuture()).toList();
        CompletableFuture<Void> all = CompletableFuture.allOf(lists.toArray(CompletableFuture[]::new));
        if (all.isDone()) {
            sendClients(call, lists);
            return;
        }
        Context loop = Vertx.currentContext();
        all.whenComplete((done, failure) -> loop.runOnContext(turn -> sendClients(call, lists)));
    }

    private void sendClients(Call call, List<CompletableFuture<byte[]>> lists) {
        try {
            List<byte[]> pieces = new ArrayList<>();
            pieces.add(new JsonBytes(128).raw(Endpoints.head(endpoints.nowMs(), endpoints.completeToMs()))
                    .ascii("\"clients\":[").toByteArray());
            for (CompletableFuture<byte[]> list : lists) {
                if (list.join().length > 0) {
                    if (pieces.size() > 1) {
                        pieces.add(new byte[] {','});
                    }
                    pieces.add(list.join());
                }
            }
            pieces.add(new byte[] {']', '}'});
            endpoints.send(call, pieces);
        } catch (RuntimeException e) {
            call.context().fail(e);
        }
    }
}

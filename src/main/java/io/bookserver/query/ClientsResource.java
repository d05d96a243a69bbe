package io.bookserver.query;

import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.ConnectedClients;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The connected clients; also answered while the books are being rebuilt.
 *
 * <p><i>Thread-safe: answers on the event loop, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/api/v1/clients")
@Produces(MediaType.APPLICATION_JSON)
public class ClientsResource {
    private final Endpoints endpoints;
    private final List<ConnectedClients> clients;

    ClientsResource(Endpoints endpoints, @All List<ConnectedClients> clients) {
        this.endpoints = endpoints;
        this.clients = clients;
    }

    @GET
    public Uni<Answer> clients(@Context RoutingContext context) {
        Call call = endpoints.always(context);
        List<CompletableFuture<List<byte[]>>> lists =
                clients.stream().map(part -> part.list().toCompletableFuture()).toList();
        // the framework returns to the request's event loop
        return Uni.createFrom().completionStage(CompletableFuture.allOf(lists.toArray(CompletableFuture[]::new)))
                .map(all -> {
                    List<byte[]> pieces = pieces(lists.stream().map(CompletableFuture::join).toList());
                    long bytes = pieces.stream().mapToLong(piece -> piece.length).sum();
                    endpoints.checkSize(bytes);
                    endpoints.memory(call).hold(bytes);
                    return Answer.of(pieces);
                });
    }

    private List<byte[]> pieces(List<List<byte[]>> lists) {
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(new JsonBytes(128).raw(Endpoints.head(endpoints.nowMs(), endpoints.completeToMs()))
                .ascii("\"clients\":[").toByteArray());
        for (List<byte[]> list : lists) {
            if (!list.isEmpty()) {
                if (pieces.size() > 1) {
                    pieces.add(new byte[] {','});
                }
                pieces.addAll(list);
            }
        }
        pieces.add(new byte[] {']', '}'});
        return pieces;
    }
}

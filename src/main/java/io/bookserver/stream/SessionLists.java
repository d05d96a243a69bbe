package io.bookserver.stream;

import io.bookserver.status.ConnectedClients;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The connections of all event loops, for {@code GET /api/v1/clients}. Only one iteration runs at a time. All requests
 * that arrive meanwhile share the next one, which begins when it ends. Every request therefore sees all connections
 * that existed before it, and many requests cost no more than one.
 *
 * <p><i>Thread-safe: the lock is held to check for a running iteration, never during one.</i>
 */
@ApplicationScoped
class SessionLists implements ConnectedClients {
    private final FanOut fanOut;
    private boolean walking;
    /** The result for requests that arrive during an iteration; null for none. */
    private CompletableFuture<List<byte[]>> next;

    SessionLists(FanOut fanOut) {
        this.fanOut = fanOut;
    }

    @Override
    public CompletionStage<List<byte[]>> list() {
        CompletableFuture<List<byte[]>> told;
        synchronized (this) {
            if (walking) {
                next = next == null ? new CompletableFuture<>() : next;
                return next;
            }
            walking = true;
            told = new CompletableFuture<>();
        }
        walk(told);
        return told;
    }

    private void walk(CompletableFuture<List<byte[]>> told) {
        List<CompletableFuture<List<byte[]>>> lists = new ArrayList<>();
        fanOut.shards().forEach(shard -> lists.add(SessionList.of(shard)));
        CompletableFuture.allOf(lists.toArray(CompletableFuture[]::new)).thenApply(all -> joined(lists))
                .whenComplete((list, failure) -> {
                    walkNext();
                    if (failure == null) {
                        told.complete(list);
                    } else {
                        told.completeExceptionally(failure);
                    }
                });
    }

    private void walkNext() {
        CompletableFuture<List<byte[]>> due;
        synchronized (this) {
            due = next;
            next = null;
            walking = due != null;
        }
        if (due != null) {
            walk(due);
        }
    }

    /** Without the comma after the last element. */
    private static List<byte[]> joined(List<CompletableFuture<List<byte[]>>> lists) {
        List<byte[]> pieces = new ArrayList<>();
        lists.forEach(list -> pieces.addAll(list.join()));
        if (!pieces.isEmpty()) {
            byte[] last = pieces.get(pieces.size() - 1);
            pieces.set(pieces.size() - 1, Arrays.copyOf(last, last.length - 1));
        }
        return List.copyOf(pieces);
    }
}

package io.bookserver.status;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The connected clients, for {@code GET /api/v1/clients}, from the package that has the connections. Every bean of this
 * type is used.
 *
 * <p><i>Thread-safe: called on an event loop. Connections are confined to their own loops, so the answer may come
 * later, on any thread.</i>
 */
public interface ConnectedClients {
    /**
     * The connections, one JSON object each, separated by commas, in pieces that an event loop can send at once; empty
     * for none. The pieces may be shared with other requests: callers must not modify them.
     */
    CompletionStage<List<byte[]>> list();
}

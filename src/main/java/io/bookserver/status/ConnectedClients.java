package io.bookserver.status;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who is connected, for {@code GET /api/v1/clients}: told by the package that holds the connections. Every bean of this
 * type is asked.
 *
 * <p><i>Thread-safe: asked on an event loop. Connections are confined to loops of their own, so the answer may come
 * later, on any thread.</i>
 */
public interface ConnectedClients {
    /**
     * The connections, each one JSON object, with commas between them, in pieces that an event loop sends at once; empty
     * for none. The pieces may be shared with others who ask: nobody writes into them.
     */
    CompletionStage<List<byte[]>> list();
}

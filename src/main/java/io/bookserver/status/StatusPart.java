package io.bookserver.status;

import io.bookserver.kalshi.JsonBytes;

/**
 * One field of the status document ({@code GET /api/v1/status}), told by the package that knows it. Every bean of this
 * type is asked.
 *
 * <p><i>Thread-safe: asked on an event loop, so it must neither block nor go through all markets or connections.</i>
 */
public interface StatusPart {
    /** The field's name. */
    String name();

    /** Writes the field's value, any JSON. */
    void write(JsonBytes out);
}

package io.bookserver.status;

import io.bookserver.kalshi.JsonBytes;

/**
 * One field of the status document ({@code GET /api/v1/status}), from the package that has its data. Every bean of this
 * type is used.
 *
 * <p><i>Thread-safe: called on an event loop, so it must neither block nor scan all markets or connections.</i>
 */
public interface StatusPart {
    /** The field's name. */
    String name();

    /** Writes the field's value, any JSON. */
    void write(JsonBytes out);
}

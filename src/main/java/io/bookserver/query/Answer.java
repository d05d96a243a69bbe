package io.bookserver.query;

import io.bookserver.kalshi.JsonBytes;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;

/**
 * The answer to a request: JSON in pieces, each built when there is room for it.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 *
 * @param pieces none is modified after it was handed on
 * @param length of all of them in bytes, if it is known
 */
record Answer(Iterator<byte[]> pieces, OptionalLong length) {
    static Answer of(List<byte[]> pieces) {
        return new Answer(pieces.iterator(), OptionalLong.of(pieces.stream().mapToLong(piece -> piece.length).sum()));
    }

    static Answer of(JsonBytes whole) {
        return of(List.of(whole.toByteArray()));
    }
}

package io.bookserver.feed.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * Detects in a recording where a new connection to the exchange begins: a sequence number that is not above the last
 * one of its subscription can only be of another connection.
 *
 * <p><i>Not thread-safe; confined to its feed.</i>
 */
final class RecordedConnection {
    private final Map<Long, Long> lastSeqBySid = new HashMap<>();

    /** To be called when the recording starts again. */
    void reset() {
        lastSeqBySid.clear();
    }

    /** Handles the next frame; returns whether it belongs to another connection than the previous one. */
    boolean begins(RecordedFrame frame) {
        if (frame.sid().isEmpty() || frame.sequence().isEmpty()) {
            return false;
        }
        long sid = frame.sid().getAsLong();
        long seq = frame.sequence().getAsLong();
        boolean begins = lastSeqBySid.getOrDefault(sid, Long.MIN_VALUE) >= seq;
        if (begins) {
            lastSeqBySid.clear();
        }
        lastSeqBySid.put(sid, seq);
        return begins;
    }
}

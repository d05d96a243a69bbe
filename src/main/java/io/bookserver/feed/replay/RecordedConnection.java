package io.bookserver.feed.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * Finds in a recording where a new connection to the exchange begins: a sequence number that is not above the last one of
 * its subscription can only come from another connection.
 *
 * <p><i>Not thread-safe; confined to its feed.</i>
 */
final class RecordedConnection {
    private final Map<Long, Long> lastSeqBySid = new HashMap<>();

    /** The recording begins again. */
    void reset() {
        lastSeqBySid.clear();
    }

    /** Takes note of the next frame and tells whether it belongs to another connection than the one before. */
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

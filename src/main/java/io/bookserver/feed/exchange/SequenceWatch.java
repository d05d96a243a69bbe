package io.bookserver.feed.exchange;

import java.util.HashMap;
import java.util.Map;

/**
 * The last sequence number of each subscription of one connection. Numbers run from 1 without a hole over whatever the
 * subscription sends; the watch must see every message, before any filter.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class SequenceWatch {
    /** What a number says of those before it. */
    enum Verdict {
        /** Nothing is missing. */
        NEXT,
        /** At least one message is missing. */
        HOLE,
        /** It was there already, which the exchange never does. */
        REPEATED
    }

    private final Map<Long, Long> lastBySid = new HashMap<>();

    Verdict see(long sid, long seq) {
        long last = lastBySid.getOrDefault(sid, 0L);
        if (seq <= last) {
            return Verdict.REPEATED;
        }
        lastBySid.put(sid, seq);
        return seq == last + 1 ? Verdict.NEXT : Verdict.HOLE;
    }
}

package io.bookserver.feed.exchange;

import java.util.HashMap;
import java.util.Map;

/**
 * The last sequence number of each subscription of one connection. The numbers run from 1 without a gap over all
 * messages of a subscription, so every message must be checked, before any filter.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class SequenceWatch {
    /** How a number relates to those before it. */
    enum Verdict {
        /** Nothing is missing. */
        NEXT,
        /** At least one message is missing. */
        HOLE,
        /** A duplicate, which the exchange never sends. */
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

package io.bookserver.feed.exchange;

import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The last sequence numbers of each subscription of one connection. The numbers run from 1 without a gap over all
 * messages of a subscription, so every message must be checked, before any filter.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class SequenceWatch {
    /** So many messages of each subscription are remembered, by their checksums. */
    static final int REMEMBERED = 64;

    /** How a message relates to those before it. */
    enum Verdict {
        /** Nothing is missing. */
        NEXT,
        /** At least one message is missing. */
        HOLE,
        /** A duplicate, or one that was missing; the exchange sends neither. */
        REPEATED,
        /** A number that another message has had: the exchange counts anew, and nothing else tells. */
        COUNTED_ANEW
    }

    private static final class Seen {
        private long last;
        private final long[] seqs = new long[REMEMBERED];
        private final long[] checksums = new long[REMEMBERED];
    }

    private final Map<Long, Seen> bySid = new HashMap<>();
    private final CRC32C crc = new CRC32C();

    /** @param payload the message's bytes */
    Verdict see(long sid, long seq, byte[] payload) {
        Seen seen = bySid.computeIfAbsent(sid, first -> new Seen());
        crc.reset();
        crc.update(payload);
        int at = (int) (seq % REMEMBERED);
        if (seq <= seen.last) {
            boolean isRemembered = seen.seqs[at] == seq;
            boolean wasMissing = !isRemembered && seq > seen.last - REMEMBERED;
            return wasMissing || isRemembered && seen.checksums[at] == crc.getValue()
                    ? Verdict.REPEATED : Verdict.COUNTED_ANEW;
        }
        boolean isNext = seq == seen.last + 1;
        seen.last = seq;
        seen.seqs[at] = seq;
        seen.checksums[at] = crc.getValue();
        return isNext ? Verdict.NEXT : Verdict.HOLE;
    }
}

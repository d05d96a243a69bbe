package io.bookserver.stream;

import io.bookserver.kalshi.JsonBytes;
import io.bookserver.kalshi.StreamJson;
import java.util.Iterator;

/**
 * The {@code ok} reply to a command on one subscription. It lists all its markets, sorted (rec), unless the command
 * asks for no list. A long reply is sent as fragments of one message, each when the socket accepts it.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Listing implements Work {
    /** A list of up to this many bytes, about 8,000 markets, is one frame. */
    private static final int PART_BYTES = 1 << 18;

    private static final int TICKERS_A_LOOK = 256;

    private final Session session;
    private final Subscription subscription;
    private final long id;
    private final boolean lists;
    private final JsonBytes part = new JsonBytes(256);
    private String last = "";
    private boolean begun;

    Listing(Session session, Subscription subscription, long id, boolean lists) {
        this.session = session;
        this.subscription = subscription;
        this.id = id;
        this.lists = lists;
    }

    @Override
    public boolean advance(Turn turn) {
        while (session.outbox().isWritableByReplies()) {
            boolean all = !lists || fill(turn);
            if (!all && part.size() < PART_BYTES) {
                return false;
            }
            writePart(all);
            if (all || turn.isOver()) {
                return all;
            }
        }
        return false;
    }

    /** Fills the part as far as the turn allows; returns whether the list is complete. */
    private boolean fill(Turn turn) {
        Iterator<String> tickers = subscription.tickersAfter(last);
        for (int looked = 1; tickers.hasNext(); looked++) {
            if (part.size() >= PART_BYTES || looked % TICKERS_A_LOOK == 0 && turn.isOver()) {
                return false;
            }
            boolean isFirst = last.isEmpty();
            last = tickers.next();
            part.ascii(isFirst ? "\"" : ",\"").ascii(last).ascii("\"");
        }
        return true;
    }

    /** The seq is assigned now: data of the same subscription may have been sent since the list was begun. */
    private void writePart(boolean ends) {
        boolean sequenced = subscription.kind().isSequenced();
        JsonBytes out = new JsonBytes(part.size() + 128);
        if (!begun) {
            StreamJson.beginOk(out, id, subscription.sid(), sequenced ? subscription.nextSeq() : 0, lists);
        }
        out.raw(part.toByteArray());
        if (ends) {
            StreamJson.endOk(out, lists);
        }
        session.outbox().replyPart(head(ends), out.toByteArray());
        if (!begun && sequenced) {
            subscription.seqTaken();
        }
        begun = true;
        part.clear();
    }

    private int head(boolean ends) {
        if (begun) {
            return ends ? Frames.TEXT_ENDS : Frames.TEXT_GOES_ON;
        }
        return ends ? Frames.TEXT : Frames.TEXT_BEGINS;
    }
}

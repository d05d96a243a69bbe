package io.bookserver.stream;

import io.bookserver.kalshi.JsonBytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * One iteration over the connections of one event loop, each written as a JSON object followed by a comma. It runs in
 * turns; connections that come or go meanwhile may be in the list or not.
 *
 * <p><i>Not thread-safe; confined to its event loop, except {@link #of}, which any thread calls.</i>
 */
final class SessionList implements Worker {
    /** Small enough to be copied, or sent, without delaying a loop. */
    private static final int PIECE_BYTES = 1 << 15;

    private static final int OBJECT_BYTES = 512;

    private final Shard shard;
    private final CompletableFuture<List<byte[]>> told;
    private final Iterator<Session> sessions;
    private final JsonBytes piece = new JsonBytes(PIECE_BYTES + OBJECT_BYTES);
    private final List<byte[]> pieces = new ArrayList<>();

    SessionList(Shard shard, CompletableFuture<List<byte[]>> told) {
        this.shard = shard;
        this.told = told;
        this.sessions = shard.sessions().iterator();
    }

    /** The list of that loop, when it is complete. */
    static CompletableFuture<List<byte[]>> of(Shard shard) {
        CompletableFuture<List<byte[]>> told = new CompletableFuture<>();
        try {
            shard.loop().execute(() -> shard.later(new SessionList(shard, told)));
        } catch (RejectedExecutionException e) {
            // the server is stopping
            told.completeExceptionally(e);
        }
        return told;
    }

    @Override
    public void proceed(Turn turn) {
        try {
            while (sessions.hasNext()) {
                tell(sessions.next());
                if (turn.isOver()) {
                    shard.later(this);
                    return;
                }
            }
            endPiece();
            told.complete(pieces);
        } catch (Throwable e) {
            told.completeExceptionally(e);
        }
    }

    private void tell(Session session) {
        if (session.isEnded()) {
            return;
        }
        long nowMs = shard.registry().nowMs();
        piece.ascii("{\"address\":").string(session.wire().address());
        piece.ascii(",\"since_ms\":").number(session.openedMs());
        piece.ascii(",\"age_ms\":").number(nowMs - session.openedMs());
        piece.ascii(",\"subscriptions\":[");
        for (Subscription subscription : session.subscriptions().all()) {
            piece.ascii("{\"channel\":\"").ascii(subscription.kind().wireName());
            piece.ascii("\",\"sid\":").number(subscription.sid());
            piece.ascii(",\"markets\":").number(subscription.markets()).ascii("},");
        }
        piece.dropLast(',').ascii("],\"messages\":").number(session.outbox().messages());
        piece.ascii(",\"unsent_bytes\":").number(session.outbox().unsentBytes());
        piece.ascii(",\"waiting_markets\":").number(session.outbox().waitingMarkets());
        piece.ascii(",\"conflated\":").number(session.outbox().conflated());
        OptionalLong since = session.notReadingSinceMs();
        piece.ascii(",\"not_reading_since_ms\":");
        if (since.isPresent()) {
            piece.number(since.getAsLong());
        } else {
            piece.ascii("null");
        }
        piece.ascii("},");
        if (piece.size() >= PIECE_BYTES) {
            endPiece();
        }
    }

    private void endPiece() {
        if (piece.size() > 0) {
            pieces.add(piece.toByteArray());
            piece.clear();
        }
    }
}

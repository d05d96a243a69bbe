package io.bookserver.stream;

import io.bookserver.kalshi.ClientCommand;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One channel of one connection: its sid, its run of seq, its markets.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Subscription {
    private final Session session;
    private final ChannelKind kind;
    private final long sid;
    private final ClientCommand.Options options;
    private final Map<String, Interest> interests = new HashMap<>();
    private final Envelope envelope;
    private long seq;
    private boolean toAll;

    Subscription(Session session, ChannelKind kind, long sid, ClientCommand.Options options) {
        this.session = session;
        this.kind = kind;
        this.sid = sid;
        this.options = options;
        this.envelope = new Envelope(sid);
    }

    Session session() {
        return session;
    }

    ChannelKind kind() {
        return kind;
    }

    long sid() {
        return sid;
    }

    ClientCommand.Options options() {
        return options;
    }

    /** The next of the run, which is given out at the write and taken by it: a client never sees a hole. */
    long nextSeq() {
        return seq + 1;
    }

    /** The message with the next seq was handed over. */
    void seqTaken() {
        seq++;
    }

    int markets() {
        return interests.size();
    }

    boolean isToAll() {
        return toAll;
    }

    boolean has(String ticker) {
        return interests.containsKey(ticker);
    }

    /** The list of markets for a reply, with those that are about to come, sorted (rec); nothing where none is wanted. */
    Optional<Collection<String>> listedWith(Set<String> coming) {
        if (options.skipTickerAck()) {
            return Optional.empty();
        }
        TreeSet<String> all = new TreeSet<>(interests.keySet());
        all.addAll(coming);
        return Optional.of(all);
    }

    /** Adds a market and begins to send it. */
    void add(String ticker) {
        if (!interests.containsKey(ticker)) {
            Interest interest = newInterest(ticker);
            interests.put(ticker, interest);
            if (!toAll) {
                session.shard().add(interest);
            }
            interest.begin(kind != ChannelKind.TICKER || options.sendInitialSnapshot());
        }
    }

    void remove(String ticker) {
        Interest interest = interests.remove(ticker);
        if (interest != null) {
            session.shard().remove(interest);
            session.forget(interest);
        }
    }

    /** Follows every market that there is and will be. */
    void followAll() {
        if (toAll) {
            return;
        }
        toAll = true;
        // in this order: no publication of the markets followed so far slips through
        session.shard().addToAll(this);
        interests.values().forEach(session.shard()::remove);
        session.shard().registry().list("", "", market -> true, Integer.MAX_VALUE).forEach(market -> add(market.ticker()));
    }

    /** The interest of a subscription to all; a market that is new is news, whatever the first message would be. */
    Interest interestIn(String ticker) {
        Interest known = interests.get(ticker);
        if (known == null) {
            known = newInterest(ticker);
            interests.put(ticker, known);
        }
        return known;
    }

    Interest interest(String ticker) {
        return interests.get(ticker);
    }

    /** Sends where a market stands, with the id of the command that asked. */
    void sendCurrent(String ticker, long id) {
        interests.get(ticker).answer(id);
    }

    void catchUp() {
        if (toAll) {
            session.shard().registry().list("", "", market -> true, Integer.MAX_VALUE)
                    .forEach(market -> interestIn(market.ticker()));
        }
        interests.values().forEach(Interest::catchUp);
    }

    /** Forgets every market. */
    void end() {
        if (toAll) {
            session.shard().removeFromAll(this);
        } else {
            interests.values().forEach(session.shard()::remove);
        }
        interests.values().forEach(session::forget);
        interests.clear();
    }

    /** Writes one data message: the envelope of this subscription around a {@code msg} that all share. */
    void write(DataType type, byte[] msg, long id, int conflated) {
        ByteBuf out = envelope.around(
                msg, type, type.isSequenced() ? nextSeq() : 0, id, conflated, session.allocator());
        int bytes = out.readableBytes();
        session.writeText(out);
        if (type.isSequenced()) {
            seqTaken();
        }
        session.shard().metrics().sent(kind, bytes);
    }

    private Interest newInterest(String ticker) {
        switch (kind) {
            case ORDERBOOK_DELTA:
                return new DeltaInterest(this, ticker);
            case TICKER:
                return new TopInterest(this, ticker, TopView.TICKER);
            default:
                return new TopInterest(this, ticker, TopView.TOP_OF_BOOK);
        }
    }
}

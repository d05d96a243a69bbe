package io.bookserver.stream;

import io.bookserver.kalshi.ClientCommand;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
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
    private static final byte[] SEQ = ascii(",\"seq\":");
    private static final byte[] ID = ascii(",\"id\":");
    private static final byte[] CONFLATED = ascii(",\"conflated_count\":");
    private static final byte[] MSG = ascii(",\"msg\":");
    private static final byte[] END = ascii("}\n");
    private static final int NUMBERS = 3 * 20;

    private final Session session;
    private final ChannelKind kind;
    private final long sid;
    private final ClientCommand.Options options;
    private final Map<String, Interest> interests = new HashMap<>();
    private final byte[][] heads = new byte[DataType.values().length][];
    private long seq;
    private boolean toAll;

    Subscription(Session session, ChannelKind kind, long sid, ClientCommand.Options options) {
        this.session = session;
        this.kind = kind;
        this.sid = sid;
        this.options = options;
        for (DataType type : DataType.values()) {
            heads[type.ordinal()] = ascii("{\"type\":\"" + type.wireName() + "\",\"sid\":" + sid);
        }
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

    /** The next of the run, given out at sending: a client never sees a hole. */
    long nextSeq() {
        return ++seq;
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
            interest.begin();
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

    /** Sends where a market stands, with the id of the command that asked. */
    void sendCurrent(String ticker, long id) {
        interests.get(ticker).sendCurrent(id);
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
        byte[] head = heads[type.ordinal()];
        ByteBuf out = session.allocate(
                head.length + SEQ.length + ID.length + CONFLATED.length + MSG.length + NUMBERS + msg.length + END.length);
        out.writeBytes(head);
        if (type.isSequenced()) {
            number(out.writeBytes(SEQ), nextSeq());
        }
        if (id != 0) {
            number(out.writeBytes(ID), id);
        }
        if (conflated != 0) {
            number(out.writeBytes(CONFLATED), conflated);
        }
        out.writeBytes(MSG).writeBytes(msg).writeBytes(END);
        session.shard().metrics().sent(kind, out.readableBytes());
        session.writeText(out);
    }

    private Interest newInterest(String ticker) {
        switch (kind) {
            case ORDERBOOK_DELTA:
                return new DeltaInterest(this, ticker);
            case TICKER:
                return new TickerInterest(this, ticker);
            default:
                return new TopOfBookInterest(this, ticker);
        }
    }

    private static void number(ByteBuf out, long value) {
        if (value < 0) {
            out.writeBytes(ascii(Long.toString(value)));
            return;
        }
        int start = out.writerIndex();
        long rest = value;
        do {
            out.writeByte('0' + (int) (rest % 10));
            rest /= 10;
        } while (rest != 0);
        for (int low = start, high = out.writerIndex() - 1; low < high; low++, high--) {
            byte swapped = out.getByte(low);
            out.setByte(low, out.getByte(high));
            out.setByte(high, swapped);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

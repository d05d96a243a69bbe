package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.ClientCommand;
import io.netty.buffer.ByteBuf;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One channel of one connection: its sid, its seq, its markets.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Subscription {
    private static final int PAGE = 256;
    /** A market costs about 200 bytes without ladders, and as much again for this many levels per side. */
    private static final int LEVELS_A_WEIGHT = 8;

    private final Session session;
    private final ChannelKind kind;
    private final long sid;
    private final ClientCommand.Options options;
    /** What one of its markets counts as towards the limit of all connections. */
    private final int weight;
    /** In listing order. */
    private final NavigableMap<String, Followed> markets = new TreeMap<>();

    private final Envelope envelope;
    private long seq;
    private boolean toAll;
    private boolean over;
    /** Markets that were granted and not added yet. */
    private int grantedMarkets;

    private int grantedUnknown;
    /** Markets that no record has named. */
    private int unknownMarkets;

    Subscription(Session session, ChannelKind kind, long sid, ClientCommand.Options options) {
        this.session = session;
        this.kind = kind;
        this.sid = sid;
        this.options = options;
        this.weight = kind == ChannelKind.TOP_OF_BOOK ? 1 + options.depth().orElse(0) / LEVELS_A_WEIGHT : 1;
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

    /** The minimum time between two messages of the same market; 0 for none. */
    int intervalMs() {
        return kind == ChannelKind.TOP_OF_BOOK ? options.intervalMs().orElse(0) : 0;
    }

    /** The next seq. It is assigned at the write and consumed by it, so that a client never sees a gap. */
    long nextSeq() {
        return seq + 1;
    }

    /** To be called when the message with the next seq was handed over. */
    void seqTaken() {
        seq++;
    }

    int markets() {
        return markets.size();
    }

    int unknownMarkets() {
        return unknownMarkets;
    }

    /** A ticker that no record had named has become a market. */
    void becameKnown() {
        unknownMarkets--;
        session.fanOut().becameKnown();
    }

    /** What that many of its markets count as: with deep ladders each counts more than one. */
    long weightOf(int count) {
        return (long) count * weight;
    }

    boolean isToAll() {
        return toAll;
    }

    /** Whether it has ended: the rest of a command on it is then obsolete. */
    boolean isOver() {
        return over;
    }

    boolean has(String ticker) {
        return markets.containsKey(ticker) || toAll && kind.isRelayed();
    }

    Followed market(String ticker) {
        return markets.get(ticker);
    }

    /** The markets in order, after that one; empty for the beginning. */
    Iterator<String> tickersAfter(String ticker) {
        return markets.tailMap(ticker, false).keySet().iterator();
    }

    /** Reserves room for that many more markets; false if all connections together have too many. */
    boolean grant(int markets, int unknown) {
        if (!session.fanOut().grant(weightOf(markets), unknown)) {
            return false;
        }
        grantedMarkets += markets;
        grantedUnknown += unknown;
        return true;
    }

    /** Adds a market, whose publications are ignored until it is {@link #start started}. */
    Followed add(String ticker) {
        Optional<Market> market = session.shard().registry().market(ticker);
        // the registry's own string: all followers share it
        String shared = market.map(known -> known.current().ticker()).orElse(ticker);
        return enlist(kind == ChannelKind.TRADE
                ? new TradeFollower(this, shared, market.isEmpty()) : newInterest(shared, market.isEmpty()));
    }

    private <T extends Followed> T enlist(T market) {
        markets.put(market.ticker(), market);
        settleGrant(market.isUnknown());
        return market;
    }

    /** Counts markets without a grant too: new markets of a subscription to all. */
    private void settleGrant(boolean unknown) {
        unknownMarkets += unknown ? 1 : 0;
        if (grantedMarkets > 0) {
            grantedMarkets--;
        } else {
            session.fanOut().count(weight, 0);
        }
        if (unknown && grantedUnknown > 0) {
            grantedUnknown--;
        } else if (unknown) {
            session.fanOut().count(0, 1);
        }
    }

    /** Starts to follow the market, with its first message. */
    void start(Followed market, boolean sends) {
        market.enter();
        market.begin(sends);
    }

    /** Follows all current and future markets. */
    Work followAll(boolean sends) {
        if (toAll) {
            return Work.NOTHING;
        }
        toAll = true;
        if (kind.isRelayed()) {
            session.shard().relays().addToAll(this);
            return leaveEach();
        }
        session.shard().addToAll(this);
        return new Work() {
            private final BookRegistry registry = session.shard().registry();
            private Iterator<MarketSnapshot> page = List.<MarketSnapshot>of().iterator();
            private String last = "";

            @Override
            public boolean advance(Turn turn) {
                do {
                    if (!page.hasNext()) {
                        page = registry.list(last, "", market -> true, PAGE).iterator();
                        if (!page.hasNext()) {
                            releaseGrant();
                            return true;
                        }
                    }
                    last = page.next().ticker();
                    if (!has(last)) {
                        start(add(last), sends);
                    }
                } while (!turn.isOver() && session.outbox().isWritable());
                return false;
            }
        };
    }

    /** Adds a new market to a subscription to all: whatever it publishes is new. */
    Interest meet(String ticker) {
        Interest interest = enlist(newInterest(ticker, session.shard().registry().market(ticker).isEmpty()));
        interest.enter();
        return interest;
    }

    void remove(String ticker) {
        Followed market = markets.remove(ticker);
        if (market != null) {
            leave(market);
        }
    }

    /** Ends it, and removes every market. */
    Work end() {
        over = true;
        session.outbox().forget(this);
        if (toAll && kind.isRelayed()) {
            session.shard().relays().removeFromAll(this);
        } else if (toAll) {
            session.shard().removeFromAll(this);
        }
        releaseGrant();
        return leaveEach();
    }

    private Work leaveEach() {
        return turn -> {
            while (!markets.isEmpty()) {
                leave(markets.pollFirstEntry().getValue());
                if (turn.isOver()) {
                    return markets.isEmpty();
                }
            }
            return true;
        };
    }

    private void leave(Followed market) {
        market.leave();
        unknownMarkets -= market.isUnknown() ? 1 : 0;
        session.fanOut().count(-weight, market.isUnknown() ? -1 : 0);
    }

    private void releaseGrant() {
        session.fanOut().count(-weightOf(grantedMarkets), -grantedUnknown);
        grantedMarkets = 0;
        grantedUnknown = 0;
    }

    /** Writes a relayed message unchanged. */
    void write(Relay relay) {
        write(relay.type(), relay.msg(), 0, 0);
    }

    /** Writes one data message: this subscription's envelope around a {@code msg} that all followers share. */
    void write(DataType type, byte[] msg, long id, int conflated) {
        long ofSeq = type.isSequenced() ? nextSeq() : 0;
        ByteBuf out = session.wire().compresses()
                ? envelope.aroundCompressed(
                        session.shard().messages().compressed(msg, type, options.useYesPrice()), type, ofSeq, id,
                        conflated, session.outbox().allocator())
                : envelope.around(msg, type, ofSeq, id, conflated, session.outbox().allocator());
        int bytes = out.readableBytes();
        session.outbox().writeText(out);
        if (type.isSequenced()) {
            seqTaken();
        }
        session.shard().metrics().sent(kind, bytes);
    }

    private Interest newInterest(String ticker, boolean isUnknown) {
        if (kind == ChannelKind.ORDERBOOK_DELTA) {
            return new DeltaInterest(this, ticker, isUnknown);
        }
        if (kind == ChannelKind.TICKER) {
            return new TopInterest(this, ticker, isUnknown, TopView.TICKER);
        }
        return options.depth().isPresent()
                ? new DepthInterest(this, ticker, isUnknown)
                : new TopInterest(this, ticker, isUnknown, TopView.TOP_OF_BOOK);
    }
}

package io.bookserver.stream;

import io.bookserver.book.Market;
import io.bookserver.kalshi.ClientCommand;
import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The subscriptions of one connection, and the exchange's commands on them. There is at most one subscription per
 * channel; its markets can be added and removed.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Subscriptions {
    private final Session session;
    private final int maxMarkets;
    private final int maxUnknown;
    private final Map<Long, Subscription> bySid = new LinkedHashMap<>();
    private final Map<ChannelKind, Subscription> byKind = new EnumMap<>(ChannelKind.class);
    private long lastSid;

    /** @param maxUnknown how many of its markets may be tickers that no record has named */
    Subscriptions(Session session, int maxMarkets, int maxUnknown) {
        this.session = session;
        this.maxMarkets = maxMarkets;
        this.maxUnknown = maxUnknown;
    }

    boolean isEmpty() {
        return bySid.isEmpty();
    }

    /** In the order of their creation; at most one per channel. */
    Collection<Subscription> all() {
        return bySid.values();
    }

    Optional<Subscription> ofKind(ChannelKind kind) {
        return Optional.ofNullable(byKind.get(kind));
    }

    /**
     * The work that executes a command, including its reply.
     *
     * @throws CommandException if it cannot be executed; nothing has changed then, nor when the work throws it
     */
    Work work(ClientCommand command) throws CommandException {
        switch (command.cmd()) {
            case "subscribe":
                return subscribe(command);
            case "unsubscribe":
                return unsubscribe(command);
            case "update_subscription":
                return update(command);
            case "list_subscriptions":
                return Work.once(() -> session.outbox().reply(StreamJson.subscriptions(command.id(), bySid.values().stream()
                        .map(one -> new StreamJson.Listed(one.kind().wireName(), one.sid())).toList())));
            default:
                throw new CommandException(command.id(), ErrorCode.UNKNOWN_COMMAND);
        }
    }

    /** Ends all subscriptions of a closed connection: what fits into one turn now, the rest later. */
    void endAll() {
        for (Subscription subscription : bySid.values()) {
            session.shard().metrics().unsubscribed(subscription.kind());
            new Clearing(session.shard(), subscription.end()).begin();
        }
        bySid.clear();
        byKind.clear();
    }

    /** Ends a subscription whose client is too slow; the caller informs the client. */
    void drop(Subscription subscription) {
        bySid.remove(subscription.sid());
        byKind.remove(subscription.kind());
        session.shard().metrics().unsubscribed(subscription.kind());
        new Clearing(session.shard(), subscription.end()).begin();
    }

    private Work subscribe(ClientCommand command) throws CommandException {
        requireParams(command);
        List<String> channels = command.channels().orElse(List.of(ChannelKind.TOP_OF_BOOK.wireName()));
        require(command, !channels.isEmpty(), ErrorCode.CHANNELS_REQUIRED);
        Set<String> tickers = new LinkedHashSet<>();
        List<Work> parts = new ArrayList<>();
        parts.add(read(command, tickers));
        for (String channel : new LinkedHashSet<>(channels)) {
            parts.add(forgiven(Work.deferred(() -> subscribe(command, kind(command, channel), tickers))));
        }
        return Work.inOrder(parts.toArray(Work[]::new));
    }

    /** Confines an error to its channel: an invalid channel gets an error, the valid ones are subscribed (rec). */
    private Work forgiven(Work work) {
        return turn -> {
            try {
                return work.advance(turn);
            } catch (CommandException e) {
                session.outbox().reply(StreamJson.error(e.id(), e.error()));
                return true;
            }
        };
    }

    private static ChannelKind kind(ClientCommand command, String channel) throws CommandException {
        Optional<ChannelKind> kind = ChannelKind.named(channel);
        if (kind.isEmpty()) {
            throw new CommandException(command.id(), ChannelKind.isPrivate(channel)
                    ? ErrorCode.AUTHENTICATION_REQUIRED : ErrorCode.UNKNOWN_CHANNEL);
        }
        return kind.get();
    }

    private Work subscribe(ClientCommand command, ChannelKind kind, Set<String> tickers) throws CommandException {
        // an empty list is no request for all markets
        boolean namesNone = tickers.isEmpty() && (kind.needsMarkets() || command.tickers().isPresent());
        require(command, !namesNone || kind.ignoresMarkets(), ErrorCode.MARKET_TICKER_REQUIRED);
        Subscription known = byKind.get(kind);
        requireIdsFor(command, kind);
        boolean fits = kind != ChannelKind.TOP_OF_BOOK || command.options().areInRange()
                && (known == null || known.options().admits(command.options()));
        require(command, fits, ErrorCode.INVALID_PARAMETER);
        return addMarkets(command,
                known == null ? new Subscription(session, kind, lastSid + 1, command.options()) : known,
                kind.ignoresMarkets() ? Set.of() : tickers);
    }

    /** The reply lists the resulting markets, and precedes their data. */
    private Work addMarkets(ClientCommand command, Subscription subscription, Set<String> tickers) {
        boolean isNew = !bySid.containsKey(subscription.sid());
        boolean sends = subscription.kind() != ChannelKind.TICKER || command.options().sendInitialSnapshot();
        List<String> fresh = new ArrayList<>();
        List<Followed> added = new ArrayList<>();
        int[] unknown = {0};
        return Work.inOrder(
                Work.each(tickers.iterator(), ticker -> {
                    if (!subscription.has(ticker)) {
                        fresh.add(ticker);
                        unknown[0] += session.shard().registry().market(ticker).isEmpty() ? 1 : 0;
                    }
                }),
                Work.once(() -> {
                    requireLiving(command, subscription);
                    int more = tickers.isEmpty() ? leftOfAll(subscription) : fresh.size();
                    long there = bySid.values().stream().mapToLong(one -> one.weightOf(one.markets())).sum();
                    int unknownThere = bySid.values().stream().mapToInt(Subscription::unknownMarkets).sum();
                    require(command, there + subscription.weightOf(more) <= maxMarkets
                            && (unknown[0] == 0 || unknownThere + unknown[0] <= maxUnknown)
                            && subscription.grant(more, unknown[0]), ErrorCode.MARKET_LIMIT);
                    if (isNew) {
                        begin(command, subscription);
                    }
                }),
                Work.deferred(() -> Work.each(fresh.iterator(), ticker -> {
                    requireLiving(command, subscription);
                    added.add(subscription.add(ticker));
                })),
                isNew ? Work.NOTHING : ok(command, subscription),
                Work.deferred(() -> {
                    if (subscription.isOver()) {
                        return Work.NOTHING;
                    }
                    return tickers.isEmpty() ? subscription.followAll(sends) : start(subscription, added, sends);
                }));
    }

    private Work start(Subscription subscription, List<Followed> added, boolean sends) {
        return eachAnswered(added.iterator(), market -> {
            if (!subscription.isOver()) {
                subscription.start(market, sends);
            }
        });
    }

    /** A subscription whose client is too slow may end in the middle of a command. */
    private static void requireLiving(ClientCommand command, Subscription subscription) throws CommandException {
        require(command, !subscription.isOver(), ErrorCode.UNKNOWN_SUBSCRIPTION);
    }

    private int leftOfAll(Subscription subscription) {
        return subscription.isToAll() || subscription.kind().isRelayed()
                ? 0 : Math.max(0, session.shard().registry().size() - subscription.markets());
    }

    private void begin(ClientCommand command, Subscription subscription) {
        lastSid = subscription.sid();
        bySid.put(subscription.sid(), subscription);
        byKind.put(subscription.kind(), subscription);
        session.shard().metrics().subscribed(subscription.kind());
        session.outbox().reply(StreamJson.subscribed(command.id(), subscription.kind().wireName(), subscription.sid()));
    }

    private Work unsubscribe(ClientCommand command) throws CommandException {
        requireParams(command);
        Set<Long> sids = new LinkedHashSet<>(command.sids().orElse(List.of()));
        require(command, !sids.isEmpty(), ErrorCode.SUBSCRIPTION_IDS_REQUIRED);
        return Work.inOrder(sids.stream().map(sid -> Work.deferred(() -> unsubscribe(command, sid))).toArray(Work[]::new));
    }

    private Work unsubscribe(ClientCommand command, long sid) {
        Subscription subscription = bySid.get(sid);
        if (subscription == null) {
            session.outbox().reply(StreamJson.error(command.id(), ErrorCode.UNKNOWN_SUBSCRIPTION));
            return Work.NOTHING;
        }
        return Work.inOrder(subscription.end(), Work.once(() -> {
            bySid.remove(sid);
            byKind.remove(subscription.kind());
            session.shard().metrics().unsubscribed(subscription.kind());
            session.outbox().reply(StreamJson.unsubscribed(command.id(), sid, subscription.nextSeq()));
        }));
    }

    private Work update(ClientCommand command) throws CommandException {
        requireParams(command);
        List<Long> sids = command.sids().orElse(List.of());
        require(command, sids.size() == 1, ErrorCode.ONE_SUBSCRIPTION_ID);
        Subscription subscription = bySid.get(sids.get(0));
        require(command, subscription != null, ErrorCode.UNKNOWN_SUBSCRIPTION);
        String action = command.action().orElse("");
        require(command, !action.isEmpty(), ErrorCode.ACTION_REQUIRED);
        ChannelKind kind = subscription.kind();
        Set<String> tickers = new LinkedHashSet<>();
        Work done;
        switch (action) {
            case "add_markets":
                done = Work.deferred(() -> addMarkets(command, subscription, kind.ignoresMarkets() ? Set.of() : tickers));
                break;
            case "delete_markets":
                done = Work.deferred(() -> deleteMarkets(command, subscription, tickers));
                break;
            case "get_snapshot":
                // a relayed channel has no state that could be sent
                require(command, !kind.isRelayed(), ErrorCode.UNSUPPORTED_ACTION);
                done = Work.deferred(() -> sendSnapshots(command, subscription, tickers));
                break;
            default:
                throw new CommandException(command.id(), ErrorCode.UNSUPPORTED_ACTION);
        }
        requireIdsFor(command, kind);
        require(command, command.marketIds().isPresent() || !command.tickers().orElse(List.of()).isEmpty(),
                ErrorCode.MARKET_TICKER_REQUIRED);
        return Work.inOrder(read(command, tickers), done);
    }

    private Work deleteMarkets(ClientCommand command, Subscription subscription, Set<String> tickers)
            throws CommandException {
        // a subscription to every market has no list from which a market could be removed
        require(command, !subscription.isToAll() || subscription.kind().ignoresMarkets(), ErrorCode.INVALID_PARAMETER);
        return Work.inOrder(Work.each(tickers.iterator(), subscription::remove), ok(command, subscription));
    }

    /** The snapshots are the reply: they have the id, and no {@code ok} precedes them (doc, rec). */
    private Work sendSnapshots(ClientCommand command, Subscription subscription, Set<String> tickers) {
        return Work.inOrder(
                Work.each(tickers.iterator(),
                        ticker -> require(command, subscription.has(ticker), ErrorCode.INVALID_PARAMETER)),
                Work.deferred(() -> eachAnswered(
                        tickers.iterator(), ticker -> subscription.market(ticker).answer(command.id()))));
    }

    /** One message per element, as fast as the socket accepts them. */
    private <T> Work eachAnswered(Iterator<T> all, Work.Step<T> step) {
        return turn -> {
            while (all.hasNext() && session.outbox().isWritable()) {
                step.take(all.next());
                if (turn.isOver()) {
                    break;
                }
            }
            return !all.hasNext();
        };
    }

    private Work ok(ClientCommand command, Subscription subscription) {
        return new Listing(session, subscription, command.id(), !command.options().skipTickerAck());
    }

    /**
     * An unknown market is accepted. A ticker that is not valid is rejected, and so is an id that no record has given.
     */
    private Work read(ClientCommand command, Set<String> tickers) throws CommandException {
        if (command.marketIds().isEmpty()) {
            return Work.each(command.tickers().orElse(List.of()).iterator(), ticker -> {
                require(command, EnvelopeDecoder.isTicker(ticker), ErrorCode.INVALID_PARAMETER);
                tickers.add(ticker);
            });
        }
        require(command, !command.marketIds().get().isEmpty(), ErrorCode.INVALID_PARAMETER);
        return Work.each(command.marketIds().get().iterator(), id -> {
            Optional<Market> market = session.shard().registry().marketOfId(id);
            require(command, market.isPresent(), ErrorCode.INVALID_PARAMETER);
            tickers.add(market.get().current().ticker());
        });
    }

    /**
     * The exchange's ids name markets on the ticker channel only (doc); elsewhere they must not be read as "no
     * markets".
     */
    private static void requireIdsFor(ClientCommand command, ChannelKind kind) throws CommandException {
        require(command, command.marketIds().isEmpty() || kind == ChannelKind.TICKER || kind.ignoresMarkets(),
                ErrorCode.INVALID_PARAMETER);
    }

    private static void requireParams(ClientCommand command) throws CommandException {
        require(command, command.hasParams(), ErrorCode.PARAMS_REQUIRED);
    }

    private static void require(ClientCommand command, boolean fulfilled, ErrorCode error) throws CommandException {
        if (!fulfilled) {
            throw new CommandException(command.id(), error);
        }
    }
}

package io.bookserver.stream;

import io.bookserver.kalshi.ClientCommand;
import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.kalshi.StreamJson;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one connection has subscribed to, and the exchange's commands on it: at most one subscription a channel, whose
 * markets come and go.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Subscriptions {
    private final Session session;
    private final int maxMarkets;
    private final Map<Long, Subscription> bySid = new LinkedHashMap<>();
    private final Map<ChannelKind, Subscription> byKind = new EnumMap<>(ChannelKind.class);
    private long lastSid;

    Subscriptions(Session session, int maxMarkets) {
        this.session = session;
        this.maxMarkets = maxMarkets;
    }

    boolean isEmpty() {
        return bySid.isEmpty();
    }

    Optional<Subscription> ofKind(ChannelKind kind) {
        return Optional.ofNullable(byKind.get(kind));
    }

    /**
     * Carries out a command and replies to it.
     *
     * @throws CommandException if it cannot be carried out; nothing has changed then
     */
    void carryOut(ClientCommand command) throws CommandException {
        switch (command.cmd()) {
            case "subscribe":
                subscribe(command);
                break;
            case "unsubscribe":
                unsubscribe(command);
                break;
            case "update_subscription":
                update(command);
                break;
            case "list_subscriptions":
                session.reply(StreamJson.subscriptions(command.id(), bySid.values().stream()
                        .map(one -> new StreamJson.Listed(one.kind().wireName(), one.sid())).toList()));
                break;
            default:
                throw new CommandException(command.id(), ErrorCode.UNKNOWN_COMMAND);
        }
    }

    void endAll() {
        List.copyOf(bySid.values()).forEach(this::end);
    }

    private void subscribe(ClientCommand command) throws CommandException {
        requireParams(command);
        List<String> channels = command.channels().orElse(List.of(ChannelKind.TOP_OF_BOOK.wireName()));
        require(command, !channels.isEmpty(), ErrorCode.CHANNELS_REQUIRED);
        Set<String> tickers = tickers(command);
        for (String channel : new LinkedHashSet<>(channels)) {
            try {
                subscribe(command, kind(command, channel), tickers);
            } catch (CommandException e) {
                // one bad channel among good ones: it gets its error, they are subscribed (rec)
                session.reply(StreamJson.error(e.id(), e.error()));
            }
        }
    }

    private static ChannelKind kind(ClientCommand command, String channel) throws CommandException {
        Optional<ChannelKind> kind = ChannelKind.named(channel);
        if (kind.isEmpty()) {
            throw new CommandException(command.id(), ChannelKind.isPrivate(channel)
                    ? ErrorCode.AUTHENTICATION_REQUIRED : ErrorCode.UNKNOWN_CHANNEL);
        }
        return kind.get();
    }

    private void subscribe(ClientCommand command, ChannelKind kind, Set<String> tickers) throws CommandException {
        require(command, !tickers.isEmpty() || !kind.needsMarkets(), ErrorCode.MARKET_TICKER_REQUIRED);
        Subscription known = byKind.get(kind);
        requireRoom(command, known, tickers);
        Subscription subscription = known;
        if (subscription == null) {
            subscription = new Subscription(session, kind, ++lastSid, command.options());
            bySid.put(subscription.sid(), subscription);
            byKind.put(kind, subscription);
            session.shard().metrics().subscribed(kind);
            session.reply(StreamJson.subscribed(command.id(), kind.wireName(), subscription.sid()));
        }
        addMarkets(command, subscription, tickers, known != null);
        session.sendWaiting();
    }

    /** The reply lists the markets as they are afterwards, and comes before their data. */
    private void addMarkets(ClientCommand command, Subscription subscription, Set<String> tickers, boolean reply) {
        Set<String> fresh = new LinkedHashSet<>(tickers);
        fresh.removeIf(subscription::has);
        if (reply) {
            ok(command, subscription, fresh);
        }
        if (tickers.isEmpty()) {
            subscription.followAll();
        } else {
            fresh.forEach(subscription::add);
        }
    }

    private void unsubscribe(ClientCommand command) throws CommandException {
        requireParams(command);
        List<Long> sids = command.sids().orElse(List.of());
        require(command, !sids.isEmpty(), ErrorCode.SUBSCRIPTION_IDS_REQUIRED);
        for (long sid : new LinkedHashSet<>(sids)) {
            Subscription subscription = bySid.get(sid);
            if (subscription == null) {
                session.reply(StreamJson.error(command.id(), ErrorCode.UNKNOWN_SUBSCRIPTION));
            } else {
                end(subscription);
                session.reply(StreamJson.unsubscribed(command.id(), sid, subscription.nextSeq()));
            }
        }
    }

    private void end(Subscription subscription) {
        subscription.end();
        bySid.remove(subscription.sid());
        byKind.remove(subscription.kind());
        session.shard().metrics().unsubscribed(subscription.kind());
    }

    private void update(ClientCommand command) throws CommandException {
        requireParams(command);
        List<Long> sids = command.sids().orElse(List.of());
        require(command, sids.size() == 1, ErrorCode.ONE_SUBSCRIPTION_ID);
        Subscription subscription = bySid.get(sids.get(0));
        require(command, subscription != null, ErrorCode.UNKNOWN_SUBSCRIPTION);
        String action = command.action().orElse("");
        require(command, !action.isEmpty(), ErrorCode.ACTION_REQUIRED);
        switch (action) {
            case "add_markets":
                Set<String> added = markets(command);
                requireRoom(command, subscription, added);
                addMarkets(command, subscription, added, true);
                break;
            case "delete_markets":
                deleteMarkets(command, subscription, markets(command));
                break;
            case "get_snapshot":
                sendSnapshots(command, subscription, markets(command));
                break;
            default:
                throw new CommandException(command.id(), ErrorCode.UNSUPPORTED_ACTION);
        }
    }

    private void deleteMarkets(ClientCommand command, Subscription subscription, Set<String> tickers)
            throws CommandException {
        // a subscription to every market has no list that one could be taken from
        require(command, !subscription.isToAll(), ErrorCode.INVALID_PARAMETER);
        tickers.forEach(subscription::remove);
        ok(command, subscription, Set.of());
    }

    private void sendSnapshots(ClientCommand command, Subscription subscription, Set<String> tickers)
            throws CommandException {
        require(command, tickers.stream().allMatch(subscription::has), ErrorCode.INVALID_PARAMETER);
        ok(command, subscription, Set.of());
        tickers.forEach(ticker -> subscription.sendCurrent(ticker, command.id()));
    }

    private void ok(ClientCommand command, Subscription subscription, Set<String> coming) {
        session.reply(StreamJson.ok(
                command.id(), subscription.sid(), subscription.nextSeq(), subscription.listedWith(coming)));
        subscription.seqTaken();
    }

    private static Set<String> markets(ClientCommand command) throws CommandException {
        Set<String> tickers = tickers(command);
        require(command, !tickers.isEmpty(), ErrorCode.MARKET_TICKER_REQUIRED);
        return tickers;
    }

    /** An unknown market is accepted; a ticker that can never be one is not. */
    private static Set<String> tickers(ClientCommand command) throws CommandException {
        Set<String> tickers = new LinkedHashSet<>(command.tickers().orElse(List.of()));
        require(command, tickers.stream().allMatch(EnvelopeDecoder::isTicker), ErrorCode.INVALID_PARAMETER);
        return tickers;
    }

    private void requireRoom(ClientCommand command, Subscription known, Set<String> tickers) throws CommandException {
        long there = bySid.values().stream().mapToLong(Subscription::markets).sum();
        long more = tickers.isEmpty()
                ? session.shard().registry().size() - (known == null ? 0 : known.markets())
                : tickers.stream().filter(ticker -> known == null || !known.has(ticker)).count();
        require(command, there + more <= maxMarkets, ErrorCode.MARKET_LIMIT);
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

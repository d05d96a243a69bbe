package io.bookserver.feed.exchange;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * The subscriptions of a session, and its requests for snapshots: which commands to send on the current connection, and
 * what the exchange's messages mean for them. It checks every sequence number. A connection on which it cannot go on is
 * reported by the reason.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class Subscriptions {
    private static final Logger LOG = Logger.getLogger(Subscriptions.class);

    /** How long after a request of all snapshots they are requested again, if messages were lost meanwhile. */
    private static final long REFRESH_AGAIN_MS = 1_000;
    private static final int MAX_SNAPSHOTS_UNDER_WAY_IN_COMMANDS = 4;
    private static final int UNKNOWN_SUBSCRIPTION = 7;
    private static final int AUTHENTICATION_REQUIRED = 9;
    private static final int CHANNEL_ERROR = 10;
    private static final int BUFFER_OVERFLOW = 25;

    private final ExchangeSession session;
    private final ExchangeSession.Listener listener;
    private final ConnectorFigures figures;
    private final Backoff commandBackoff;
    /** For subscriptions that the exchange ends. */
    private final Backoff endBackoff;
    /** When a subscription that was ended has lasted again. */
    private long steadyMs = Long.MAX_VALUE;
    private final int marketsPerCommand;
    private final ChannelSubscription books;
    private final List<ChannelSubscription> channels;
    private final SnapshotRequests snapshots = new SnapshotRequests();

    private Commands commands = new Commands();
    private SequenceWatch sequences = new SequenceWatch();
    /** The ids of subscriptions that have ended on this connection. */
    private final Set<Long> ended = new HashSet<>();
    /** The ids of subscriptions of which a loss was reported, and since then no snapshot came. */
    private final Set<Long> unhealed = new HashSet<>();
    /** When all snapshots are requested again. */
    private long refreshMs = Long.MAX_VALUE;

    /** @param channels in the order in which to subscribe to them; one of them is that of the books */
    Subscriptions(ExchangeSession session, ExchangeSession.Listener listener, RandomGenerator random,
            ConnectorFigures figures, int marketsPerCommand, Collection<ChannelSubscription> channels) {
        this.session = session;
        this.listener = listener;
        this.figures = figures;
        this.marketsPerCommand = marketsPerCommand;
        this.channels = List.copyOf(channels);
        this.books = channels.stream().filter(channel -> channel.channel().equals(ExchangeMessage.DELTA)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("channels must contain " + ExchangeMessage.DELTA));
        commandBackoff = new Backoff(random);
        endBackoff = new Backoff(random);
    }

    /** To be called for a new connection, on which nothing is subscribed to. */
    void reset() {
        commands = new Commands();
        sequences = new SequenceWatch();
        ended.clear();
        unhealed.clear();
        refreshMs = Long.MAX_VALUE;
        channels.forEach(ChannelSubscription::reset);
        snapshots.reset();
    }

    void want(String ticker) {
        channels.forEach(channel -> channel.want(ticker));
    }

    void drop(String ticker) {
        channels.forEach(channel -> channel.drop(ticker));
        snapshots.forget(ticker);
    }

    /** Requests a snapshot of that market as soon as allowed. */
    void refresh(String ticker, long nowMs) {
        if (books.isConfirmed(ticker)) {
            snapshots.want(ticker, nowMs);
        }
    }

    /** Requests snapshots of all markets. */
    void refreshAll(long nowMs) {
        books.wanted().forEach(ticker -> refresh(ticker, nowMs));
    }

    /** Repeats what was not answered. Returns why the connection is not worth another attempt; empty if it is. */
    Optional<String> tick(long nowMs) {
        for (ChannelSubscription channel : channels) {
            if (channel.tick(nowMs)) {
                if (channel == books) {
                    return Optional.of("no answer to subscriptions of " + channel.channel());
                }
                // another connection would cost the books a gap, and may not help
                LOG.warnf("feed=exchange connection=%d channel=%s state=unanswered", session.number(),
                        channel.channel());
            }
        }
        snapshots.tick(nowMs, books::isConfirmed);
        if (nowMs >= steadyMs) {
            steadyMs = Long.MAX_VALUE;
            endBackoff.reset();
        }
        if (nowMs >= refreshMs) {
            refreshMs = Long.MAX_VALUE;
            refreshAll(nowMs);
        }
        return Optional.empty();
    }

    /** Sends the commands that may be sent now. */
    void pump(Line line, long nowMs) {
        int mostUnderWay = marketsPerCommand * MAX_SNAPSHOTS_UNDER_WAY_IN_COMMANDS;
        for (ChannelSubscription channel : channels) {
            if (channel != books) {
                channel.pump(nowMs, commands, (command, added) -> line.send(command));
            } else if (snapshots.outstanding() < mostUnderWay) {
                books.pump(nowMs, commands, (command, added) -> {
                    line.send(command);
                    snapshots.promised(added, nowMs);
                });
            }
        }
        while (books.sid() != 0 && snapshots.outstanding() < mostUnderWay) {
            List<String> next = snapshots.next(marketsPerCommand, nowMs);
            if (next.isEmpty()) {
                return;
            }
            line.send(commands.getSnapshot(books.sid(), next));
            snapshots.sent(commands.lastId(), next, nowMs);
            figures.snapshotsAsked.add(next.size());
        }
    }

    /** Handles a message. Returns why the connection has to end; empty if it goes on. */
    Optional<String> receive(ExchangeMessage message, long nowMs) {
        if (ended.contains(message.sid())) {
            // late; or the id is used again, from sequence number 1, and only another connection tells the two apart
            boolean isUsedAgain = message.type().equals("subscribed")
                    || message.type().equals("ok")
                            && channels.stream().anyMatch(channel -> channel.awaits(message.id()));
            return isUsedAgain ? Optional.of("subscription id " + message.sid() + " is used again") : Optional.empty();
        }
        if (!isInSequence(message, nowMs)) {
            return Optional.of("subscription id " + message.sid() + " counts anew, from sequence number " + message.seq());
        }
        switch (message.type()) {
            case "subscribed" -> confirm(message);
            case "ok" -> acknowledge(message);
            case "error" -> {
                return refuse(message, nowMs);
            }
            case "unsubscribed" -> {
                return endChannel(message.sid(), "unsubscribed", nowMs);
            }
            default -> take(message);
        }
        return Optional.empty();
    }

    /** Whether the connection can go on: not if the books' subscription counts anew, as only a new connection may. */
    private boolean isInSequence(ExchangeMessage message, long nowMs) {
        if (message.sid() == 0 || message.seq() == 0) {
            return true;
        }
        switch (sequences.see(message.sid(), message.seq(), message.payload())) {
            case NEXT -> { }
            case REPEATED -> figures.repeated.increment();
            case COUNTED_ANEW -> {
                figures.repeated.increment();
                return besideTheBooks(message).isPresent();
            }
            case HOLE -> {
                figures.holes.increment();
                besideTheBooks(message).ifPresentOrElse(channel -> listener.lostOf(session, channel.channel()),
                        () -> holeInBooks(message, nowMs));
            }
        }
        return true;
    }

    /** The channel of a message that is none of the books'. */
    private Optional<ChannelSubscription> besideTheBooks(ExchangeMessage message) {
        return channels.stream().filter(channel -> channel != books && isOf(channel, message)).findFirst();
    }

    /** Once all books of a subscription are marked, they need not be again before one of them gets a snapshot. */
    private void holeInBooks(ExchangeMessage message, long nowMs) {
        if (!unhealed.add(message.sid())) {
            refreshMs = Math.min(refreshMs, nowMs + REFRESH_AGAIN_MS);
            return;
        }
        loseBooks(OptionalLong.of(message.sid()), "gap before seq " + message.seq(), nowMs);
    }

    /** Whether a message is of that channel, by its subscription or, before that is known, by its type. */
    private static boolean isOf(ChannelSubscription channel, ExchangeMessage message) {
        return channel.sid() == message.sid() || channel.channel().equals(message.channel());
    }

    /** First the books are marked, then their snapshots are requested. */
    void loseBooks(OptionalLong sid, String reason, long nowMs) {
        listener.lost(session, sid, reason);
        refreshAll(nowMs);
    }

    private void take(ExchangeMessage message) {
        if (!message.channel().isEmpty()) {
            channels.stream().filter(channel -> channel.channel().equals(message.channel()))
                    .forEach(channel -> channel.learn(message.sid()));
        }
        if (message.isSnapshot()) {
            unhealed.remove(message.sid());
            books.arrived(message.ticker());
            snapshots.arrived(message.ticker(), message.id());
        }
        listener.received(session, message);
    }

    private void confirm(ExchangeMessage message) {
        channels.stream().filter(channel -> channel.channel().equals(message.channel())).forEach(channel -> {
            if (!channel.acknowledged(message.id(), message.sid())) {
                channel.learn(message.sid());
            }
        });
        commandBackoff.reset();
    }

    private void acknowledge(ExchangeMessage message) {
        channels.forEach(channel -> channel.acknowledged(message.id(), message.sid()));
        commandBackoff.reset();
    }

    private Optional<String> refuse(ExchangeMessage message, long nowMs) {
        figures.errors.increment();
        if (message.errorCode() == AUTHENTICATION_REQUIRED
                && channels.stream().noneMatch(channel -> channel != books && channel.awaits(message.id()))) {
            return Optional.of("the exchange needs a login: set orderbook.feed.exchange.key-id and .private-key");
        }
        boolean isLogged = snapshots.refused(message, nowMs);
        for (ChannelSubscription channel : channels) {
            if (channel.awaits(message.id())) {
                isLogged = true;
                if (channel.refused(message, nowMs, commandBackoff)) {
                    LOG.warnf("feed=exchange connection=%d channel=%s refused=%d \"%s\" given_up=%s", session.number(),
                            channel.channel(), message.errorCode(), message.errorText(), channel.isGivenUp());
                }
            }
        }
        switch (message.errorCode()) {
            case CHANNEL_ERROR, BUFFER_OVERFLOW -> {
                if (message.sid() == 0) {
                    return Optional.of("error " + message.errorCode() + " " + message.errorText());
                }
                return endChannel(message.sid(), "error " + message.errorCode(), nowMs);
            }
            case UNKNOWN_SUBSCRIPTION -> {
                return Optional.of("the exchange does not know our subscriptions");
            }
            default -> {
                if (!isLogged) {
                    LOG.warnf("feed=exchange connection=%d error=%d \"%s\"", session.number(), message.errorCode(),
                            message.errorText());
                }
            }
        }
        return Optional.empty();
    }

    /** Returns why the connection has to end: the subscription is not a known one, so it may be that of the books. */
    private Optional<String> endChannel(long sid, String reason, long nowMs) {
        boolean isKnown = false;
        for (ChannelSubscription channel : channels) {
            if (channel.sid() == sid && sid != 0) {
                isKnown = true;
                LOG.warnf("feed=exchange connection=%d channel=%s subscription=ended reason=\"%s\"", session.number(),
                        channel.channel(), reason);
                figures.subscriptionsEnded.increment();
                ended.add(sid);
                long waitMs = endBackoff.nextMs();
                steadyMs = nowMs + waitMs + Backoff.STEADY_MS;
                channel.ended(nowMs + waitMs);
                if (channel == books) {
                    snapshots.reset();
                    listener.lost(session, OptionalLong.of(sid), reason);
                } else {
                    listener.lostOf(session, channel.channel());
                }
            }
        }
        return isKnown ? Optional.empty() : Optional.of(reason + " of subscription " + sid + ", which is none of ours");
    }

    int wantedCount() {
        return books.wanted().size();
    }

    int confirmedCount() {
        return books.confirmedCount();
    }

    /** The number of markets waiting for a snapshot, requested or not. */
    int awaitedSnapshots() {
        return snapshots.outstanding() + snapshots.waiting();
    }
}

package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import io.bookserver.feed.exchange.ListedMarket.Phase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * The path from the exchange to the topic: the connections, the markets that each of them follows, and what is
 * published of the received messages. It is driven by events and by {@link #tick}.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class Connector implements ExchangeSession.Listener, MarketCatalog.Listener {
    private static final Logger LOG = Logger.getLogger(Connector.class);
    private static final long STATUS_EVERY_MS = 1_000;
    private static final int MAX_ENDED = 64;

    private final FeedClock clock;
    private final Output output;
    private final ConnectorFigures figures;
    private final MarketCatalog catalog;
    private final Discovery discovery;
    private final Audit audit;
    private final List<ExchangeSession> sessions = new ArrayList<>();
    /** The connections that ended last: the report of it may be among the records that Kafka rejects. */
    private final Set<Long> ended = new LinkedHashSet<>();
    private Set<Integer> owned = Set.of();
    private Spread spread;
    private long statusMs = Long.MIN_VALUE;

    /** The connector's collaborators. */
    record Surroundings(
            FeedClock clock,
            RandomGenerator random,
            Line.Opener lines,
            ExchangeSession.Numbers numbers,
            Rest rest,
            AuditedBooks books,
            Output output,
            ConnectorFigures figures) {}

    /** @throws IllegalArgumentException if the configuration is invalid; the message names the key */
    Connector(ExchangeConfig config, Surroundings around) {
        clock = around.clock();
        output = around.output();
        figures = around.figures();
        MarketSelection selection = new MarketSelection(config.markets());
        catalog = new MarketCatalog(selection, config.maxMarkets(), this, figures);
        RestBudget budget = new RestBudget(
                clock, config.restTokensPerSecond(), config.restTokenBucket(), around.random(), figures);
        discovery = new Discovery(clock, config.discoveryInterval(), selection, catalog, around.rest(), budget,
                figures);
        audit = new Audit(clock, around.books(), around.rest(), budget, around.random(), figures,
                config.auditInterval().toMillis(), config.auditMarkets(), this::auditedWrong);
        for (int index = 0; index < config.connections(); index++) {
            sessions.add(new ExchangeSession(clock, around.random(), around.lines(), around.numbers(), this, figures,
                    config.marketsPerCommand(), channels(config, selection, index)));
        }
        figures.connectionsWanted.set(sessions.size());
        spread = new Spread(sessions.size(), 1);
    }

    /** Channels that do not concern single markets are subscribed to on the first connection. */
    private static List<ChannelSubscription> channels(ExchangeConfig config, MarketSelection selection, int index) {
        List<ChannelSubscription> channels = new ArrayList<>();
        for (String channel : config.channels()) {
            String name = channel.strip();
            boolean ofAll = name.equals(ExchangeMessage.LIFECYCLE)
                    || selection.isOfAll() && !name.equals(ExchangeMessage.DELTA);
            if (!ofAll || index == 0) {
                channels.add(new ChannelSubscription(name, ofAll, config.marketsPerCommand()));
            }
        }
        return channels;
    }

    /**
     * Takes over the markets of these partitions. Connections whose partitions change are opened anew, with larger
     * numbers than all earlier ones. The books of markets that were added may be based on another connector's
     * connection. Those of markets that were removed become stale because their connection has ended.
     *
     * @param ofPartitions the number of partitions; 0 if unknown, in which case none is owned
     */
    void assigned(Set<Integer> nowOwned, int ofPartitions) {
        figures.partitionsOwned.set(nowOwned.size());
        if (ofPartitions > 0 && ofPartitions != spread.partitions()) {
            share(Set.of());
            spread = new Spread(sessions.size(), ofPartitions);
        }
        share(nowOwned);
        if (!owned.isEmpty()) {
            sessions.forEach(ExchangeSession::start);
        }
    }

    private void share(Set<Integer> nowOwned) {
        for (int index = 0; index < sessions.size(); index++) {
            if (nowOwned.isEmpty() || !spread.partitionsOf(index, owned).equals(spread.partitionsOf(index, nowOwned))) {
                sessions.get(index).stop("the connector's share of the markets has changed");
            }
        }
        owned = nowOwned;
        int partitions = spread.partitions();
        catalog.share(ticker -> nowOwned.contains(MarketShare.partitionOf(ticker, partitions)), clock.epochMs());
    }

    /** Ends all connections, and reports it to the topic. */
    void stop(String reason) {
        sessions.forEach(session -> session.stop(reason));
    }

    /** Recovers from a bug of this server: opens all connections anew, after a wait. */
    void recover(String reason) {
        sessions.forEach(session -> session.giveUp(reason));
    }

    /** Handles a server's request for a snapshot. */
    void resync(String ticker) {
        if (catalog.follows(ticker)) {
            figures.resyncsAsked.increment();
            sessionOf(ticker).refresh(ticker);
        }
    }

    /** Handles records that Kafka has rejected for good: it is no longer known which they were. */
    void recordsLost(String reason) {
        for (ExchangeSession session : sessions) {
            if (session.isOpen()) {
                lost(session, OptionalLong.empty(), reason);
                session.refreshAll();
            }
        }
        byte[] gap = FeedMessages.gap(OptionalLong.empty(), reason);
        ended.forEach(number -> output.publishToAll(FeedMessages.GAP, gap, number));
        ended.clear();
        catalog.tellAgain(clock.epochMs());
    }

    /** Sets whether the sockets are read. */
    void read(boolean reads) {
        figures.paused.set(reads ? 0 : 1);
        sessions.forEach(session -> session.read(reads));
    }

    void tick() {
        sessions.forEach(ExchangeSession::tick);
        catalog.tick(clock.epochMs());
        discovery.tick();
        if (!owned.isEmpty()) {
            audit.tick(catalog::followed);
        }
        long nowMs = nowMs();
        if (nowMs - STATUS_EVERY_MS >= statusMs) {
            statusMs = nowMs;
            sessions.stream().filter(ExchangeSession::isOpen).forEach(session -> tell(session, true));
            report();
        }
    }

    private void tell(ExchangeSession session, boolean connected) {
        output.publishToAll(FeedMessages.STATUS,
                FeedMessages.status(connected, session.heardEpochMs(), session.confirmedCount()), session.number());
    }

    private void report() {
        int open = (int) sessions.stream().filter(ExchangeSession::isOpen).count();
        int before = figures.connectionsOpen.getAndSet(open);
        if (open == sessions.size() && before < open) {
            figures.connectedSinceMs.set(clock.epochMs());
        }
        figures.marketsWanted.set(sessions.stream().mapToInt(ExchangeSession::wantedCount).sum());
        figures.marketsConfirmed.set(sessions.stream().filter(ExchangeSession::isOpen)
                .mapToInt(ExchangeSession::confirmedCount).sum());
        figures.snapshotsAwaited.set(sessions.stream().mapToInt(ExchangeSession::awaitedSnapshots).sum());
    }

    private void auditedWrong(String ticker) {
        sessionOf(ticker).refresh(ticker);
    }

    private ExchangeSession sessionOf(String ticker) {
        return sessions.get(spread.connectionOf(ticker));
    }

    @Override
    public void received(ExchangeSession session, ExchangeMessage message) {
        figures.messages.increment();
        figures.lastMessageMs.set(message.receivedMs());
        if (message.isLifecycle()) {
            catalog.lifecycle(message, clock.epochMs());
        }
        if (message.subject().isEmpty() || !catalog.publishes(message.subject())) {
            figures.passedOver.increment();
            return;
        }
        figures.published.increment();
        output.publish(message, session.number());
    }

    @Override
    public void lost(ExchangeSession session, OptionalLong sid, String reason) {
        figures.gaps.increment();
        LOG.warnf("feed=exchange connection=%d gap=\"%s\" sid=%s", session.number(), reason,
                sid.isPresent() ? Long.toString(sid.getAsLong()) : "all");
        output.publishToAll(FeedMessages.GAP, FeedMessages.gap(sid, reason), session.number());
    }

    @Override
    public void lostOf(ExchangeSession session, String channel) {
        LOG.warnf("feed=exchange connection=%d channel=%s gap=\"messages lost\"", session.number(), channel);
        if (channel.equals(ExchangeMessage.LIFECYCLE)) {
            discovery.soon();
        }
    }

    @Override
    public void opened(ExchangeSession session) {
        LOG.infof("feed=exchange connection=%d state=connected markets=%d", session.number(), session.wantedCount());
        tell(session, true);
        if (session == sessions.get(0)) {
            discovery.soon();
        }
    }

    @Override
    public void ended(ExchangeSession session, Line.End end) {
        LOG.warnf("feed=exchange connection=%d state=ended reason=\"%s\"%s", session.number(), end.reason(),
                end.httpStatus().isPresent() ? " http_status=" + end.httpStatus().getAsInt() : "");
        output.publishToAll(FeedMessages.GAP, FeedMessages.gap(OptionalLong.empty(), end.reason()), session.number());
        tell(session, false);
        ended.add(session.number());
        if (ended.size() > MAX_ENDED) {
            ended.remove(ended.iterator().next());
        }
    }

    @Override
    public void follow(String ticker) {
        sessionOf(ticker).want(ticker);
    }

    @Override
    public void unfollow(String ticker) {
        sessionOf(ticker).drop(ticker);
    }

    @Override
    public void told(ListedMarket market) {
        if (market.phase() == Phase.UNKNOWN) {
            return;
        }
        output.publish(market.ticker(), ExchangeMessage.LIFECYCLE, FeedMessages.created(market));
        boolean opensLater = market.phase() == Phase.UNOPENED
                || market.phase() == Phase.OPEN && market.openS().orElse(0) * 1000 > clock.epochMs();
        if (!opensLater) {
            output.publish(market.ticker(), FeedMessages.MARKET_STATUS, FeedMessages.marketStatus(market));
        }
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
    }
}

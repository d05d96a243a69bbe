package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * One of the connector's connections to the exchange, through all its sockets. Each new socket has a larger number, and
 * subscribes again to what is wanted. The session detects gaps, silence, rejections and disconnects, and recovers from
 * them.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class ExchangeSession {
    private static final Logger LOG = Logger.getLogger(ExchangeSession.class);

    static final long SILENCE_MS = 15_000;
    private static final long STALL_MS = 1_000;
    private static final long PING_EVERY_MS = 1_000;
    private static final long OPEN_WITHIN_MS = 20_000;
    private static final int MAX_SNAPSHOTS_UNDER_WAY_IN_COMMANDS = 4;
    private static final int UNKNOWN_SUBSCRIPTION = 7;
    private static final int AUTHENTICATION_REQUIRED = 9;
    private static final int CHANNEL_ERROR = 10;
    private static final int BUFFER_OVERFLOW = 25;

    /** Is notified of the session's events. */
    interface Listener {
        /** A message to be published, if its market is. */
        void received(ExchangeSession session, ExchangeMessage message);

        /** Something was lost; without a sid, on the whole connection. */
        void lost(ExchangeSession session, OptionalLong sid, String reason);

        /** Messages of a channel without books were lost. */
        void lostOf(ExchangeSession session, String channel);

        void opened(ExchangeSession session);

        /** The connection has ended; it still has its number. */
        void ended(ExchangeSession session, Line.End end);
    }

    /** Assigns connection numbers, asynchronously, on the connector's thread. */
    interface Numbers {
        void next(LongConsumer number);
    }

    private enum State {
        OFF,
        NUMBERING,
        CONNECTING,
        OPEN,
        WAITING
    }

    private final FeedClock clock;
    private final Line.Opener lines;
    private final Numbers numbers;
    private final Listener listener;
    private final ConnectorFigures figures;
    private final Backoff backoff;
    private final Backoff commandBackoff;
    private final int marketsPerCommand;
    private final ChannelSubscription books;
    private final List<ChannelSubscription> channels = new ArrayList<>();
    private final SnapshotRequests snapshots = new SnapshotRequests();

    private State state = State.OFF;
    private long generation;
    private Line line;
    private Commands commands = new Commands();
    private SequenceWatch sequences = new SequenceWatch();
    private long number;
    private long sinceMs;
    private long retryMs;
    private long pingedMs;
    private long tickedMs;
    private long lastHeardMs;
    private long heardEpochMs;
    private boolean reads = true;

    /** @param channels in the order in which to subscribe to them; one of them is that of the books */
    ExchangeSession(FeedClock clock, RandomGenerator random, Line.Opener lines, Numbers numbers, Listener listener,
            ConnectorFigures figures, int marketsPerCommand, Collection<ChannelSubscription> channels) {
        this.clock = clock;
        this.lines = lines;
        this.numbers = numbers;
        this.listener = listener;
        this.figures = figures;
        this.marketsPerCommand = marketsPerCommand;
        this.channels.addAll(channels);
        this.books = this.channels.stream().filter(channel -> channel.channel().equals(ExchangeMessage.DELTA)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("channels must contain " + ExchangeMessage.DELTA));
        backoff = new Backoff(random);
        commandBackoff = new Backoff(random);
    }

    /** Starts the session, unless it is running. */
    void start() {
        if (state == State.OFF) {
            connect();
        }
    }

    /** Ends the socket; another one is opened after a wait. */
    void giveUp(String reason) {
        if (state == State.CONNECTING || state == State.OPEN) {
            fail(Line.End.of(reason));
        }
    }

    /** Ends the session until it is started again. */
    void stop(String reason) {
        if (state != State.OFF) {
            drop(Line.End.of(reason));
            state = State.OFF;
        }
    }

    void want(String ticker) {
        channels.forEach(channel -> channel.want(ticker));
    }

    void drop(String ticker) {
        channels.forEach(channel -> channel.drop(ticker));
        snapshots.forget(ticker);
    }

    /** Requests a snapshot of that market as soon as allowed. */
    void refresh(String ticker) {
        if (state == State.OPEN && books.isConfirmed(ticker)) {
            snapshots.want(ticker, nowMs());
        }
    }

    /** Requests snapshots of all its markets, on the current connection. */
    void refreshAll() {
        books.wanted().forEach(this::refresh);
    }

    /** Sets whether the socket is read; while it is not, silence means nothing. */
    void read(boolean nowReads) {
        if (reads != nowReads) {
            reads = nowReads;
            lastHeardMs = nowMs();
        }
        if (line != null) {
            line.read(reads);
        }
    }

    void tick() {
        long nowMs = nowMs();
        if (nowMs - tickedMs > STALL_MS) {
            // the socket was not read meanwhile, so the silence is not the exchange's
            lastHeardMs = nowMs;
        }
        tickedMs = nowMs;
        switch (state) {
            case WAITING -> {
                if (nowMs >= retryMs) {
                    connect();
                }
            }
            case CONNECTING -> {
                if (nowMs - sinceMs >= OPEN_WITHIN_MS) {
                    fail(Line.End.of("no answer to the handshake"));
                }
            }
            case OPEN -> tickOpen(nowMs);
            case OFF, NUMBERING -> { }
        }
    }

    private void tickOpen(long nowMs) {
        if (reads && nowMs - lastHeardMs >= SILENCE_MS) {
            fail(Line.End.of("silence"));
            return;
        }
        if (nowMs - pingedMs >= PING_EVERY_MS) {
            pingedMs = nowMs;
            line.ping();
        }
        for (ChannelSubscription channel : channels) {
            if (!channel.tick(nowMs)) {
                fail(Line.End.of("no answer to subscriptions of " + channel.channel()));
                return;
            }
        }
        snapshots.tick(nowMs);
        pump(nowMs);
    }

    private void pump(long nowMs) {
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
            figures.snapshotsAsked.add(next.size());
        }
    }

    private void connect() {
        state = State.NUMBERING;
        long mine = ++generation;
        numbers.next(next -> {
            if (mine == generation && state == State.NUMBERING) {
                connect(next);
            }
        });
    }

    private void connect(long nextNumber) {
        number = nextNumber;
        state = State.CONNECTING;
        sinceMs = nowMs();
        commands = new Commands();
        sequences = new SequenceWatch();
        channels.forEach(ChannelSubscription::reset);
        snapshots.reset();
        line = lines.open(new Events(generation));
    }

    private final class Events implements Line.Events {
        private final long mine;

        Events(long mine) {
            this.mine = mine;
        }

        private boolean isOver() {
            return mine != generation;
        }

        @Override
        public void opened() {
            if (!isOver()) {
                open();
            }
        }

        @Override
        public void received(byte[] payload, long receivedMs) {
            if (!isOver() && state == State.OPEN) {
                heard(receivedMs);
                receive(payload, receivedMs);
            }
        }

        @Override
        public void ponged(long receivedMs) {
            if (!isOver() && state == State.OPEN) {
                heard(receivedMs);
                figures.lastPongMs.set(receivedMs);
            }
        }

        @Override
        public void ended(Line.End end) {
            if (!isOver()) {
                fail(end);
            }
        }
    }

    private void open() {
        state = State.OPEN;
        sinceMs = nowMs();
        pingedMs = sinceMs;
        lastHeardMs = sinceMs;
        heardEpochMs = clock.epochMs();
        line.read(reads);
        listener.opened(this);
        pump(sinceMs);
    }

    private void heard(long receivedMs) {
        lastHeardMs = nowMs();
        heardEpochMs = Math.max(heardEpochMs, receivedMs);
    }

    private void receive(byte[] payload, long receivedMs) {
        ExchangeMessage message;
        try {
            message = ExchangeMessage.read(payload, receivedMs);
        } catch (IOException e) {
            // it may have been a change, and its sequence number is not known
            figures.unreadable.increment();
            loseBooks(OptionalLong.empty(), "unreadable message");
            return;
        }
        backoff.reset();
        watchSequence(message);
        switch (message.type()) {
            case "subscribed" -> confirm(message);
            case "ok" -> acknowledge(message);
            case "error" -> refuse(message);
            case "unsubscribed" -> endChannel(message.sid(), "unsubscribed");
            default -> take(message);
        }
    }

    private void watchSequence(ExchangeMessage message) {
        if (message.sid() == 0 || message.seq() == 0) {
            return;
        }
        switch (sequences.see(message.sid(), message.seq())) {
            case NEXT -> { }
            case REPEATED -> figures.repeated.increment();
            case HOLE -> {
                figures.holes.increment();
                channels.stream().filter(channel -> channel.sid() == message.sid() && channel != books).findFirst()
                        .ifPresentOrElse(channel -> listener.lostOf(this, channel.channel()),
                                () -> loseBooks(OptionalLong.of(message.sid()), "gap before seq " + message.seq()));
            }
        }
    }

    /** First the books are marked, then their snapshots are requested. */
    private void loseBooks(OptionalLong sid, String reason) {
        listener.lost(this, sid, reason);
        refreshAll();
    }

    private void take(ExchangeMessage message) {
        if (!message.channel().isEmpty()) {
            channels.stream().filter(channel -> channel.channel().equals(message.channel()))
                    .forEach(channel -> channel.learn(message.sid()));
        }
        if (message.isSnapshot()) {
            books.arrived(message.ticker());
            snapshots.arrived(message.ticker());
        }
        listener.received(this, message);
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

    private void refuse(ExchangeMessage message) {
        figures.errors.increment();
        if (message.errorCode() == AUTHENTICATION_REQUIRED) {
            fail(Line.End.of("the exchange needs a login: set orderbook.feed.exchange.key-id and .private-key"));
            return;
        }
        long againMs = nowMs() + commandBackoff.nextMs();
        boolean ours = false;
        for (ChannelSubscription channel : channels) {
            if (message.id() != 0 && channel.refused(message.id(), message.errorCode(), againMs)) {
                ours = true;
                LOG.warnf("feed=exchange connection=%d channel=%s refused=%d \"%s\" given_up=%s", number,
                        channel.channel(), message.errorCode(), message.errorText(), channel.isGivenUp());
            }
        }
        switch (message.errorCode()) {
            case CHANNEL_ERROR, BUFFER_OVERFLOW -> {
                if (message.sid() != 0) {
                    endChannel(message.sid(), "error " + message.errorCode());
                } else {
                    fail(Line.End.of("error " + message.errorCode() + " " + message.errorText()));
                }
            }
            case UNKNOWN_SUBSCRIPTION -> fail(Line.End.of("the exchange does not know our subscriptions"));
            default -> {
                if (!ours) {
                    LOG.warnf("feed=exchange connection=%d error=%d \"%s\"", number, message.errorCode(),
                            message.errorText());
                }
            }
        }
    }

    private void endChannel(long sid, String reason) {
        for (ChannelSubscription channel : channels) {
            if (channel.sid() == sid && sid != 0) {
                LOG.warnf("feed=exchange connection=%d channel=%s subscription=ended reason=\"%s\"", number,
                        channel.channel(), reason);
                figures.subscriptionsEnded.increment();
                channel.ended(nowMs() + commandBackoff.nextMs());
                if (channel == books) {
                    snapshots.reset();
                    listener.lost(this, OptionalLong.of(sid), reason);
                } else {
                    listener.lostOf(this, channel.channel());
                }
            }
        }
    }

    /** Ends the socket; the next one is opened after a wait. */
    private void fail(Line.End end) {
        drop(end);
        state = State.WAITING;
        retryMs = nowMs() + backoff.nextMs();
    }

    private void drop(Line.End end) {
        boolean began = state == State.OPEN || state == State.CONNECTING;
        if (state == State.OPEN) {
            figures.reconnects.increment();
        }
        generation++;
        if (line != null) {
            line.close();
            line = null;
        }
        state = State.WAITING;
        if (began) {
            listener.ended(this, end);
        }
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** The number of the current or last connection; 0 before the first. */
    long number() {
        return number;
    }

    /** When the exchange was last heard on this connection, epoch ms. */
    long heardEpochMs() {
        return heardEpochMs;
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

package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/**
 * One of the connector's connections to the exchange, through all its sockets. Each new socket has a larger number, and
 * subscribes again to what is wanted. The session detects silence, rejections and disconnects, and recovers from them;
 * its {@link Subscriptions} detect what is lost on an open socket.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class ExchangeSession {
    static final long SILENCE_MS = 15_000;
    private static final long STALL_MS = 1_000;
    private static final long PING_EVERY_MS = 1_000;
    private static final long OPEN_WITHIN_MS = 20_000;

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
    private final Subscriptions subscriptions;

    private State state = State.OFF;
    private long generation;
    private Line line;
    private long number;
    private long sinceMs;
    private long retryMs;
    private long pingedMs;
    private long tickedMs;
    private long lastHeardMs;
    private long heardEpochMs;
    private boolean reads = true;
    /** Whether something other than an error came on this connection. */
    private boolean hasSpoken;

    /** @param channels in the order in which to subscribe to them; one of them is that of the books */
    ExchangeSession(FeedClock clock, RandomGenerator random, Line.Opener lines, Numbers numbers, Listener listener,
            ConnectorFigures figures, int marketsPerCommand, Collection<ChannelSubscription> channels) {
        this.clock = clock;
        this.lines = lines;
        this.numbers = numbers;
        this.listener = listener;
        this.figures = figures;
        backoff = new Backoff(random);
        subscriptions = new Subscriptions(this, listener, random, figures, marketsPerCommand, channels);
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
        subscriptions.want(ticker);
    }

    void drop(String ticker) {
        subscriptions.drop(ticker);
    }

    /** Requests a snapshot of that market as soon as allowed. */
    void refresh(String ticker) {
        if (state == State.OPEN) {
            subscriptions.refresh(ticker, nowMs());
        }
    }

    /** Requests snapshots of all its markets, on the current connection. */
    void refreshAll() {
        if (state == State.OPEN) {
            subscriptions.refreshAll(nowMs());
        }
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
        if (hasSpoken && nowMs - sinceMs >= Backoff.STEADY_MS) {
            backoff.reset();
        }
        Optional<String> hopeless = subscriptions.tick(nowMs);
        if (hopeless.isPresent()) {
            fail(Line.End.of(hopeless.get()));
        } else {
            subscriptions.pump(line, nowMs);
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
        subscriptions.reset();
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
        public void pinged(long receivedMs) {
            if (!isOver() && state == State.OPEN) {
                heard(receivedMs);
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
        hasSpoken = false;
        pingedMs = sinceMs;
        lastHeardMs = sinceMs;
        heardEpochMs = clock.epochMs();
        line.read(reads);
        listener.opened(this);
        subscriptions.pump(line, sinceMs);
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
            subscriptions.loseBooks(OptionalLong.empty(), "unreadable message", nowMs());
            return;
        }
        hasSpoken |= !message.isError();
        subscriptions.receive(message, nowMs()).ifPresent(reason -> fail(Line.End.of(reason)));
    }

    /** Ends the socket; the next one is opened after a wait. */
    private void fail(Line.End end) {
        drop(end);
        state = State.WAITING;
        retryMs = nowMs() + Math.max(end.retryAfterMs(), backoff.nextMs());
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
        return subscriptions.wantedCount();
    }

    int confirmedCount() {
        return subscriptions.confirmedCount();
    }

    /** The number of markets waiting for a snapshot, requested or not. */
    int awaitedSnapshots() {
        return subscriptions.awaitedSnapshots();
    }
}

package io.bookserver.feed.exchange;

import io.bookserver.feed.Feed;
import io.bookserver.feed.FeedClock;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Runs the connector. All events from sockets, REST, Kafka's group and the clock are handled one after the other on the
 * thread that runs the feed.
 *
 * <p><i>Not thread-safe; confined to the thread that runs it, except its queue.</i>
 */
final class ExchangeFeed implements Feed {
    private static final Logger LOG = Logger.getLogger(ExchangeFeed.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** The parts of the feed. */
    record Parts(
            Connector connector,
            TopicOutput output,
            MarketShare share,
            PendingBytes pending,
            ExchangeSockets sockets,
            ExchangeRest rest) {}

    /** Hands work from other threads to the connector's thread. */
    static final class Inbox implements Executor {
        private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();

        @Override
        public void execute(Runnable event) {
            events.add(event);
        }
    }

    /** Hands changes of the share to the connector's thread. */
    static final class ShareListener implements MarketShare.Listener {
        private final Inbox inbox;
        private volatile Connector connector;

        ShareListener(Inbox inbox) {
            this.inbox = inbox;
        }

        void tell(Connector itsConnector) {
            connector = itsConnector;
        }

        @Override
        public void share(Set<Integer> owned, int partitions, Runnable done) {
            inbox.execute(() -> {
                connector.assigned(owned, partitions);
                done.run();
            });
        }

        @Override
        public void resync(String ticker) {
            inbox.execute(() -> connector.resync(ticker));
        }

        @Override
        public void number(LongConsumer asked, long number) {
            inbox.execute(() -> asked.accept(number));
        }
    }

    private final FeedClock clock;
    private final Inbox inbox = new Inbox();
    private final Function<Inbox, Parts> maker;
    private Parts parts;
    private boolean shares;

    ExchangeFeed(FeedClock clock, Function<Inbox, Parts> maker) {
        this.clock = clock;
        this.maker = maker;
    }

    @Override
    public void run() throws InterruptedException {
        parts = maker.apply(inbox);
        try {
            long tickedNanos = clock.nanoTime() - TICK_NANOS;
            while (true) {
                long untilTickNanos = tickedNanos + TICK_NANOS - clock.nanoTime();
                Runnable event = inbox.events.poll(Math.max(0, untilTickNanos), TimeUnit.NANOSECONDS);
                if (event != null) {
                    run(event);
                }
                if (clock.nanoTime() - tickedNanos >= TICK_NANOS) {
                    tickedNanos = clock.nanoTime();
                    run(this::tick);
                }
            }
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        } finally {
            close();
        }
    }

    /** A bug must neither end the feed nor be ignored: messages received before it may not have been published. */
    private void run(Runnable work) {
        try {
            work.run();
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("feed=exchange state=recovering", e);
            parts.connector().recover("internal error: " + e);
        }
    }

    private void tick() {
        parts.output().tick().ifPresent(parts.connector()::recordsLost);
        if (!shares && parts.output().partitions() > 0) {
            shares = true;
            parts.share().start();
        }
        parts.connector().read(!parts.pending().isExceeded());
        parts.connector().tick();
    }

    private void close() {
        boolean interrupted = Thread.interrupted();
        parts.connector().stop("the connector is stopping");
        parts.output().close();
        parts.share().close();
        parts.sockets().close();
        parts.rest().close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

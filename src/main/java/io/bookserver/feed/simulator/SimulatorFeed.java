package io.bookserver.feed.simulator;

import io.bookserver.feed.ConnectionNumbers;
import io.bookserver.feed.EnvelopeWriter;
import io.bookserver.feed.Feed;
import io.bookserver.feed.FeedClock;
import io.bookserver.feed.FeedConnection;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Publishes the simulated exchange as a proxy would, at a steady rate: what could not be sent in time is sent late, so
 * that the average rate is kept. A record that cannot be delivered ends the connection. The next one begins, like a
 * proxy's, with a larger number, sid and seq at 1, and the snapshots of all markets. Books and the states of all listed
 * markets are thus restored after a loss; only the end of a market that was replaced meanwhile is not reported again.
 *
 * <p><i>Not thread-safe; confined to the thread that runs it.</i>
 */
final class SimulatorFeed implements Feed {
    private static final Logger LOG = Logger.getLogger(SimulatorFeed.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** The number of frames sent between two looks at the clock. */
    private static final int BURST_FRAMES = 256;

    private final String topic;
    private final long updatesPerSecond;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final FeedClock clock;
    private final SimulatedExchange exchange;
    private final EnvelopeWriter envelopes = new EnvelopeWriter();
    private final ConnectionNumbers numbers = new ConnectionNumbers();
    private long number;
    private long highestMs = Long.MIN_VALUE;
    private boolean connected;
    private boolean complained;

    SimulatorFeed(
            SimulatorConfig config, String topic, Supplier<Producer<byte[], byte[]>> producers, FeedClock clock) {
        if (config.updatesPerSecond() < 0) {
            throw new IllegalArgumentException(
                    "updatesPerSecond must not be negative: updatesPerSecond=" + config.updatesPerSecond());
        }
        this.topic = topic;
        this.updatesPerSecond = config.updatesPerSecond();
        this.producers = producers;
        this.clock = clock;
        exchange = new SimulatedExchange(
                config.markets(), config.seed(), config.snapshotInterval(), config.marketLifetime());
    }

    @Override
    public void run() throws InterruptedException {
        while (true) {
            try (var connection = new FeedConnection(producers.get(), topic)) {
                publishUntilFailure(connection);
            } catch (InterruptException e) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            } catch (KafkaException e) {
                disconnected(e);
            }
            clock.sleepUntil(clock.nanoTime() + RETRY_NANOS);
        }
    }

    private void publishUntilFailure(FeedConnection connection) throws InterruptedException {
        number = numbers.next(nowMs());
        for (Frame frame : exchange.open(nowMs())) {
            send(connection, frame);
        }
        long startNanos = clock.nanoTime();
        long updates = 0;
        while (connection.failure().isEmpty()) {
            long dueUpdates = dueUpdates(updates, clock.nanoTime() - startNanos);
            long nowMs = nowMs();
            for (int i = 0; i < BURST_FRAMES && (updates < dueUpdates || exchange.isDue(nowMs)); i++) {
                Frame frame = exchange.next(nowMs);
                send(connection, frame);
                updates += frame.isDelta() ? 1 : 0;
            }
            boolean waits = updatesPerSecond > 0 && updates >= dueUpdates && !exchange.isDue(nowMs);
            clock.sleepUntil(clock.nanoTime() + (waits ? TICK_NANOS : 0));
            if (!connected && connection.hasDelivered()) {
                connected = true;
                LOG.infof("feed=simulator state=connected topic=%s", topic);
            }
        }
        disconnected(connection.failure().get());
    }

    private void disconnected(Exception reason) {
        if (connected || !complained) {
            LOG.warnf("feed=simulator state=reconnecting topic=%s reason=\"%s\"", topic, reason);
        }
        connected = false;
        complained = true;
    }

    /** The number of updates that must have been sent after that time. */
    private long dueUpdates(long sent, long elapsedNanos) {
        if (updatesPerSecond == 0) {
            return sent + BURST_FRAMES;
        }
        long seconds = elapsedNanos / TimeUnit.SECONDS.toNanos(1);
        long restNanos = elapsedNanos % TimeUnit.SECONDS.toNanos(1);
        return seconds * updatesPerSecond + restNanos * updatesPerSecond / TimeUnit.SECONDS.toNanos(1);
    }

    private void send(FeedConnection connection, Frame frame) {
        long nowMs = nowMs();
        connection.send(frame.ticker().getBytes(StandardCharsets.UTF_8),
                frame.envelope(envelopes, number, nowMs, nowMs));
    }

    /** The time of day; if the clock is set back, the highest value so far. */
    private long nowMs() {
        highestMs = Math.max(highestMs, clock.epochMs());
        return highestMs;
    }
}

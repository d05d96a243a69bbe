package io.bookserver.feed.replay;

import io.bookserver.feed.ConnectionNumbers;
import io.bookserver.feed.EnvelopeWriter;
import io.bookserver.feed.Feed;
import io.bookserver.feed.FeedClock;
import io.bookserver.feed.FeedConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Publishes a recording. Each frame has a time, computed from the first frame and the recorded times, so that delays do
 * not accumulate; a late frame is sent at once. A frame without a market has a null key. Each round has its own
 * connection number, and so has each connection that the recording shows by restarting sequence numbers. The producer
 * must retry for long: a recording cannot supply lost records again, so a failed record ends the feed.
 *
 * <p><i>Not thread-safe; confined to the thread that runs it.</i>
 */
final class ReplayFeed implements Feed {
    private static final Logger LOG = Logger.getLogger(ReplayFeed.class);

    private final Path file;
    private final double speed;
    private final boolean loop;
    private final boolean keepRecordedTimes;
    private final String topic;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final FeedClock clock;
    private final EnvelopeWriter envelopes = new EnvelopeWriter();
    private final ConnectionNumbers numbers = new ConnectionNumbers();
    private final RecordedConnection recorded = new RecordedConnection();
    private long number;
    private long published;
    private long badLines;

    ReplayFeed(ReplayConfig config, String topic, Supplier<Producer<byte[], byte[]>> producers, FeedClock clock) {
        file = config.file().orElseThrow(() -> new IllegalArgumentException(
                "orderbook.feed.replay.file must be set when orderbook.feed.mode is replay"));
        if (!(config.speed() >= 0 && config.speed() < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("orderbook.feed.replay.speed must be 0 or more: " + config.speed());
        }
        speed = config.speed();
        loop = config.loop();
        keepRecordedTimes = config.keepRecordedTimes();
        this.topic = topic;
        this.producers = producers;
        this.clock = clock;
    }

    @Override
    public void run() throws InterruptedException {
        try (var connection = new FeedConnection(producers.get(), topic)) {
            long before;
            do {
                before = published;
                publishOnce(connection);
                LOG.infof("feed=replay file=%s published=%d bad_lines=%d", file, published, badLines);
            } while (loop && published > before && connection.failure().isEmpty());
            connection.failure().ifPresent(this::reportFailure);
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the recording: file=" + file, e);
        }
    }

    /** The number of frames handed to Kafka so far. */
    long published() {
        return published;
    }

    /** The number of invalid lines skipped so far. */
    long badLines() {
        return badLines;
    }

    private void publishOnce(FeedConnection connection) throws IOException, InterruptedException {
        try (var recording = new Recording(file)) {
            Optional<RecordedFrame> frame = recording.next();
            recorded.reset();
            number = numbers.next(clock.epochMs());
            long startNanos = clock.nanoTime();
            long firstMs = frame.map(RecordedFrame::receivedMs).orElse(0L);
            for (; frame.isPresent() && connection.failure().isEmpty(); frame = recording.next()) {
                clock.sleepUntil(startNanos + offsetNanos(frame.get().receivedMs() - firstMs));
                publish(connection, frame.get());
            }
            badLines += recording.badLines();
        }
    }

    /** When to send a frame that was recorded this long after the first one. */
    private long offsetNanos(long recordedOffsetMs) {
        return speed == 0 ? 0 : (long) (TimeUnit.MILLISECONDS.toNanos(recordedOffsetMs) / speed);
    }

    private void publish(FeedConnection connection, RecordedFrame frame) {
        long nowMs = clock.epochMs();
        if (recorded.begins(frame)) {
            number = numbers.next(nowMs);
        }
        String ticker = frame.marketTicker();
        byte[] key = ticker.isEmpty() ? null : ticker.getBytes(StandardCharsets.UTF_8);
        long receivedMs = keepRecordedTimes ? frame.receivedMs() : nowMs;
        connection.send(
                key,
                envelopes.write(
                        frame.sharedPayload(), OptionalLong.of(number), receivedMs, nowMs, frame.type(), ticker,
                        frame.sequence()));
        published++;
    }

    private void reportFailure(Exception failure) {
        LOG.errorf(failure, "feed=replay state=failed topic=%s published=%d", topic, published);
    }
}

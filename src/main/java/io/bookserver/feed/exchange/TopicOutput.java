package io.bookserver.feed.exchange;

import io.bookserver.feed.EnvelopeWriter;
import io.bookserver.feed.FeedClock;
import io.bookserver.feed.FeedConnection;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Publishes to the topic. Kafka's first rejection ends the producer and discards everything waiting behind it, so that
 * no record follows a gap. The next producer begins with the report of what was lost.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class TopicOutput implements Output, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TopicOutput.class);

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final String topic;
    private final FeedClock clock;
    private final PendingBytes pending;
    private final ConnectorFigures figures;
    private final Backoff backoff;
    private final EnvelopeWriter envelopes = new EnvelopeWriter();

    private Optional<FeedConnection> connection = Optional.empty();
    private boolean lost;
    private String reason = "";
    private long retryMs = Long.MIN_VALUE;
    private int partitions;

    TopicOutput(Supplier<Producer<byte[], byte[]>> producers, String topic, FeedClock clock, RandomGenerator random,
            PendingBytes pending, ConnectorFigures figures) {
        this.producers = producers;
        this.topic = topic;
        this.clock = clock;
        this.pending = pending;
        this.figures = figures;
        this.backoff = new Backoff(random);
    }

    /**
     * Maintains the producer: creates one if there is none, and closes one that has failed.
     *
     * @return why records were lost; once per failure, after a new producer was created
     */
    Optional<String> tick() {
        connection.flatMap(FeedConnection::failure).ifPresent(failure -> end(failure.toString()));
        if (connection.isPresent()) {
            if (connection.get().hasDelivered()) {
                backoff.reset();
            }
            return Optional.empty();
        }
        if (nowMs() < retryMs || !open() || !lost) {
            return Optional.empty();
        }
        lost = false;
        return Optional.of(reason);
    }

    private void end(String why) {
        LOG.errorf("feed=exchange topic=%s records=lost reason=\"%s\"", topic, why);
        figures.recordsLost.increment();
        connection.ifPresent(FeedConnection::close);
        connection = Optional.empty();
        lost = true;
        reason = "kafka: " + why;
        retryMs = nowMs() + backoff.nextMs();
    }

    private boolean open() {
        FeedConnection next = null;
        try {
            next = new FeedConnection(producers.get(), topic, pending::remove);
            partitions = next.partitions();
            connection = Optional.of(next);
            return true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            if (next != null) {
                next.close();
            }
            LOG.warnf("feed=exchange topic=%s state=unreachable reason=\"%s\"", topic, e);
            retryMs = nowMs() + backoff.nextMs();
            return false;
        }
    }

    /** The number of partitions that the topic had when the producer was created; 0 if unknown. */
    int partitions() {
        return partitions;
    }

    @Override
    public void publish(ExchangeMessage message, long number) {
        byte[] value = envelopes.write(message.payload(), OptionalLong.of(number), message.receivedMs(), clock.epochMs(),
                message.type(), message.ticker(), message.sequence());
        send(message.subject(), value);
    }

    @Override
    public void publish(String ticker, String type, byte[] payload) {
        send(ticker, envelopes.writeListed(payload, clock.epochMs(), type, ticker));
    }

    private void send(String ticker, byte[] value) {
        connection.ifPresent(open -> count(open.send(ticker.getBytes(StandardCharsets.UTF_8), value)));
    }

    @Override
    public void publishToAll(String type, byte[] payload, long number) {
        long nowMs = clock.epochMs();
        byte[] value = envelopes.write(payload, OptionalLong.of(number), nowMs, nowMs, type, "", OptionalLong.empty());
        connection.ifPresent(open -> count(open.sendToAll(value)));
    }

    private void count(int bytes) {
        pending.add(bytes);
    }

    @Override
    public void close() {
        connection.ifPresent(FeedConnection::close);
        connection = Optional.empty();
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
    }
}

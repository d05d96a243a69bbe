package io.bookserver.feed;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer that records what it is sent, with the time, and fails from a given record on. */
public final class FakeProducer extends MockProducer<byte[], byte[]> {
    /** One record: key or "null", value, and ms since the clock's start. */
    public record Sent(String key, String value, long atMs) {}

    private final FakeFeedClock clock;
    private final int failsFrom;
    private final List<Sent> sent = new ArrayList<>();

    public FakeProducer(FakeFeedClock clock) {
        this(clock, Integer.MAX_VALUE);
    }

    /** @param failsFrom the index of the first record that is not delivered, from 0 */
    public FakeProducer(FakeFeedClock clock, int failsFrom) {
        super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        this.clock = clock;
        this.failsFrom = failsFrom;
    }

    public List<Sent> sent() {
        return sent;
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        if (sent.size() >= failsFrom && !closed()) {
            var expired = new TimeoutException("expired");
            callback.onCompletion(null, expired);
            return CompletableFuture.failedFuture(expired);
        }
        Future<RecordMetadata> result = super.send(record, callback);
        sent.add(new Sent(text(record.key()), text(record.value()), clock.elapsedMs()));
        return result;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }
}

package io.bookserver.ingest;

import io.bookserver.kalshi.RejectReason;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * Sends rejected records to the dead-letter topic, with their key, value and headers unchanged. Further headers give
 * the reason and the origin: topic, partition and offset identify a dead letter, whichever instance sends it. Records
 * that were rejected before this start are not sent again unless configured. The books never wait for dead letters:
 * beyond a configured number or size of unacknowledged ones, further ones are dropped and counted.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class DeadLetters {
    static final String CHANNEL = "dead-letters";

    private final Emitter<byte[]> emitter;
    private final IngestMetrics metrics;
    private final RebuildProgress progress;
    private final int maxPending;
    private final long maxPendingBytes;
    private final boolean ofTheRebuild;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();

    DeadLetters(
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) Emitter<byte[]> emitter,
            IngestMetrics metrics,
            RebuildProgress progress,
            IngestConfig config) {
        this.emitter = emitter;
        this.metrics = metrics;
        this.progress = progress;
        this.maxPending = config.maxPendingDeadLetters();
        this.maxPendingBytes = config.maxPendingDeadLetterBytes().asLongValue();
        this.ofTheRebuild = config.deadLettersOfTheRebuild();
    }

    void send(ConsumerRecord<byte[], byte[]> record, RejectReason reason, String message) {
        if (!ofTheRebuild && progress.partition(record.partition()).isOfTheRebuild(record.offset())) {
            metrics.deadLetterNotSentAgain();
            return;
        }
        long bytes = bytesOf(record);
        boolean fits = pendingBytes.addAndGet(bytes) <= maxPendingBytes;
        if (pending.incrementAndGet() > maxPending || !fits) {
            done(false, bytes);
            return;
        }
        try {
            emitter.send(Message.of(record.value(), Metadata.of(addressed(record, reason, message)),
                    () -> done(true, bytes), failure -> done(false, bytes)));
        } catch (IllegalStateException e) {
            // the channel is closed: the server is stopping
            done(false, bytes);
        }
    }

    private CompletionStage<Void> done(boolean sent, long bytes) {
        pending.decrementAndGet();
        pendingBytes.addAndGet(-bytes);
        if (sent) {
            metrics.deadLetterSent();
        } else {
            metrics.deadLetterDropped();
        }
        return CompletableFuture.completedFuture(null);
    }

    private static long bytesOf(ConsumerRecord<byte[], byte[]> record) {
        long bytes = (record.key() == null ? 0 : record.key().length)
                + (record.value() == null ? 0 : record.value().length);
        for (Header header : record.headers()) {
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    private static OutgoingKafkaRecordMetadata<byte[]> addressed(
            ConsumerRecord<byte[], byte[]> record, RejectReason reason, String message) {
        RecordHeaders headers = new RecordHeaders(record.headers());
        header(headers, "dead-letter-reason", reason.wireName());
        header(headers, "dead-letter-cause", message);
        header(headers, "dead-letter-topic", record.topic());
        header(headers, "dead-letter-partition", Integer.toString(record.partition()));
        header(headers, "dead-letter-offset", Long.toString(record.offset()));
        return OutgoingKafkaRecordMetadata.<byte[]>builder().withKey(record.key()).withHeaders(headers).build();
    }

    private static void header(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
